"""The control plane: apigatewayv2 requests in, answers out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import cache
from urllib.parse import parse_qs

from botocore.model import OperationModel

from ..answers import Answer, Lost, ServiceError, error_answer
from .apis import Apis, Tags
from .domains import ApiMappings, DomainNames
from .faults import ControlFaults
from .releases import Deployments, Stages
from .responses import RouteResponses
from .routing import Integrations, Routes
from .schema import Schema
from .site import Handler, Site

__all__ = ["ControlPlane", "Outcome"]

Outcome = tuple[str, Answer | Lost]
"""The operation's name, for the log, and the answer or how it gets lost."""

_ROOMS = (
    Apis,
    ApiMappings,
    Deployments,
    DomainNames,
    Integrations,
    RouteResponses,
    Routes,
    Stages,
    Tags,
)


class ControlPlane:
    """Answers the requests that boto3's ``apigatewayv2`` client sends.

    Args:
        site: where it works.
        changed: called after each operation that may have changed something.
    """

    def __init__(self, site: Site, changed: Callable[[], None] = lambda: None) -> None:
        self.changed = changed
        self.schema = _schema()
        tables = [room(site).handlers().items() for room in _ROOMS]
        self.handlers: Mapping[str, Handler] = dict(itertools.chain.from_iterable(tables))
        self.faults = ControlFaults(self.handlers)

    def handle(self, method: str, path: str, query: str, body: bytes) -> Outcome:
        """Answer a request.

        Args:
            method: HTTP method.
            path: still percent-encoded.
            query: still percent-encoded, without a question mark.
            body: as received.
        """
        found = self.schema.match(method, path)
        if found is None:
            answer = error_answer(404, "NotFoundException", f"No operation {method} {path}")
            return "unknown", answer
        operation, labels = found
        fault = self.faults.take(operation.name)
        if fault is None:
            return operation.name, self._perform(operation, labels, query, body)
        if fault.done:
            self._perform(operation, labels, query, body)
        return f"{operation.name} (fault)", fault.outcome()

    def _perform(
        self, operation: OperationModel, labels: Mapping[str, str], query: str, body: bytes
    ) -> Answer:
        """Do what a request asks for."""
        try:
            params = self.schema.parse(operation, labels, _tuples(query), body)
            result = self._handler(operation.name)(params)
            if operation.http["method"] != "GET":
                self.changed()
        except ServiceError as error:
            return error_answer(error.status, error.code, error.message)
        content = self.schema.serialise(operation, result)
        headers = {"Content-Type": "application/json"} if content else {}
        return Answer(status=operation.http["responseCode"], headers=headers, body=content)

    def _handler(self, name: str) -> Handler:
        """Return the handler of an operation.

        Raises:
            ServiceError: there is none here; 501 is a status that boto3 does not retry.
        """
        if name not in self.handlers:
            message = f"The local gateway does not implement {name}"
            raise ServiceError("NotImplementedException", message, 501)
        return self.handlers[name]


@cache
def _schema() -> Schema:
    """Return the schema, which is the same for all control planes and takes a while to read."""
    return Schema()


def _tuples(query: str) -> dict[str, tuple[str, ...]]:
    """Return the values of each query parameter."""
    return {key: tuple(values) for key, values in parse_qs(query, keep_blank_values=True).items()}
