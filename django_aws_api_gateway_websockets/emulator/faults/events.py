"""The legs to the backend, on which events may be late, lost, repeated or out of order."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any

from ..answers import Answer
from ..backend import BackendError, BackendTimeout
from ..connections import Connection
from ..heads import RequestHead
from ..invoker import Accepted, CallBackend, Reply, RunsRoutes
from ..requests import BackendRequest, BackendResponse
from ..store import Snapshot
from .fates import (
    CallFate,
    decide_call,
    decide_disconnect,
    decide_handshake,
    decide_message,
    decide_overtaken,
)
from .faults import Faults
from .overtaking import Overtaking
from .timetable import Timetable

__all__ = ["BreakableCalls", "BreakableInvoker"]


class BreakableInvoker:
    """Runs routes as the faults let it.

    Args:
        inner: runs them.
        faults: what may happen.
        timetable: what happens later.
    """

    def __init__(self, inner: RunsRoutes, faults: Faults, timetable: Timetable) -> None:
        self.inner = inner
        self.faults = faults
        self.timetable = timetable
        self._overtaking = Overtaking(timetable)

    def connect(
        self, connection: Connection, head: RequestHead
    ) -> Coroutine[Any, Any, Accepted | Answer]:
        """Ask the connect route whether a client may enter."""
        if self.faults.quiet:
            return self.inner.connect(connection, head)
        return self._connect(connection, head)

    def message(
        self, connection: Connection, snapshot: Snapshot, key: str, request_id: str, text: str
    ) -> Coroutine[Any, Any, Reply]:
        """Run the route of a message."""
        if self.faults.quiet:
            return self.inner.message(connection, snapshot, key, request_id, text)
        return self._message(connection, snapshot, key, request_id, text)

    def disconnect(self, connection: Connection) -> Coroutine[Any, Any, None]:
        """Run the disconnect route."""
        if self.faults.quiet:
            return self.inner.disconnect(connection)
        return self._disconnect(connection)

    async def _connect(self, connection: Connection, head: RequestHead) -> Accepted | Answer:
        fate = decide_handshake(self.faults)
        await self.timetable.sleep(fate.before)
        outcome = await self.inner.connect(connection, head)
        if isinstance(outcome, Accepted):
            await self.timetable.sleep(fate.after)
            if fate.life is not None:
                self.timetable.after(fate.life, lambda: _cut(connection))
        return outcome

    async def _message(
        self, connection: Connection, snapshot: Snapshot, key: str, request_id: str, text: str
    ) -> Reply:
        fate = decide_message(self.faults)
        await self.timetable.sleep(fate.delay)
        waiting = self._overtaking.waits(connection.connection_id)
        if decide_overtaken(self.faults, waiting=waiting):
            await self._overtaking.wait(connection.connection_id)
        reply = await self.inner.message(connection, snapshot, key, request_id, text)
        self._overtaking.passed(connection.connection_id)
        if fate.cut:
            _cut(connection)
        return reply

    async def _disconnect(self, connection: Connection) -> None:
        for seconds in decide_disconnect(self.faults):
            await self.timetable.sleep(seconds)
            await self.inner.disconnect(connection)


class BreakableCalls:
    """Sends requests to the backend, some of which fail.

    Args:
        call: sends them.
        faults: what may happen.
    """

    def __init__(self, call: CallBackend, faults: Faults) -> None:
        self.call = call
        self.faults = faults

    def __call__(self, request: BackendRequest) -> Awaitable[BackendResponse]:
        """Send a request."""
        return self.call(request) if self.faults.quiet else self._break(request)

    async def _break(self, request: BackendRequest) -> BackendResponse:
        fate = decide_call(self.faults)
        if fate is CallFate.NOT_SENT:
            raise BackendError("Told not to call the backend.")
        response = await self.call(request)
        if fate is CallFate.TIMED_OUT:
            raise BackendTimeout("Told to drop the backend's answer.")
        return response


def _cut(connection: Connection) -> None:
    """End the socket of a connection that has one."""
    if connection.outlet is not None:
        connection.outlet.cut()
