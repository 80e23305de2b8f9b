"""An API as 4.1 left it in AWS, and a backend that tells which of the trusted headers it gets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import pytest

__all__ = ["NAME", "OLD_SECRET", "SECRET_PARAMETER", "Backend", "backend", "create_old_api"]

NAME = "Old"
OLD_SECRET = "o" * 32
SECRET_PARAMETER = "integration.request.header.X-Ws-Gateway-Secret"
TRUSTED = ("X-Ws-Gateway-Secret", "X-Ws-Event-Type")


class Backend:
    """Answers every request with the trusted headers that it got, and remembers them by path."""

    def __init__(self, server: ThreadingHTTPServer, seen: Queue[tuple[str, list[str]]]) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}/ws/"
        self._seen = seen

    def next_request(self) -> tuple[str, list[str]]:
        """Return the path below the URL and the headers of the oldest request not returned yet."""
        return self._seen.get(timeout=5)


@pytest.fixture
def backend() -> Iterator[Backend]:
    """Serve a backend."""

    seen: Queue[tuple[str, list[str]]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found = [self.headers.get(name, "") for name in TRUSTED]
            seen.put((self.path.removeprefix("/ws/"), found))
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Backend(server, seen)
        server.shutdown()
        thread.join()


def create_old_api(client: Any, backend: Backend, *, two_way: bool = False) -> dict[str, Any]:
    """Create an API with two headers and no tag; return what AWS says of it."""
    api: dict[str, Any] = client.create_api(
        Name=NAME,
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression="$request.body.action",
    )
    for name in ("connect", "disconnect", "default"):
        made = client.create_integration(
            ApiId=api["ApiId"],
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="POST",
            IntegrationUri=f"{backend.url}{name}",
            RequestParameters={
                "integration.request.header.connectionId": "context.connectionId",
                "integration.request.header.Colour": "'red'",
                SECRET_PARAMETER: f"'{OLD_SECRET}'",
            },
        )
        route = client.create_route(
            ApiId=api["ApiId"],
            RouteKey=f"${name}",
            Target=f"integrations/{made['IntegrationId']}",
        )
    if two_way:
        client.create_route_response(
            ApiId=api["ApiId"], RouteId=route["RouteId"], RouteResponseKey="$default"
        )
    client.create_stage(ApiId=api["ApiId"], StageName="production")
    deployment = client.create_deployment(ApiId=api["ApiId"], StageName="production")
    return {**api, "DeploymentId": deployment["DeploymentId"]}
