"""What the emulator serves of itself, below a path that no API and no operation of AWS has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from .answers import Answer, ServiceError, error_answer

__all__ = ["PANEL_PREFIX", "Panel", "PanelHandler", "PanelRequest", "json_answer"]

PANEL_PREFIX: Final = "/_emulator/"
"""Ids of APIs have no underscore, and paths of the control plane begin with ``/v2/``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelRequest:
    """A request.

    Args:
        body: as received.
        names: what stood in the path where the route has a name in braces.
    """

    body: bytes = b""
    names: Mapping[str, str] = field(default_factory=dict)


PanelHandler = Callable[[PanelRequest], Answer]
"""Answers a request; raises ServiceError."""


class Panel:
    """Answers the requests that concern the emulator itself.

    Args:
        tables: handlers by routes such as ``PUT faults/{name}``, the paths without the prefix.
    """

    def __init__(self, *tables: Mapping[str, PanelHandler]) -> None:
        self._routes = [pair for table in tables for pair in table.items()]

    def handle(self, method: str, path: str, body: bytes) -> Answer:
        """Answer a request.

        Args:
            method: HTTP method.
            path: begins with the prefix; still percent-encoded.
            body: as received.
        """
        found = dict(self._matches(path.removeprefix(PANEL_PREFIX)))
        if not found:
            return error_answer(404, "NotFoundException", f"There is nothing at {path}")
        if method not in found:
            answer = error_answer(405, "MethodNotAllowedException", f"Use {', '.join(found)}")
            return Answer(
                status=405, headers={**answer.headers, "Allow": ", ".join(found)}, body=answer.body
            )
        handler, names = found[method]
        try:
            return handler(PanelRequest(body=body, names=names))
        except ServiceError as error:
            return error_answer(error.status, error.code, error.message)

    def _matches(self, path: str) -> Iterator[tuple[str, tuple[PanelHandler, Mapping[str, str]]]]:
        """Yield method, handler and names of each route that a path fits."""
        for route, handler in self._routes:
            method, _, pattern = route.partition(" ")
            names = _match(pattern.split("/"), path.split("/"))
            if names is not None:
                yield method, (handler, names)


def json_answer(document: Any) -> Answer:
    """Return a document as JSON."""
    headers = {"Content-Type": "application/json"}
    return Answer(status=200, headers=headers, body=json.dumps(document).encode())


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    """Return the parts that stand for names, or None when the path does not fit."""
    if len(pattern) != len(parts):
        return None
    pairs = list(zip(pattern, parts, strict=True))
    if any(a != b for a, b in pairs if not a.startswith("{")):
        return None
    return {a.strip("{}"): unquote(b) for a, b in pairs if a.startswith("{")}
