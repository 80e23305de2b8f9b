"""The head of an HTTP/1.1 request or response, with order, case and duplicates of headers kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

__all__ = [
    "END_OF_HEAD",
    "Head",
    "RequestHead",
    "header_values",
    "parse_head",
    "parse_request_head",
]

END_OF_HEAD = b"\r\n\r\n"

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What no line may hold: some servers end a line at a line feed alone."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A first line and headers, decoded as ISO-8859-1."""

    first_line: str
    headers: Headers


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestHead:
    """What a client asks for."""

    method: str
    target: str
    version: str
    headers: Headers

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query, still percent-encoded and without its question mark."""
        return self.target.partition("?")[2]

    @property
    def segments(self) -> list[str]:
        """The decoded parts of the path, without empty ones at its ends."""
        path = self.path.strip("/")
        return [unquote(part) for part in path.split("/")] if path else []

    @property
    def host(self) -> str:
        """The Host header in lower case, or an empty string."""
        return self.header("host").lower()

    def header(self, name: str) -> str:
        """Return a header's values joined by commas, or an empty string."""
        return ", ".join(header_values(self.headers, name))

    def upgrades(self) -> bool:
        """Tell whether the client wants a WebSocket."""
        return "websocket" in self.header("upgrade").lower()


def header_values(headers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """Return all values of a header, whatever the case of its name."""
    return [value for key, value in headers if key.lower() == name.lower()]


def parse_head(data: bytes) -> Head:
    """Parse a head without its final empty line.

    Raises:
        ValueError: a header line has no colon, or a line holds a control character.
    """
    first_line, *lines = data.decode("iso-8859-1").split("\r\n")
    if any(map(_CONTROL_CHARACTERS.search, (first_line, *lines))):
        raise ValueError("A line of the head holds a control character.")
    return Head(first_line=first_line, headers=tuple(_parse_header(line) for line in lines))


def parse_request_head(data: bytes) -> RequestHead:
    """Parse the head of a request without its final empty line.

    Raises:
        ValueError: it is not an HTTP request.
    """
    head = parse_head(data)
    method, target, version = head.first_line.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(f"{version} is not supported.")
    return RequestHead(method=method, target=target, version=version, headers=head.headers)


def _parse_header(line: str) -> tuple[str, str]:
    """Split a header line at its first colon."""
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise ValueError("A header line has no name.")
    return name, value.strip(" \t")
