"""The wire form of the control plane, driven by botocore's own model of the service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator

from ..answers import ServiceError
from ..store import Record

__all__ = ["Schema"]

_SERVICE = "apigatewayv2"
_KIND = "service-2"
_LENGTHS = re.compile(r"Between(?P<least>\d+)And(?P<most>\d+)(?P<kilo>K?)$")


class Schema:
    """Finds the operation of a request, reads its parameters and writes its result."""

    def __init__(self) -> None:
        model = ServiceModel(_description(), _SERVICE)
        operations = [model.operation_model(name) for name in model.operation_names]
        self._routes = [(_compile(operation), operation) for operation in operations]
        self._validator = ParamValidator()

    def match(self, method: str, path: str) -> tuple[OperationModel, dict[str, str]] | None:
        """Return the operation of a request and the parameters in its path, or None.

        Args:
            method: HTTP method.
            path: still percent-encoded, because an ARN holds encoded slashes.
        """
        for pattern, operation in self._routes:
            found = pattern.fullmatch(path)
            if found and operation.http["method"] == method:
                names = _labels(operation)
                values = map(unquote, found.groups())
                return operation, dict(zip(names, values, strict=True))
        return None

    def parse(
        self,
        operation: OperationModel,
        path: Mapping[str, str],
        query: Mapping[str, Sequence[str]],
        body: bytes,
    ) -> Record:
        """Return the parameters of a request, named as the model names them.

        Raises:
            ServiceError: they are malformed or break a rule of the model.
        """
        shape = operation.input_shape
        places = {"uri": path, "querystring": query, None: _load(body)}
        params = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            value = places[member.serialization.get("location")].get(wire)
            if value is not None:
                params[name] = _read(member, value)
        self._validate(shape, params)
        return params

    def serialise(self, operation: OperationModel, result: Mapping[str, Any]) -> bytes:
        """Return the body of an answer, without what the model does not name."""
        if operation.output_shape is None:
            return b""
        return json.dumps(_write(operation.output_shape, result)).encode()

    def _validate(self, shape: Shape, params: Record) -> None:
        try:
            report = self._validator.validate(params, shape)
        except RuntimeError as error:  # a time that no calendar has
            raise ServiceError.bad_request("Invalid request input") from error
        if report.has_errors():
            raise ServiceError.bad_request(report.generate_report())
        for problem in _problems(shape, params, ""):
            raise ServiceError.bad_request(problem)


def _description() -> Any:
    """Return what botocore knows of the service, without asking which others it knows."""
    loader = Loader()
    version = loader.determine_latest_version(_SERVICE, _KIND)
    return loader.load_data(f"{_SERVICE}/{version}/{_KIND}")


def _compile(operation: OperationModel) -> re.Pattern[str]:
    """Return a pattern with one group for each label of an operation's path."""
    return re.compile(re.sub(r"\{[^}]+\}", "([^/]+)", operation.http["requestUri"]))


def _labels(operation: OperationModel) -> list[str]:
    return re.findall(r"\{([^}]+)\}", operation.http["requestUri"])


def _load(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object of a body; an empty body is an empty one."""
    try:
        document = json.loads(body or b"{}")
        json.dumps(document, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise ServiceError.bad_request("Invalid request input") from error
    if not isinstance(document, dict):
        raise ServiceError.bad_request("Invalid request input")
    return document


def _read(shape: Shape, value: Any) -> Any:
    """Turn wire names into member names; a value of a wrong type is left for the validator."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): name for name, member in _members(shape)}
        known = {names[key]: item for key, item in value.items() if key in names}
        return {n: _read(shape.members[n], v) for n, v in known.items() if v is not None}
    if shape.type_name == "list" and isinstance(value, list | tuple):
        return [_read(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _read(shape.value, item) for key, item in value.items()}
    return value[-1] if isinstance(value, tuple) else value


def _write(shape: Shape, value: Any) -> Any:
    """Turn member names into wire names."""
    if shape.type_name == "structure":
        return {
            member.serialization.get("name", name): _write(member, value[name])
            for name, member in _members(shape)
            if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [_write(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: _write(shape.value, item) for key, item in value.items()}
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


def _members(shape: Shape) -> list[tuple[str, Shape]]:
    return list(shape.members.items())


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Yield what botocore's validator leaves to the service: enums, lengths, ranges, patterns."""
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from _problems(shape.members[name], item, f"{path}/{_wire_name(shape, name)}")
    elif shape.type_name == "list":
        for item in value:
            yield from _problems(shape.member, item, path)
    elif shape.type_name == "map":
        for key, item in value.items():
            if item != "":  # an empty value removes a key, whatever the shape's least length
                yield from _problems(shape.value, item, f"{path}/{key}")
    else:
        yield from _scalar_problems(shape, value, path)


def _wire_name(shape: Shape, name: str) -> str:
    wire: str = shape.members[name].serialization.get("name", name)
    return wire


def _scalar_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        yield f"Invalid value {value!r} at {path}: expected one of {', '.join(enum)}"
    least, most = _limits(shape)
    size = len(value) if isinstance(value, str) else value
    if least is not None and size < least:
        yield f"Invalid value at {path}: less than the minimum of {least}"
    if most is not None and size > most:
        yield f"Invalid value at {path}: more than the maximum of {most}"


def _limits(shape: Shape) -> tuple[int | None, int | None]:
    """Return the least and the most of a shape; many of this model state them in their name."""
    named = _LENGTHS.search(shape.name)
    if named:
        return int(named["least"]), int(named["most"]) * (1024 if named["kilo"] else 1)
    return shape.metadata.get("min"), shape.metadata.get("max")
