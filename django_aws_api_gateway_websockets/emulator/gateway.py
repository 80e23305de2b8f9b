"""The data plane: what a handshake, a message, a close and the passing of time lead to.

It knows neither sockets nor servers: requests to the backend leave through a callable, messages to
a client through the connection's outlet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from ..protocol.limits import CONNECT_URL_MAX_CHARS, HEADERS_MAX_BYTES
from ..protocol.routes import select_route
from .answers import Answer, error_answer, forbidden, throttled
from .assumptions import Assumptions
from .clock import Clock
from .connections import Connection, Connections, ConnectionState, Outlet
from .events import Handshake
from .frames import FORBIDDEN, TOO_MANY_REQUESTS, error_frame
from .heads import RequestHead
from .identifiers import new_event_id
from .invoker import Accepted, CallBackend, Invoker, RunsRoutes
from .log import Log, LogRecord
from .quotas import Quotas, Throttle
from .store import Address, Store
from .timers import Deadlines

__all__ = ["Gateway", "Witness"]

_GOING_AWAY: Final = (1001, "Going away")
"""Close code and reason at a limit of time, and when a stage is deleted.

What AWS says to the connections of a deleted stage is not documented.
"""


class Witness(Protocol):
    """Whoever sees what is refused without running a route, before the log is told of it."""

    def handshake(self, handshake: Handshake, answer: Answer) -> None:
        """Take note of a handshake."""

    def message(self, text: str, answer: Answer) -> None:
        """Take note of a message, and of the error frame that the client gets."""


class Gateway:
    """Routes events to the backend and answers to the clients.

    Args:
        store: what is provisioned.
        clock: the time.
        call: sends a request to the backend; raises BackendError.
        log: takes a record of each event.
        wake: called when a connection has been given its time limits.
        quotas: what all APIs may do together.
        assume: what is assumed of AWS.
        witness: sees what is refused.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        call: CallBackend,
        log: Log,
        wake: Callable[[], None],
        quotas: Quotas | None = None,
        assume: Assumptions | None = None,
        witness: Witness | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.log = log
        self.wake = wake
        self.witness = witness
        self.assume = Assumptions() if assume is None else assume
        self.throttle = Throttle(Quotas() if quotas is None else quotas, clock)
        self.invoker: RunsRoutes = Invoker(
            store=store, clock=clock, call=call, log=log, assume=self.assume
        )
        self.connections = Connections()
        self.deadlines = Deadlines()
        self._tasks: set[asyncio.Task[None]] = set()

    async def connect(self, handshake: Handshake) -> Accepted | Answer:
        """Decide over a handshake; the connection is not open before `opened`."""
        started = self.clock.now()
        refusal = _over_limits(handshake.head)
        if not self.throttle.admits_connection():
            refusal = throttled()
        address = self.store.resolve(handshake.head.host, handshake.head.segments)
        if refusal is not None or address is None:
            return self.refuse(handshake, refusal or forbidden())
        connection = self._begin(handshake, address)
        outcome: Accepted | Answer | None = None
        try:
            outcome = await self._admit(connection, handshake.head)
        finally:
            if not isinstance(outcome, Accepted):
                self.connections.remove(connection)
        status = 101 if isinstance(outcome, Accepted) else outcome.status
        seconds = self.clock.now() - started
        self.log(self._record("connect", connection, status=status, seconds=seconds))
        return outcome

    def refuse(self, handshake: Handshake, answer: Answer) -> Answer:
        """Take note of a handshake that is refused without asking the backend."""
        if self.witness is not None:
            self.witness.handshake(handshake, answer)
        self.log(LogRecord(kind="connect", at=self.clock.wall(), status=answer.status))
        return answer

    async def _admit(self, connection: Connection, head: RequestHead) -> Accepted | Answer:
        """Ask the backend; its stage may have been deleted when it answers."""
        outcome = await self.invoker.connect(connection, head)
        gone = self.store.live(connection.api_id, connection.stage) is None
        return forbidden() if gone else outcome

    def opened(self, connection: Connection, outlet: Outlet) -> None:
        """Take note that the client has been told of its connection."""
        connection.outlet = outlet
        connection.state = ConnectionState.OPEN
        self.deadlines.add(connection.connection_id, self.clock.now())
        self.wake()

    def closed(self, connection: Connection, code: int, reason: str) -> None:
        """Take note of the end of a connection and run its disconnect route; once."""
        if connection.state is ConnectionState.GONE:
            return
        self.forget(connection)
        if self.assume.disconnect_context:
            connection.ending = (code, reason)
        self.log(self._record("disconnect", connection, status=code, detail=reason))
        self.spawn(self.invoker.disconnect(connection))

    def forget(self, connection: Connection) -> None:
        """Let a connection go without telling the backend."""
        self.connections.remove(connection)
        self.deadlines.discard(connection.connection_id)

    def close(self, connection: Connection, code: int, reason: str) -> None:
        """End a connection from this side."""
        outlet = connection.outlet if connection.state is ConnectionState.OPEN else None
        self.closed(connection, code, reason)
        if outlet is not None:
            outlet.close(code, reason)

    def expire(self) -> None:
        """Close the connections that have been idle or open for too long."""
        for connection_id in self.deadlines.due(self.clock.now()):
            connection = self.connections.open(connection_id)
            if connection is not None:
                self.close(connection, *_GOING_AWAY)

    def sweep(self) -> None:
        """Close the connections whose stage has been deleted."""
        for connection in self.connections.all_open():
            if self.store.live(connection.api_id, connection.stage) is None:
                self.close(connection, *_GOING_AWAY)

    async def receive(self, connection: Connection, text: str) -> None:
        """Route a client's message, and send on what comes back."""
        self._touch(connection)
        snapshot = self.store.live(connection.api_id, connection.stage)
        if snapshot is None:
            return
        started = self.clock.now()
        request_id = new_event_id()
        if not self.throttle.admits_request():
            self._refuse(connection, request_id, 429, TOO_MANY_REQUESTS, text)
            return
        key = select_route(snapshot.selection_expression, text, snapshot.routes)
        if key is None:
            self._refuse(connection, request_id, 403, FORBIDDEN, text)
            return
        reply = await self.invoker.message(connection, snapshot, key, request_id, text)
        outcome = {"status": reply.status, "seconds": self.clock.now() - started}
        size = len(text.encode())
        self.log(self._record("message", connection, route_key=key, size=size, **outcome))
        if reply.message:
            self.deliver(connection, reply.message)

    def _refuse(
        self, connection: Connection, request_id: str, status: int, message: str, text: str
    ) -> None:
        """Send an error frame in place of running a route."""
        frame = error_frame(message, connection.connection_id, request_id)
        if self.witness is not None:
            self.witness.message(text, Answer(status=status, body=frame))
        self.log(self._record("message", connection, status=status, size=len(text.encode())))
        self.deliver(connection, frame)

    def pinged(self, connection: Connection) -> None:
        """Take note of a ping, which may count as activity."""
        if self.assume.pings_keep_alive:
            self._touch(connection)

    def deliver(self, connection: Connection, message: bytes) -> bool:
        """Send a message to a client; False when it is gone or its buffer is full."""
        if connection.state is not ConnectionState.OPEN or connection.outlet is None:
            return False
        if not connection.outlet.send(message):
            return False
        self._touch(connection)
        return True

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something in the background until it ends or `stop` is called."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def under_way(self) -> int:
        """Return how many events are being handled, or wait to be."""
        return len(self._tasks)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel what runs in the background, and return it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    async def stop(self) -> None:
        """Cancel what runs in the background, and wait for its end."""
        await asyncio.gather(*self.cancel(), return_exceptions=True)

    def _begin(self, handshake: Handshake, address: Address) -> Connection:
        now = self.clock.wall()
        connection = Connection(
            connection_id=new_event_id(),
            api_id=address.api_id,
            stage=address.stage,
            domain_name=address.domain_name,
            source_ip=handshake.source_ip,
            user_agent=handshake.head.header("user-agent"),
            scheme=handshake.scheme,
            port=handshake.port,
            connected_at=now,
            last_active_at=now,
        )
        self.connections.add(connection)
        return connection

    def _touch(self, connection: Connection) -> None:
        connection.last_active_at = self.clock.wall()
        self.deadlines.touch(connection.connection_id, self.clock.now())

    def _record(self, kind: str, connection: Connection, **values: Any) -> LogRecord:
        return LogRecord(
            kind=kind,
            at=self.clock.wall(),
            api_id=connection.api_id,
            stage=connection.stage,
            connection_id=connection.connection_id,
            **values,
        )


def _over_limits(head: RequestHead) -> Answer | None:
    """Return the answer to a handshake that is too large, else None."""
    if len(head.target) > CONNECT_URL_MAX_CHARS:
        return error_answer(414, "BadRequestException", "Request-URI Too Long")
    if sum(len(value) for _, value in head.headers) > HEADERS_MAX_BYTES:
        return error_answer(431, "BadRequestException", "Request Header Fields Too Large")
    return None
