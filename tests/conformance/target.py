"""What the conformance tests speak to: APIs made through boto3, sockets, and a backend.

Nothing here knows the emulator, so the target may be AWS as well.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import quote, urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ..emulator.support import PATIENCE, Backend, Given, RawSocket, Received, frame, until

__all__ = [
    "MAPPED",
    "PATIENCE",
    "Api",
    "Backend",
    "Client",
    "Gate",
    "Given",
    "Received",
    "Target",
    "Wire",
    "error_of",
    "frame",
    "until",
]

MAPPED = {
    "integration.request.header.connectionId": "context.connectionId",
    "integration.request.header.X-Event": "context.eventType",
}
"""What every integration maps, so that a test finds the requests of its connection."""

STAGE = "dev"

_ATTEMPTS = {"apigatewaymanagementapi": 1, "apigatewayv2": 10}
_SESSION = boto3.Session()


@dataclass(frozen=True, kw_only=True)
class Target:
    """A service, and the backend that it calls.

    Args:
        url: endpoint of the control plane.
        region: what requests are signed for.
        backend: records and answers.
        backend_url: where the service finds it.
        dead_url: where the service finds nobody.
        access_key: what requests are signed with.
        secret_key: what requests are signed with.
    """

    url: str
    region: str
    backend: Backend
    backend_url: str
    dead_url: str
    access_key: str
    secret_key: str
    clients: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def close(self) -> None:
        """Close what boto3 has opened."""
        for client in self.clients.values():
            client.close()

    def client(self, service: str, url: str | None = None, **keys: str) -> Any:
        """Return an unmodified boto3 client, the same for the same parameters.

        AWS allows one deployment in five seconds, so calls of the control plane are tried again.
        """
        which = (service, url, *keys.items())
        if which not in self.clients:
            self.clients[which] = self._make_client(service, url, keys)
        return self.clients[which]

    def _make_client(self, service: str, url: str | None, keys: dict[str, str]) -> Any:
        options = {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "region_name": self.region,
            "endpoint_url": url or self.url,
            "config": Config(proxies={}, retries={"total_max_attempts": _ATTEMPTS[service]}),
        }
        return _SESSION.client(service, **{**options, **keys})

    def start_afresh(self) -> None:
        """Let the backend forget what it has heard, and be content with everything."""
        self.backend.received.clear()
        self.backend.answers.clear()

    def event(self, kind: str, connection_id: str, count: int = 1) -> Received:
        """Return an event that the backend got of a connection: the first, or a later one."""
        until(lambda: len(self.events(kind, connection_id)) >= count)
        return self.events(kind, connection_id)[count - 1]

    def events(self, kind: str, connection_id: str) -> list[Received]:
        """Return the events of a kind that the backend has got of a connection."""
        sought = (kind, connection_id)
        received = list(self.backend.received)
        return [r for r in received if (r.header("X-Event"), r.header("connectionId")) == sought]

    def newest(self) -> str:
        """Return the id of the latest connection, or an empty string."""
        received = reversed(list(self.backend.received))
        ids = [r.header("connectionId") or "" for r in received if r.header("X-Event") == "CONNECT"]
        return ids[0] if ids else ""

    @contextlib.contextmanager
    def api(self, selection: str = "$request.body.action") -> Iterator[Api]:
        """Make an API without routes, and delete it at the end."""
        control = self.client("apigatewayv2")
        made = control.create_api(
            Name=f"conformance-{uuid4()}",
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression=selection,
        )
        try:
            yield Api(self, control, made["ApiId"], made["ApiEndpoint"])
        finally:
            control.delete_api(ApiId=made["ApiId"])


class Api:
    """One API with a stage."""

    def __init__(self, target: Target, control: Any, api_id: str, endpoint: str) -> None:
        self.target = target
        self.control = control
        self.id = api_id
        self.endpoint = endpoint
        self.url = f"{endpoint}/{STAGE}"

    def add(self, *keys: str, two_way: bool = False, **integration: Any) -> Self:
        """Add routes with an integration each."""
        for key in keys:
            self._add(key, two_way, integration)
        return self

    def _add(self, key: str, two_way: bool, integration: dict[str, Any]) -> None:
        defaults = {
            "IntegrationType": "HTTP_PROXY",
            "IntegrationMethod": "POST",
            "IntegrationUri": f"{self.target.backend_url}/{key.removeprefix('$')}",
            "RequestParameters": MAPPED,
        }
        made = self.control.create_integration(ApiId=self.id, **{**defaults, **integration})
        target = f"integrations/{made['IntegrationId']}"
        route = self.control.create_route(ApiId=self.id, RouteKey=key, Target=target)
        if two_way:
            self.control.create_route_response(
                ApiId=self.id, RouteId=route["RouteId"], RouteResponseKey="$default"
            )

    def routes(self) -> list[dict[str, Any]]:
        """Return the routes as the control plane describes them."""
        items: list[dict[str, Any]] = self.control.get_routes(ApiId=self.id)["Items"]
        return items

    def publish(self, **stage: Any) -> Self:
        """Create the stage with all that has been added, and wait until it answers."""
        deployment = self.control.create_deployment(ApiId=self.id)
        self.control.create_stage(
            ApiId=self.id, StageName=STAGE, DeploymentId=deployment["DeploymentId"], **stage
        )
        until(lambda: self.status(self.url) == 101)
        return self

    def deploy(self) -> None:
        """Let the stage have what has been added since."""
        self.control.create_deployment(ApiId=self.id, StageName=STAGE)

    def status(self, url: str, *headers: str) -> int:
        """Return the status of a handshake."""
        with Wire(url) as wire:
            wire.shake(*headers)
            return wire.read_head()[0]

    def refusal(self, url: str | None = None, **options: Any) -> int:
        """Return the status with which the ``websockets`` client is refused."""
        with pytest.raises(InvalidStatus) as caught:
            connect(url or self.url, proxy=None, open_timeout=PATIENCE, **options)
        return caught.value.response.status_code

    @contextlib.contextmanager
    def open(self, query: str = "", **options: Any) -> Iterator[Client]:
        """Open a connection."""
        options = {"proxy": None, "open_timeout": PATIENCE, "close_timeout": PATIENCE, **options}
        with connect(self.url + query, **options) as client:
            yield Client(self, client, self.target.newest())

    def management(self, url: str | None = None, **keys: str) -> Any:
        """Return a boto3 client for the connections of the stage."""
        http_url = (url or self.url).replace("ws", "http", 1)
        return self.target.client("apigatewaymanagementapi", http_url, **keys)

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, str | None, bytes]:
        """Return status, error type and body of a plain request to a path below the endpoint."""
        return self._ask(method, self._full(path), headers)

    def at(self, host: str, method: str, path: str) -> tuple[int, str | None, bytes]:
        """Return the same of a signed request to a path of another host."""
        return self._ask(method, path, self._sign(f"http://{host}{path}", method))

    def signature(
        self, method: str, path: str, seconds: int = 0, service: str = "execute-api"
    ) -> dict[str, str]:
        """Return the headers with which botocore signs a request, some seconds from now."""
        url = f"{self.endpoint.replace('ws', 'http', 1)}{path}"
        return self._sign(url, method, seconds, service)

    def _sign(
        self, url: str, method: str, seconds: int = 0, service: str = "execute-api"
    ) -> dict[str, str]:
        keys = Credentials(self.target.access_key, self.target.secret_key)
        auth = SigV4Auth(keys, service, self.target.region)
        request = AWSRequest(method=method, url=url, headers={"Host": urlsplit(url).netloc})
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
        auth._modify_request_before_signing(request)
        to_sign = auth.string_to_sign(request, auth.canonical_request(request))
        auth._inject_signature_to_request(request, auth.signature(to_sign, request))
        return dict(request.headers.items())

    def _full(self, path: str) -> str:
        return f"{urlsplit(self.endpoint).path}{path}"

    def _ask(
        self, method: str, path: str, headers: dict[str, str]
    ) -> tuple[int, str | None, bytes]:
        with Wire(self.url) as wire:
            asked = http.client.HTTPConnection(wire.host)
            asked.sock = wire.socket
            asked.request(method, path, headers=headers)
            with asked.getresponse() as answer:
                return answer.status, answer.getheader("x-amzn-ErrorType"), answer.read()


@dataclass(frozen=True)
class Client:
    """An open connection."""

    api: Api
    socket: ClientConnection
    id: str

    def send(self, text: str) -> None:
        """Send a message."""
        self.socket.send(text)

    def receive(self) -> str | bytes:
        """Return the next message."""
        return self.socket.recv(PATIENCE)

    def is_served(self) -> bool:
        """Tell whether the next message is the answer to a question that is asked now."""
        self.send('{"action": "ask"}')
        return self.receive() == "answer"

    def ending(self) -> tuple[int, str]:
        """Wait for the end, and return its close code and reason as the client sees them."""
        with pytest.raises(ConnectionClosed) as caught:
            self.receive()
        received = caught.value.rcvd
        return (received.code, received.reason) if received else (1006, "")

    def post(self, *messages: str | bytes) -> None:
        """Post to the connection, one message after the other."""
        for data in messages:
            self.api.management().post_to_connection(ConnectionId=self.id, Data=data)

    def event(self, kind: str, count: int = 1) -> Received:
        """Return an event that the backend got of this connection."""
        return self.api.target.event(kind, self.id, count)

    @property
    def path(self) -> str:
        """Where the connection is managed, below the API."""
        return f"/{STAGE}/@connections/{quote(self.id, safe='')}"


class Wire(RawSocket):
    """A TCP or TLS connection to the host of a URL, of which every byte counts."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme in ("https", "wss")
        name, port = parts.hostname or "", parts.port or (443 if secure else 80)
        plain = socket.create_connection((name, port), PATIENCE)
        context = ssl.create_default_context()
        self.socket = context.wrap_socket(plain, server_hostname=name) if secure else plain
        self.host = parts.netloc
        self.path = parts.path + (f"?{parts.query}" if parts.query else "")

    def shake(self, *headers: str, path: str | None = None, host: str | None = None) -> None:
        """Send a handshake; its answer is not read."""
        lines = [
            f"GET {path or self.path} HTTP/1.1",
            f"Host: {host or self.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            *headers,
        ]
        self.send("\r\n".join([*lines, "", ""]).encode())


class Gate:
    """An answer that waits until a test lets it go."""

    def __init__(self, given: Given | None = None) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()
        self.given = given or Given()
        self.received: list[Received] = []

    def __call__(self, received: Received) -> Given:
        self.received.append(received)
        self.entered.release()
        self.opened.wait(PATIENCE)
        return self.given


def error_of(call: Any, **params: Any) -> tuple[int, str, str]:
    """Return status, code and message of the error that a boto3 call ends in."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error.get("Message", "")
