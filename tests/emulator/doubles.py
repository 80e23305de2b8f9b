"""A backend and a client that exist in memory alone, for the rooms that know no sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.connections import Connection
from django_aws_api_gateway_websockets.emulator.events import Handshake
from django_aws_api_gateway_websockets.emulator.gateway import Gateway
from django_aws_api_gateway_websockets.emulator.invoker import Accepted
from django_aws_api_gateway_websockets.emulator.requests import BackendRequest, BackendResponse
from django_aws_api_gateway_websockets.emulator.store import Store

from .support import Journal, request_head


class MemoryBackend:
    """Answers every request with the same response, or raises the same error."""

    def __init__(self) -> None:
        self.requests: list[BackendRequest] = []
        self.outcome: BackendResponse | Exception = BackendResponse(status=200)
        self.delay: asyncio.Event | None = None

    async def __call__(self, request: BackendRequest) -> BackendResponse:
        """Take a request."""
        self.requests.append(request)
        if self.delay is not None:
            await self.delay.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def header(self, name: str) -> str:
        """Return a header of the latest request."""
        return dict(self.requests[-1].headers)[name]


class MemoryOutlet:
    """A client that takes a number of messages before its buffer is full."""

    def __init__(self, room: int = 100) -> None:
        self.messages: list[bytes] = []
        self.closes: list[tuple[int, str]] = []
        self.cuts = 0
        self.room = room

    def send(self, message: bytes) -> bool:
        """Take a message if there is room."""
        if len(self.messages) >= self.room:
            return False
        self.messages.append(message)
        return True

    def close(self, code: int, reason: str) -> None:
        """Take a close."""
        self.closes.append((code, reason))

    def cut(self) -> None:
        """Take a cut."""
        self.cuts += 1


class Line:
    """A gateway with a backend and clients in memory."""

    def __init__(self, store: Store, **options: Any) -> None:
        self.store = store
        self.clock = ManualClock()
        self.journal = Journal()
        self.backend = MemoryBackend()
        self.woken = 0
        self.gateway = Gateway(
            store=store,
            clock=self.clock,
            call=self.backend,
            log=self.journal,
            wake=self._wake,
            **options,
        )
        self.invoker = self.gateway.invoker

    def _wake(self) -> None:
        self.woken += 1

    def handshake(self, target: str = "/abcdefghij/dev", *headers: tuple[str, str]) -> Handshake:
        """Return a client's handshake."""
        head = request_head(target, ("Host", "gateway.test"), *headers)
        return Handshake(head=head, source_ip="192.0.2.1", scheme="http", port=8000)

    async def open(self, outlet: MemoryOutlet) -> Connection:
        """Open a connection."""
        outcome = await self.gateway.connect(self.handshake())
        assert isinstance(outcome, Accepted)
        self.gateway.opened(outcome.connection, outlet)
        return outcome.connection

    async def settle(self) -> None:
        """Let what runs in the background come to its end."""
        for _ in range(10):
            await asyncio.sleep(0)


def run(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an asynchronous test."""
    asyncio.run(asyncio.wait_for(scene(), 5))
