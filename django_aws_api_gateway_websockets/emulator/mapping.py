"""Request parameter mapping: what an integration adds to the request that the backend gets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from ..protocol.heads import header_values
from ..protocol.routes import evaluate_selection
from .events import Event

__all__ = [
    "Mapped",
    "apply_mapping",
    "mapped_header_names",
    "mapping_problem",
    "substitute_stage_variables",
]

_TARGET = re.compile(
    r"integration\.request\.(?P<place>header|querystring|path)\.(?P<name>[a-zA-Z0-9._$-]+)"
)
_SOURCE = re.compile(
    r"'[^']*'"
    r"|context\.[a-zA-Z0-9._$-]+"
    r"|stageVariables\.[a-zA-Z0-9._$-]+"
    r"|route\.request\.(header|querystring|multivalueheader|multivaluequerystring)\.[a-zA-Z0-9._$-]+"
    r"|route\.request\.body(\..+)?"
)
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([a-zA-Z0-9._$-]+)\}")
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_RESERVED_HEADERS = frozenset(
    {"content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """The values that a mapping gave, by name; a source without a value is left out."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    path: Mapping[str, str]


def mapping_problem(target: str, source: str) -> str | None:
    """Return why a mapping is refused, or None when it is well formed.

    Source: API Gateway Developer Guide, "Data mapping for WebSocket APIs".
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        return f"Invalid mapping expression parameter specified: {target}"
    if match["place"] == "header" and match["name"].lower() in _RESERVED_HEADERS:
        return f"Header {match['name']} is reserved and cannot be mapped"
    if _SOURCE.fullmatch(source) is None:
        return f"Invalid mapping expression specified: {source}"
    return None


def apply_mapping(parameters: Mapping[str, str], event: Event) -> Mapped:
    """Return the values of an integration's request parameters for an event."""
    found: dict[str, dict[str, str]] = {"header": {}, "querystring": {}, "path": {}}
    variables = event.variables()
    for target, source in parameters.items():
        place, name = _split_target(target)
        value = _evaluate(source, event, variables)
        if place and value is not None:
            found[place][name] = _CONTROL_CHARACTERS.sub(" ", value)
    return Mapped(headers=found["header"], query=found["querystring"], path=found["path"])


def mapped_header_names(parameters: Mapping[str, str]) -> frozenset[str]:
    """Return the lower-case names of the headers that a mapping sets, with or without a value."""
    targets = map(_split_target, parameters)
    return frozenset(name.lower() for place, name in targets if place == "header")


def substitute_stage_variables(text: str, variables: Mapping[str, str]) -> str:
    """Replace each ``${stageVariables.name}``; an unknown one becomes empty."""
    return _STAGE_VARIABLE.sub(lambda match: variables.get(match[1], ""), text)


@lru_cache(maxsize=1024)  # every event asks, and a deployment does not change
def _split_target(target: str) -> tuple[str, str]:
    """Return where a value goes and under which name; nowhere if the target is not valid."""
    match = _TARGET.fullmatch(target)
    return ("", "") if match is None else (match["place"], match["name"])


def _evaluate(source: str, event: Event, variables: Mapping[str, str]) -> str | None:
    """Return the value of one source, or None when the event has none."""
    if source.startswith("'"):
        return source[1:-1]
    if source.startswith("context."):
        return variables.get(source.removeprefix("context."))
    if source.startswith("stageVariables."):
        return event.stage_variables.get(source.removeprefix("stageVariables."))
    return _evaluate_request(source.removeprefix("route.request."), event)


def _evaluate_request(source: str, event: Event) -> str | None:
    """Return a part of the message, or of the handshake while that is handled."""
    place, _, name = source.partition(".")
    if place == "body":
        return evaluate_selection(f"${{request.{source}}}", event.body) or None
    if event.handshake is None:
        return None
    values = (
        header_values(event.handshake.headers, name)
        if place.endswith("header")
        else [value for key, value in _pairs(event.handshake.query) if key == name]
    )
    if not values:
        return None
    return ",".join(values) if place.startswith("multi") else values[-1]


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)
