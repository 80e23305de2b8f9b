"""Lookers-on at the legs between gateway and backend, who change nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Coroutine
from typing import Any, Final

from ...protocol.routes import CONNECT, DISCONNECT
from ..answers import Answer, Lost
from ..clock import Clock
from ..connections import Connection
from ..heads import RequestHead
from ..invoker import Accepted, CallBackend, Reply, RunsRoutes
from ..log import LogRecord
from ..requests import BackendRequest, BackendResponse
from ..store import Integration, Snapshot, Store
from .entries import Answered, Asked
from .exchanges import CALL, CURRENT, Call, Exchange
from .inspector import Inspector
from .masking import PLAIN, Masker

__all__ = ["WatchedCalls", "WatchedInvoker", "WatchedPosts"]

_LOST: Final = "the answer was lost"


class WatchedInvoker:
    """Runs routes, and opens an exchange for each.

    Args:
        inner: runs them.
        inspector: is told of disconnect routes, of which the log says nothing.
        store: what is provisioned.
        clock: the time.
    """

    def __init__(self, inner: RunsRoutes, inspector: Inspector, store: Store, clock: Clock) -> None:
        self.inner = inner
        self.inspector = inspector
        self.store = store
        self.clock = clock
        self._maskers: dict[int, tuple[Integration, Masker]] = {}

    def connect(
        self, connection: Connection, head: RequestHead
    ) -> Coroutine[Any, Any, Accepted | Answer]:
        """Ask the connect route whether a client may enter."""
        if self.inspector.attention.wants():
            self._open(self._snapshot(connection), CONNECT)
        return self.inner.connect(connection, head)

    def message(
        self, connection: Connection, snapshot: Snapshot, key: str, request_id: str, text: str
    ) -> Coroutine[Any, Any, Reply]:
        """Run the route of a message."""
        if self.inspector.attention.wants():
            self._open(snapshot, key).say(text)
        return self.inner.message(connection, snapshot, key, request_id, text)

    def disconnect(self, connection: Connection) -> Coroutine[Any, Any, None]:
        """Run the disconnect route."""
        if self.inspector.attention.wants():
            return self._disconnect(connection)
        return self.inner.disconnect(connection)

    async def _disconnect(self, connection: Connection) -> None:
        exchange = self._open(self._snapshot(connection), DISCONNECT)
        at, started = self.clock.wall(), self.clock.now()
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
            seconds=self.clock.now() - started,
        )
        self.inspector.keep(record, exchange)

    def _snapshot(self, connection: Connection) -> Snapshot | None:
        return self.store.live(connection.api_id, connection.stage)

    def _open(self, snapshot: Snapshot | None, key: str) -> Exchange:
        """Begin an exchange that knows the secrets of a route."""
        route = snapshot.routes.get(key) if snapshot else None
        integration = route.integration if route else None
        exchange = Exchange(PLAIN if integration is None else self._masker(integration))
        CURRENT.set(exchange)
        return exchange

    def _masker(self, integration: Integration) -> Masker:
        """Return the masker of an integration, which is kept with it, so that its id is its own."""
        known = self._maskers.get(id(integration))
        if known is None:
            known = self._maskers[id(integration)] = integration, Masker(integration.parameters)
        return known[1]


class WatchedCalls:
    """Sends requests to the backend, and takes note of them and of the answers.

    Args:
        call: sends them.
    """

    def __init__(self, call: CallBackend) -> None:
        self.call = call

    async def __call__(self, request: BackendRequest) -> BackendResponse:
        """Send a request."""
        exchange = CURRENT.get()
        if exchange is None:
            return await self.call(request)
        exchange.ask(request)
        response = await self.call(request)
        exchange.answer(response)
        return response


class WatchedPosts:
    """Looks on while a call of ``@connections`` is answered.

    Args:
        inspector: is told of each call.
        clock: the time.
    """

    def __init__(self, inspector: Inspector, clock: Clock) -> None:
        self.inspector = inspector
        self.clock = clock

    async def watch(
        self, head: RequestHead, body: bytes, answering: Awaitable[Answer | Lost]
    ) -> Answer | Lost:
        """Return the answer to a call."""
        if not self.inspector.attention.wants():
            return await answering
        call = Call()
        token = CALL.set(call)
        at, started = self.clock.wall(), self.clock.now()
        try:
            answer = await answering
        finally:
            CALL.reset(token)
        record = dataclasses.replace(
            call.record or LogRecord(kind=head.method.lower(), at=at),
            status=None if isinstance(answer, Lost) else answer.status,
            seconds=self.clock.now() - started,
            detail=_LOST if isinstance(answer, Lost) else "",
        )
        self.inspector.keep(record, _exchange(head, body, answer))
        return answer


def _exchange(head: RequestHead, body: bytes, answer: Answer | Lost) -> Exchange:
    """Return what was asked, as a client at the same address would ask again."""
    exchange = Exchange()
    exchange.asked = Asked(
        method=head.method,
        url=PLAIN.url(f"http://{head.host}{head.target}"),
        headers=PLAIN.headers(head.headers),
        body=PLAIN.body(body),
    )
    if isinstance(answer, Lost):
        return exchange
    headers = PLAIN.headers(tuple(answer.headers.items()))
    exchange.answered = Answered(
        status=answer.status, headers=headers, body=PLAIN.body(answer.body)
    )
    return exchange
