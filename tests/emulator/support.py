"""What the emulator's tests share: a backend, a journal, provisioning and raw sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import boto3
import trustme
from websockets.sync.client import ClientConnection, connect

from django_aws_api_gateway_websockets.emulator import Clock, EmulatorThread, LogRecord, ManualClock
from django_aws_api_gateway_websockets.emulator.heads import RequestHead
from django_aws_api_gateway_websockets.emulator.store import Api
from django_aws_api_gateway_websockets.protocol.heads import header_values
from django_aws_api_gateway_websockets.protocol.routes import (
    CONNECT,
    DEFAULT,
    DISCONNECT,
    request_parameters,
)

PATIENCE = 10.0
"""Seconds that a test waits for something that should come at once."""

SESSION = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret")


def until(found: Callable[[], Any]) -> Any:
    """Return the first true answer; fail when none comes in time."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := found()):
        assert time.monotonic() < deadline, "Nothing came in time."
        time.sleep(0.002)
    return answer


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request that the backend received."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the only value of a header, or None."""
        values = header_values(self.headers, name)
        assert len(values) < 2, values
        return values[0] if values else None


@dataclass(kw_only=True)
class Given:
    """What the backend answers."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class _Server(ThreadingHTTPServer):
    """A server that many clients may call at once."""

    daemon_threads = True
    request_queue_size = 128


class Backend:
    """A real HTTP server that records requests and answers as it is told.

    ``answers`` maps the last part of a path to a Given, or to a callable that makes one.
    """

    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.answers: dict[str, Given | Callable[[Received], Given]] = {}
        self.server = _Server(("127.0.0.1", port), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/ws"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self) -> Backend:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def wait_for(self, name: str, count: int = 1) -> Received:
        """Return a request by the last part of its path: the first, or a later one."""

        def found() -> list[Received]:
            return [r for r in self.received if r.path.partition("?")[0].endswith(f"/{name}")]

        until(lambda: len(found()) >= count)
        return found()[count - 1]

    def answer(self, received: Received) -> Given:
        """Return what to answer to a request."""
        given = self.answers.get(received.path.partition("?")[0].rpartition("/")[2], Given())
        return given(received) if callable(given) else given

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received = Received(
                    method=self.command, path=self.path, headers=self.headers.items(), body=body
                )
                backend.received.append(received)
                given = backend.answer(received)
                self.send_response(given.status)
                for name, value in (*given.headers, ("Content-Length", str(len(given.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(given.body)

            def log_message(self, format: str, *args: object) -> None:
                """Stay quiet."""

        return Handler


class Journal:
    """A log that can be waited for, and in which something happens while the emulator stands."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []
        self.meanwhile: dict[str, Callable[[], None]] = {}

    def __call__(self, record: LogRecord) -> None:
        self.records.append(record)
        self.meanwhile.get(record.kind, bool)()

    def of(self, kind: str) -> list[LogRecord]:
        """Return the records of a kind."""
        return [record for record in self.records if record.kind == kind]

    def wait_for(self, kind: str, count: int = 1) -> LogRecord:
        """Return a record of a kind: the first, or a later one."""
        until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]


class World:
    """An emulator with a backend, a clock that stands still unless one is given, and a journal."""

    def __init__(
        self, *, clock: Clock | None = None, journal: Journal | None = None, **options: Any
    ) -> None:
        self.clock = clock or ManualClock()
        self.journal = journal or Journal()
        self.backend = Backend()
        self.thread = EmulatorThread(clock=self.clock, log=self.journal, **options)
        self.api_id = ""
        self.clients: list[Any] = []

    def __enter__(self) -> World:
        self.backend.__enter__()
        self.thread.start()
        self.control = self._client("apigatewayv2", self.thread.url)
        return self

    def _client(self, service: str, url: str) -> Any:
        """Return an unmodified boto3 client, closed at the end."""
        self.clients.append(SESSION.client(service, endpoint_url=url, region_name="local"))
        return self.clients[-1]

    def __exit__(self, *exc: object) -> None:
        for client in self.clients:
            client.close()
        self.thread.stop()
        self.backend.__exit__()

    @property
    def api(self) -> Api:
        """What the emulator holds of the API."""
        return self.thread.emulator.store.apis[self.api_id]

    def provision(self, *keys: str, two_way: bool = False, **integration: Any) -> str:
        """Create an API with routes, one integration each, and the deployed stage ``dev``."""
        self.api_id = self.control.create_api(
            Name="test", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        for key in keys or (CONNECT, DISCONNECT, DEFAULT):
            self.add_route(key, two_way=two_way, **integration)
        self.control.create_stage(ApiId=self.api_id, StageName="dev")
        self.deploy()
        return self.api_id

    def add_route(self, key: str, *, two_way: bool = False, **integration: Any) -> str:
        """Add a route with an integration, and return the id of the integration."""
        options = {
            "IntegrationType": "HTTP_PROXY",
            "IntegrationMethod": "POST",
            "IntegrationUri": f"{self.backend.url}/{key.removeprefix('$')}",
            "RequestParameters": request_parameters("s" * 32),
        }
        made = self.control.create_integration(ApiId=self.api_id, **{**options, **integration})
        target = f"integrations/{made['IntegrationId']}"
        route = self.control.create_route(ApiId=self.api_id, RouteKey=key, Target=target)
        if two_way:
            self.control.create_route_response(
                ApiId=self.api_id, RouteId=route["RouteId"], RouteResponseKey=DEFAULT
            )
        identifier: str = made["IntegrationId"]
        return identifier

    def deploy(self) -> None:
        """Deploy the API to its stage."""
        self.control.create_deployment(ApiId=self.api_id, StageName="dev")

    def map_domain(self, domain: str = "ws.example.test", key: str = "") -> None:
        """Give the stage a custom domain."""
        self.control.create_domain_name(
            DomainName=domain,
            DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:local:0:certificate/x"}],
        )
        self.control.create_api_mapping(
            DomainName=domain, ApiId=self.api_id, Stage="dev", ApiMappingKey=key
        )

    @property
    def stage_url(self) -> str:
        """Base of the management API of the stage."""
        return f"{self.thread.url}/{self.api_id}/dev"

    def management(self, url: str | None = None) -> Any:
        """Return an unmodified boto3 client for the connections of the stage, or of a URL."""
        return self._client("apigatewaymanagementapi", url or self.stage_url)

    def connect(self, query: str = "", **options: Any) -> ClientConnection:
        """Open a WebSocket to the stage."""
        url = self.stage_url.replace("http://", "ws://", 1) + query
        client: ClientConnection = connect(
            url, open_timeout=PATIENCE, close_timeout=PATIENCE, **options
        )
        return client

    def connection_id(self, count: int = 1) -> str:
        """Return the id of a connection that has been accepted."""
        return self.journal.wait_for("connect", count).connection_id

    def connect_raw(self, path: str | None = None, *headers: str, **options: Any) -> RawSocket:
        """Open a TCP connection and send a handshake; the answer is not read."""
        raw = RawSocket(self.thread.port)
        raw.send(handshake(f"/{self.api_id}/dev" if path is None else path, *headers, **options))
        return raw


class RawSocket:
    """A TCP connection of which every byte counts."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def read_head(self) -> tuple[int, list[str], bytes]:
        """Return status, header lines and what came after the head."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, rest = data.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        return int(status_line.split(" ")[1]), lines, rest

    def read_answer(self) -> tuple[int, bytes]:
        """Return status and body of an answer with a length."""
        status, lines, rest = self.read_head()
        pairs = [line.partition(": ")[::2] for line in lines]
        size = int(header_values(pairs, "content-length")[0])
        return status, rest + self.read(size - len(rest))

    def read_to_end(self) -> bytes:
        """Return all bytes up to the end of the stream; a reset is an error."""
        data = b""
        while part := self.socket.recv(65_536):
            data += part
        return data

    def read(self, count: int) -> bytes:
        """Return exactly so many bytes."""
        data = b""
        while len(data) < count:
            data += self._receive(count - len(data))
        return data

    def _receive(self, count: int = 65_536) -> bytes:
        data = self.socket.recv(count)
        assert data, "The stream ended too early."
        return data


def handshake(path: str, *headers: str, method: str = "GET", version: str = "HTTP/1.1") -> bytes:
    """Return a WebSocket handshake as bytes."""
    lines = [
        f"{method} {path} {version}",
        "Host: gateway.test",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def frame(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    """Return a frame of less than 64 KB as a client sends it, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([(0x80 if fin else 0) | opcode]) + length + bytes(4) + payload


def request_head(target: str = "/", *headers: tuple[str, str], method: str = "GET") -> RequestHead:
    """Return the head of a request."""
    return RequestHead(method=method, target=target, version="HTTP/1.1", headers=headers)


@contextlib.contextmanager
def running(**options: Any) -> Iterator[World]:
    """Run a provisioned world."""
    with World(**options) as world:
        world.provision()
        yield world


def flood(management: Any, connection_id: str) -> None:
    """Post to a client that does not read, until that is refused."""
    while True:
        management.post_to_connection(ConnectionId=connection_id, Data=b"x" * 131_072)


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server and a client of ``ws.example.test`` need."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("ws.example.test").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
