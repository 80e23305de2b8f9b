"""The way to a gateway below WebSocket: its name, a TCP connection and TLS."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ...protocol.endpoints import bracketed
from .causes import explain_connection, explain_name, explain_tls
from .report import ProbeFailed
from .timing import Stopwatch, within

__all__ = ["Address", "Place", "connect", "parse_place", "resolve", "wrap"]

_PORTS = {"ws": 80, "wss": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a socket is opened."""

    host: str
    port: int
    is_secure: bool

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """One address of a place, as the system's resolver gives it."""

    family: int
    sockaddr: tuple[Any, ...]

    def __str__(self) -> str:
        return str(self.sockaddr[0])


def parse_place(url: str) -> Place:
    """Return where ``url`` is opened.

    Raises:
        ProbeFailed: it is no URL of a WebSocket.
    """
    try:
        parts = urlsplit(url)
        default = _PORTS[parts.scheme]
        host, port = parts.hostname or "", parts.port or default
    except (KeyError, ValueError):
        host, port = "", 0
    if not host:
        raise ProbeFailed(
            f"{url[:200]!r} is not the URL of a WebSocket",
            "Correct api_endpoint of the row: AWS calls it wss://, the API's id and its host.",
        )
    return Place(host=host, port=port, is_secure=parts.scheme == "wss")


def resolve(place: Place, timeout: float) -> list[Address]:
    """Return the addresses of a place.

    Raises:
        ProbeFailed: it has none, or nobody says in time.
    """
    try:
        found = within(
            timeout,
            lambda: socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM),
        )
    except (OSError, UnicodeError) as error:
        raise ProbeFailed(*explain_name(place.host, error, timeout)) from error
    return [Address(family=family, sockaddr=sockaddr) for family, _, _, _, sockaddr in found]


def connect(place: Place, addresses: list[Address], timeout: float) -> socket.socket:
    """Return a TCP connection to the first address that takes one.

    Raises:
        ProbeFailed: none does in time; the error is that of the last one tried.
    """
    watch = Stopwatch(timeout)
    failure: OSError = TimeoutError()
    for address in addresses:
        if not watch.left:
            break
        connection = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(watch.left)
            connection.connect(address.sockaddr)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise ProbeFailed(*explain_connection(str(place), failure, timeout)) from failure


def wrap(connection: socket.socket, place: Place, timeout: float) -> ssl.SSLSocket:
    """Return the connection under TLS, as a browser would open it.

    Raises:
        ProbeFailed: the certificate is no good, or the other side speaks no TLS.
    """
    connection.settimeout(timeout)
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=place.host)
    except (OSError, ValueError) as error:
        connection.close()
        raise ProbeFailed(*explain_tls(str(place), error, timeout)) from error
