"""The head of a request that a client sends."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from ..protocol.heads import Headers, header_values, parse_head

__all__ = ["RequestHead", "parse_request_head"]


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
