"""The event loop that posts to very many connections, in a thread of its own, one in a process.

A process that is forked has its own: it never touches the loop or the connections of its parent.
"""

from __future__ import annotations

import _thread
import asyncio
import atexit
import os
import queue
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .batches import Batch, Target
from .pool import Pool
from .turns import PoliteSelector, Turns

__all__ = ["Fanout", "FanoutHolder", "fanout_ends", "get_fanout", "threads_are_real"]

_CLOSE_SECONDS = 2.0
"""How long the end of the process waits for connections to be closed."""


class Fanout:
    """Sends batches, from any thread.

    Attributes:
        turns: with whom the event loop takes turns.
        is_closed: whether it takes no more batches.
    """

    def __init__(self) -> None:
        self.turns = Turns()
        self.is_closed = False
        self._lock = threading.Lock()
        self._loop = asyncio.SelectorEventLoop(PoliteSelector(self.turns))
        self._pools: dict[Target, Pool] = {}
        self._thread = threading.Thread(target=self._run, name="websocket-fanout", daemon=True)
        self._thread.start()

    def submit(self, target: Target, batch: Batch, ceiling: int) -> bool:
        """Begin to send a batch; it is told when all of it has an answer, or is known to have none.

        Args:
            target: the host.
            batch: the posts.
            ceiling: posts in flight to the host at once, at most.

        Returns:
            Whether it is sent; nothing is once this is closed.
        """
        with self._lock:
            if not self.is_closed:
                self._loop.call_soon_threadsafe(self._add, target, batch, ceiling)
            return not self.is_closed

    def close(self) -> None:
        """End the connections and the thread; what has no answer is unsettled."""
        with self._lock:
            if not self.is_closed:
                self.is_closed = True
                self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)

    def _add(self, target: Target, batch: Batch, ceiling: int) -> None:
        pool = self._pools.get(target)
        if pool is None:
            pool = self._pools[target] = Pool(target, self._loop)
        pool.add(batch, ceiling)

    def _run(self) -> None:
        self._loop.run_forever()
        self.turns.end_work()
        for pool in self._pools.values():
            self._loop.run_until_complete(pool.close())
        self._loop.close()


class FanoutHolder:
    """Keeps the fan-out of a process: made when it is first needed, and never shared."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fanout: Fanout | None = None
        self._inherited: list[Fanout] = []

    def get(self) -> Fanout:
        """Return the fan-out of this process."""
        with self._lock:
            if self._fanout is None or self._fanout.is_closed:
                self._fanout = Fanout()
            return self._fanout

    def close(self) -> None:
        """End it."""
        with self._lock:
            fanout, self._fanout = self._fanout, None
        if fanout is not None:
            fanout.close()

    @contextmanager
    def ends(self) -> Iterator[None]:
        """End it with the block, unless it was there before."""
        was_there = self._fanout is not None and not self._fanout.is_closed
        try:
            yield
        finally:
            if not was_there:
                self.close()

    def leave_to_parent(self) -> None:
        """Begin anew in a process that was forked."""
        self._lock = threading.Lock()  # a thread that is not here may hold the other
        if self._fanout is not None:
            # Kept, and never used: to collect it would close what the parent shares with it.
            self._inherited.append(self._fanout)
            self._fanout = None


_holder = FanoutHolder()
atexit.register(_holder.close)
os.register_at_fork(after_in_child=_holder.leave_to_parent)

get_fanout = _holder.get
fanout_ends = _holder.ends


def threads_are_real() -> bool:
    """Return whether a thread can run an event loop, which greenlets in place of threads cannot."""
    needed = (_thread.start_new_thread, queue.SimpleQueue, select.select, socket.socket)
    return [thing.__module__ for thing in needed] == ["_thread", "_queue", "select", "socket"]
