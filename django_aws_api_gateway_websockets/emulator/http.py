"""The HTTP side: control plane, panel, ``@connections``, handshakes on kept-alive connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from ..protocol.endpoints import CONNECTIONS
from .answers import Answer, Lost, error_answer, forbidden
from .callers import refuse_caller
from .control import ControlPlane
from .faults import BreakablePosts
from .gateway import Gateway
from .guard import Guard
from .heads import RequestHead
from .inspector import WatchedRequests
from .log import LogRecord
from .management import too_long
from .panel import PANEL_PREFIX, Panel
from .raw import amazon_headers
from .sockets import Peer

__all__ = ["HttpSide", "Upgrade"]

_CONTROL_PREFIX = "/v2/"

_SHUTDOWN_SECONDS = 0.01
"""How long a kept-alive connection may take to end; aiohttp takes 0 for no limit at all."""

_SILENCE_SECONDS = 120.0
"""How long a client is kept waiting that is to get no answer, if it does not leave before."""

_TOO_LARGE = error_answer(413, "RequestTooLargeException", "Request too large")

Upgrade = Callable[[asyncio.Transport, RequestHead, bytes], Peer]
"""Takes over a transport whose client asked for a WebSocket."""


class HttpSide:
    """Serves everything that is not a WebSocket.

    Args:
        plane: the control plane.
        gateway: the data plane.
        guard: judges signatures.
        posts: answers for ``@connections``.
        watch: looks on at that, and at the control plane.
        panel: answers for the emulator itself.
        upgrade: takes over handshakes that come on a kept-alive connection.
        any_host: whether requests may ask for any host, as those from other machines do.
    """

    def __init__(
        self,
        plane: ControlPlane,
        gateway: Gateway,
        guard: Guard,
        posts: BreakablePosts,
        watch: WatchedRequests,
        panel: Panel,
        upgrade: Upgrade,
        *,
        any_host: bool,
    ) -> None:
        self.plane = plane
        self.gateway = gateway
        self.guard = guard
        self.posts = posts
        self.watch = watch
        self.panel = panel
        self.upgrade = upgrade
        self.any_host = any_host
        self.server = web.Server(self._handle, access_log=None, handler_cancellation=True)

    async def close(self) -> None:
        """End all HTTP connections."""
        await self.server.shutdown(_SHUTDOWN_SECONDS)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        head = _head(request)
        if head.upgrades():
            return await self._upgrade(request, head)
        try:
            answer = await self._answer(head, await request.read())
        except web.HTTPRequestEntityTooLarge:
            answer = too_long() if CONNECTIONS in head.segments else _TOO_LARGE
        if isinstance(answer, Lost):
            return await self._lose(request, answer)
        return web.Response(
            status=answer.status, headers=amazon_headers(answer), body=answer.body or None
        )

    async def _answer(self, head: RequestHead, body: bytes) -> Answer | Lost:
        segments = head.segments
        own = head.path.startswith((_CONTROL_PREFIX, PANEL_PREFIX))
        refusal = self._refusal(head) if own or CONNECTIONS in segments else None
        if refusal is not None:
            return refusal
        if own and not self.gateway.store.serves_domain(head.host):
            return await self._own(head, body)
        if CONNECTIONS in segments:
            return await self.watch.connections(head, body, self._connections(head, body))
        if self.gateway.store.resolve(head.host, segments) is None:
            return forbidden()
        answer = error_answer(426, "UpgradeRequiredException", "Upgrade Required")
        return Answer(
            status=answer.status,
            headers={**answer.headers, "Upgrade": "websocket"},
            body=answer.body,
        )

    def _refusal(self, head: RequestHead) -> Answer | None:
        """Return the answer to a request of a web page, else None."""
        custom = self.gateway.store.serves_domain(head.host)
        return refuse_caller(head, custom_domain=custom, any_host=self.any_host)

    async def _lose(self, request: web.BaseRequest, how: Lost) -> web.StreamResponse:
        """Give no answer: a client that leaves, and the end of this, cancel the wait."""
        if how is Lost.SILENCE:
            await asyncio.sleep(_SILENCE_SECONDS)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _own(self, head: RequestHead, body: bytes) -> Answer | Lost:
        """Answer for the emulator itself, or for its control plane."""
        if head.path.startswith(PANEL_PREFIX):
            return self.panel.handle(head.method, head.path, body)
        return await self.watch.control(head, body, self._control(head, body))

    async def _control(self, head: RequestHead, body: bytes) -> Answer | Lost:
        started = time.monotonic()
        name, answer = self.plane.handle(head.method, head.path, head.query, body)
        self.gateway.sweep()
        self.gateway.log(
            LogRecord(
                kind="control",
                at=self.gateway.clock.wall(),
                status=answer.status if isinstance(answer, Answer) else None,
                seconds=time.monotonic() - started,
                detail=name,
            )
        )
        return answer

    async def _connections(self, head: RequestHead, body: bytes) -> Answer | Lost:
        refusal = self.guard.refusal(head, body)
        if refusal is None:
            return await self.posts.handle(head.method, head.host, head.segments, body)
        self.gateway.log(
            LogRecord(
                kind=head.method.lower(),
                at=self.gateway.clock.wall(),
                status=refusal.status,
                detail=refusal.headers["x-amzn-ErrorType"],
            )
        )
        return refusal

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
