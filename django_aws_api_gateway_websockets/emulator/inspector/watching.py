"""Lookers-on at the legs between gateway and backend, who change nothing."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from ...protocol.routes import DISCONNECT
from ..answers import Answer
from ..connections import Connection
from ..events import Handshake
from ..heads import RequestHead
from ..invoker import Accepted, CallBackend, Reply, RunsRoutes
from ..log import LogRecord
from ..requests import BackendRequest, BackendResponse
from ..store import Snapshot
from .exchanges import CURRENT, Exchange
from .inspector import Inspector

__all__ = ["WatchedCalls", "WatchedInvoker", "WatchedRefusals"]


class WatchedInvoker:
    """Runs routes, and opens an exchange for each.

    Args:
        inner: runs them.
        inspector: is told of disconnect routes, of which the log says nothing.
    """

    def __init__(self, inner: RunsRoutes, inspector: Inspector) -> None:
        self.inner = inner
        self.inspector = inspector

    def connect(
        self, connection: Connection, head: RequestHead
    ) -> Coroutine[Any, Any, Accepted | Answer]:
        """Ask the connect route whether a client may enter."""
        exchange = self.inspector.exchange()
        if exchange is None:
            return self.inner.connect(connection, head)
        return self._connect(connection, head, exchange)

    def message(
        self, connection: Connection, snapshot: Snapshot, key: str, request_id: str, text: str
    ) -> Coroutine[Any, Any, Reply]:
        """Run the route of a message."""
        exchange = self.inspector.exchange()
        if exchange is None:
            return self.inner.message(connection, snapshot, key, request_id, text)
        return self._message(connection, snapshot, key, request_id, text, exchange)

    def disconnect(self, connection: Connection) -> Coroutine[Any, Any, None]:
        """Run the disconnect route."""
        exchange = self.inspector.exchange()
        if exchange is None:
            return self.inner.disconnect(connection)
        return self._disconnect(connection, exchange)

    async def _connect(
        self, connection: Connection, head: RequestHead, exchange: Exchange
    ) -> Accepted | Answer:
        CURRENT.set(exchange)
        outcome = await self.inner.connect(connection, head)
        with self.inspector.noting():
            if exchange.asked is None:
                exchange.arrive(self.inspector.base(), head)
            if exchange.answered is None and isinstance(outcome, Answer):
                exchange.reply(outcome)
        return outcome

    async def _message(
        self,
        connection: Connection,
        snapshot: Snapshot,
        key: str,
        request_id: str,
        text: str,
        exchange: Exchange,
    ) -> Reply:
        CURRENT.set(exchange)
        with self.inspector.noting():
            exchange.say(text)
        reply = await self.inner.message(connection, snapshot, key, request_id, text)
        if exchange.answered is None and reply.message:
            with self.inspector.noting():
                exchange.reply(Answer(status=reply.status, body=reply.message))
        return reply

    async def _disconnect(self, connection: Connection, exchange: Exchange) -> None:
        CURRENT.set(exchange)
        clock = self.inspector.clock
        at, started = clock.wall(), clock.now()
        await self.inner.disconnect(connection)
        if exchange.asked is None:
            return
        record = LogRecord(
            kind="disconnect",
            at=at,
            api_id=connection.api_id,
            stage=connection.stage,
            connection_id=connection.connection_id,
            route_key=DISCONNECT,
            status=None if exchange.answered is None else exchange.answered.status,
            seconds=clock.now() - started,
        )
        self.inspector.keep(record, exchange)


class WatchedRefusals:
    """Opens an exchange for what is refused without running a route.

    Args:
        inspector: keeps it with what the log says of it next.
    """

    def __init__(self, inspector: Inspector) -> None:
        self.inspector = inspector

    def handshake(self, handshake: Handshake, answer: Answer) -> None:
        """Take note of a handshake."""
        exchange = self.inspector.exchange()
        if exchange is not None:
            CURRENT.set(exchange)
            with self.inspector.noting():
                exchange.arrive(self.inspector.base(), handshake.head)
                exchange.reply(answer)

    def message(self, text: str, answer: Answer) -> None:
        """Take note of a client's message, and of the error frame that it gets."""
        exchange = self.inspector.exchange()
        if exchange is not None:
            CURRENT.set(exchange)
            with self.inspector.noting():
                exchange.say(text)
                exchange.reply(answer)


class WatchedCalls:
    """Sends requests to the backend, and takes note of them and of the answers.

    Args:
        call: sends them.
        inspector: lets no note get in the way.
    """

    def __init__(self, call: CallBackend, inspector: Inspector) -> None:
        self.call = call
        self.inspector = inspector

    async def __call__(self, request: BackendRequest) -> BackendResponse:
        """Send a request."""
        exchange = CURRENT.get()
        if exchange is None:
            return await self.call(request)
        with self.inspector.noting():
            exchange.ask(request)
        response = await self.call(request)
        with self.inspector.noting():
            exchange.answer(response)
        return response
