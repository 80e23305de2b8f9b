"""The connections of the fan-out to one host, and the posts that wait for one of them."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections import deque
from functools import lru_cache
from itertools import repeat
from typing import Final

from .batches import UNSETTLED, Batch, Target
from .connections import PostConnection
from .streams import PlainStream, Stream, TLSStream
from .window import Window

__all__ = ["Pool"]

_THROTTLED: Final = 429

_BUFFER_BYTES: Final = 65_536
"""Bytes that are received at once."""

_SWEEP_SECONDS: Final = 0.25
"""How exact deadlines are."""

_IDLE_SECONDS: Final = 15.0
"""How long a connection is kept that nobody needs."""


class Pool:
    """Sends batches to one host, and belongs to an event loop.

    Args:
        target: the host.
        loop: everything here is called in its thread.
    """

    def __init__(self, target: Target, loop: asyncio.AbstractEventLoop) -> None:
        self._target = target
        self._loop = loop
        self._window = Window()
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._waiting: deque[tuple[Batch, int]] = deque()
        self._idle: list[PostConnection] = []
        self._busy: set[PostConnection] = set()
        self._opening = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_heard = -math.inf
        self._sweeper: asyncio.TimerHandle | None = None

    def add(self, batch: Batch, ceiling: int) -> None:
        """Send a batch.

        Args:
            ceiling: posts in flight at once, at most.
        """
        self._window.limit(ceiling)
        self._waiting.extend(zip(repeat(batch), range(len(batch.parts)), strict=False))
        self._fill()

    async def close(self) -> None:
        """End all connections; what is in flight or waits is unsettled."""
        self._give_up()
        if self._sweeper is not None:
            self._sweeper.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in (*self._idle, *self._busy):
            connection.close()
        await asyncio.sleep(0)

    def answered(self, connection: PostConnection, status: int) -> None:
        """Let the connection carry the next post."""
        self._last_heard = now = self._loop.time()
        self._window.answered(now, throttled=status == _THROTTLED)
        if not connection.is_idle:
            connection.close()
        elif self._waiting and len(self._busy) <= self._window.size:
            self._post(connection, now)
        else:
            self._busy.discard(connection)
            self._keep(connection, now)
        if len(self._busy) < self._window.size:
            self._fill()

    def lost(self, connection: PostConnection) -> None:
        """Forget the connection."""
        self._busy.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._fill()

    def _fill(self) -> None:
        """Begin as many posts, and open as many connections, as may be."""
        while self._waiting and len(self._busy) < self._window.size:
            connection = self._pick()
            if connection is None:
                self._open()
                return
            self._busy.add(connection)
            self._post(connection, self._loop.time())
        if not self._waiting:
            self._window.rest()

    def _pick(self) -> PostConnection | None:
        """Return a connection that is idle, the one that was so for the shortest time."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_idle:
                return connection
        return None

    def _post(self, connection: PostConnection, now: float) -> None:
        connection.begun = now
        connection.deadline = now + self._target.read_timeout
        connection.post(*self._waiting.popleft())

    def _keep(self, connection: PostConnection, now: float) -> None:
        connection.deadline = now + _IDLE_SECONDS
        self._idle.append(connection)

    def _open(self) -> None:
        """Open a connection for each post that waits, as far as the window allows."""
        room = self._window.size - len(self._busy)
        for _ in range(min(room, len(self._waiting)) - self._opening):
            self._opening += 1
            task = self._loop.create_task(self._connect())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(_SWEEP_SECONDS, self._sweep)

    async def _connect(self) -> None:
        try:
            connection = await self._connection()
        except Exception:  # whatever it is, no post may wait for a connection that does not come
            self._miss()
        else:
            self._keep(connection, self._loop.time())
        finally:
            self._opening -= 1
        # While none is open, those that are being opened tell whether others can be.
        if self._busy or self._idle:
            self._fill()

    async def _connection(self) -> PostConnection:
        """Return a connection that is ready.

        Raises:
            OSError: none can be opened in time, or the host is not who it should be.
            RuntimeError: the process ends, and looks up no name any more.
            ValueError: no host can have such a name.
        """
        ready = self._loop.create_future()
        connection = PostConnection(self._stream(), self._buffer, self, ready)
        host, port = self._target.host, self._target.port
        async with asyncio.timeout(self._target.connect_timeout):
            transport, _ = await self._loop.create_connection(lambda: connection, host, port)
            try:
                await ready
            except BaseException:
                transport.abort()
                raise
        return connection

    def _stream(self) -> Stream:
        if not self._target.tls:
            return PlainStream()
        return TLSStream(_context(self._target.ca_bundle), self._target.host)

    def _miss(self) -> None:
        """Make do with the connections that there are; without any, leave all posts to others."""
        if self._busy or self._idle or self._opening > 1:
            self._window.crowded(self._loop.time(), len(self._busy) + len(self._idle))
        else:
            self._give_up()

    def _give_up(self) -> None:
        """Leave all posts that wait to others."""
        waiting, self._waiting = self._waiting, deque()
        for batch, index in waiting:
            batch.settle(index, UNSETTLED)

    def _sweep(self) -> None:
        """End what has passed its deadline; if nothing else was heard meanwhile, all is in vain."""
        now = self._loop.time()
        for connection in [c for c in (*self._busy, *self._idle) if c.deadline <= now]:
            if connection in self._busy and connection.begun > self._last_heard:
                self._give_up()
            connection.settle(UNSETTLED)
            connection.close()
        is_used = self._busy or self._idle or self._opening
        later = self._loop.call_later(_SWEEP_SECONDS, self._sweep) if is_used else None
        self._sweeper = later


@lru_cache(maxsize=8)
def _context(ca_bundle: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_bundle)
