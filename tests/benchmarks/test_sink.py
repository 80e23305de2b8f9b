"""The servers that take the place of AWS answer posts, and count them."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from http.client import HTTPSConnection
from pathlib import Path
from socket import create_connection

import pytest

from . import delaying
from .sink import HOST, NGINX, Sink, nginx_sink, python_sink

__all__ = ["TestBoth", "TestDelaying", "TestStart"]

DELAYING = delaying.__name__
SINKS: dict[str, Callable[[], AbstractContextManager[Sink]]] = {
    "nginx": nginx_sink,
    "delaying": partial(python_sink, DELAYING, "30"),
}
PATH = "/production/@connections/abc%3D"
POST = f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 2\r\n\r\n{{}}".encode()

needs_nginx = pytest.mark.skipif(not NGINX.exists(), reason="Debian's nginx is not installed.")


@pytest.fixture(scope="module", params=[pytest.param("nginx", marks=needs_nginx), "delaying"])
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    """Run either sink."""
    with SINKS[request.param]() as running:
        yield running


@pytest.fixture(scope="module")
def late() -> Iterator[Sink]:
    """Run the one whose answers come 30 ms late."""
    with python_sink(DELAYING, "30") as running:
        yield running


def connect(sink: Sink) -> ssl.SSLSocket:
    """Open a connection that checks the certificate."""
    context = ssl.create_default_context(cafile=sink.authority)
    connection = create_connection((HOST, sink.port), timeout=10)
    return context.wrap_socket(connection, server_hostname=HOST)


class TestBoth:
    """Either answers posts as AWS does."""

    def test_answer(self, sink: Sink) -> None:
        """It has no body, and the headers of AWS."""
        context = ssl.create_default_context(cafile=sink.authority)
        connection = HTTPSConnection(HOST, sink.port, context=context, timeout=10)

        connection.request("POST", PATH, b"x" * 131_072)
        answer = connection.getresponse()
        connection.close()

        assert (answer.status, answer.headers["Content-Length"]) == (200, "0")
        assert answer.headers["Content-Type"] == "application/json"
        assert len(answer.headers["x-amzn-RequestId"]) >= 32

    def test_count(self, sink: Sink) -> None:
        """Posts are counted, questions about them are not."""
        before = sink.posts()

        with connect(sink) as connection:
            connection.sendall(POST)
            connection.recv(65_536)

        assert sink.posts() - before == 1
        assert sink.posts() - before == 1


class TestDelaying:
    """An answer comes late, however the request has come."""

    def test_delay(self, late: Sink) -> None:
        """It does not come sooner than that."""
        with connect(late) as connection:
            started = time.monotonic()
            connection.sendall(POST)
            answer = connection.recv(65_536)

        assert time.monotonic() - started >= 0.03
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")

    def test_parts(self, late: Sink) -> None:
        """A request that comes in parts is one, and another may come with its last part."""
        before = late.posts()

        with connect(late) as connection:
            connection.sendall(POST[:20])
            during = late.posts()
            connection.sendall(POST[20:-1])
            late.posts()
            connection.sendall(POST[-1:] + POST)
            connection.recv(65_536)

        assert (during, late.posts()) == (before, before + 2)


class TestStart:
    """A sink that cannot start says so."""

    def test_nginx(self) -> None:
        """What is said instead is repeated."""
        expected = r"^The sink did not start: setpriv: failed to execute /no/nginx: .+\Z"
        with pytest.raises(RuntimeError, match=expected):
            nginx_sink(Path("/no/nginx")).__enter__()

    def test_python(self) -> None:
        """The process has ended before it has printed its port."""
        with pytest.raises(RuntimeError, match=r"^The sink did not start: \Z"):
            python_sink(DELAYING, "soon").__enter__()
