"""The HTTP side: control plane, ``@connections``, and handshakes on kept-alive connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from ..protocol.endpoints import CONNECTIONS
from .answers import Answer, error_answer, forbidden
from .control import ControlPlane
from .gateway import Gateway
from .heads import RequestHead
from .log import LogRecord
from .management import Management
from .raw import amazon_headers
from .sockets import Peer

__all__ = ["HttpSide", "Upgrade"]

_CONTROL_PREFIX = "/v2/"

_SHUTDOWN_SECONDS = 0.01
"""How long a kept-alive connection may take to end; aiohttp takes 0 for no limit at all."""

Upgrade = Callable[[asyncio.Transport, RequestHead, bytes], Peer]
"""Takes over a transport whose client asked for a WebSocket."""


class HttpSide:
    """Serves everything that is not a WebSocket.

    Args:
        plane: the control plane.
        gateway: the data plane.
        upgrade: takes over handshakes that come on a kept-alive connection.
    """

    def __init__(self, plane: ControlPlane, gateway: Gateway, upgrade: Upgrade) -> None:
        self.plane = plane
        self.gateway = gateway
        self.management = Management(gateway)
        self.upgrade = upgrade
        self.server = web.Server(self._handle, access_log=None)

    async def close(self) -> None:
        """End all HTTP connections."""
        await self.server.shutdown(_SHUTDOWN_SECONDS)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        head = _head(request)
        if head.upgrades():
            return await self._upgrade(request, head)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            answer = error_answer(413, "RequestTooLargeException", "Request too large")
        else:
            answer = self._answer(head, body)
        return web.Response(
            status=answer.status, headers=amazon_headers(answer), body=answer.body or None
        )

    def _answer(self, head: RequestHead, body: bytes) -> Answer:
        """Answer a request; one from a web page is refused, as no SDK sends an Origin."""
        segments = head.segments
        control = head.path.startswith(_CONTROL_PREFIX)
        if (control or CONNECTIONS in segments) and head.header("origin"):
            return forbidden()
        if control and not self.gateway.store.serves_domain(head.host):
            return self._control(head, body)
        if CONNECTIONS in segments:
            return self.management.handle(head.method, head.host, segments, body)
        if self.gateway.store.resolve(head.host, segments) is None:
            return forbidden()
        answer = error_answer(426, "UpgradeRequiredException", "Upgrade Required")
        return Answer(
            status=answer.status,
            headers={**answer.headers, "Upgrade": "websocket"},
            body=answer.body,
        )

    def _control(self, head: RequestHead, body: bytes) -> Answer:
        started = time.monotonic()
        name, answer = self.plane.handle(head.method, head.path, head.query, body)
        self.gateway.sweep()
        self.gateway.log(
            LogRecord(
                kind="control",
                at=self.gateway.clock.wall(),
                status=answer.status,
                seconds=time.monotonic() - started,
                detail=name,
            )
        )
        return answer

    async def _upgrade(self, request: web.BaseRequest, head: RequestHead) -> web.StreamResponse:
        """Give the transport away and wait for ever: its end cancels this."""
        transport, handler = request.transport, request.protocol
        assert isinstance(transport, asyncio.Transport)
        peer = self.upgrade(transport, head, b"")
        inner = peer.on_lost

        def lost(peer: Peer, exc: Exception | None) -> None:
            inner(peer, exc)
            handler.connection_lost(exc)

        peer.on_lost = lost
        never: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
        return await never


def _head(request: web.BaseRequest) -> RequestHead:
    """Return the head of a request with the headers as they came."""
    return RequestHead(
        method=request.method,
        target=request.raw_path,
        version=f"HTTP/{request.version.major}.{request.version.minor}",
        headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in request.raw_headers),
    )
