"""What is to happen later by the emulator's clock."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable

from ..clock import Clock

__all__ = ["Timetable"]

Entry = tuple[float, int, Callable[[], None]]


class Timetable:
    """Calls functions when their time has come; belongs to one event loop.

    Args:
        clock: the time; when it is moved forward, what has become due happens at once.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._loop = asyncio.get_running_loop()
        self._entries: list[Entry] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._unsubscribe = clock.subscribe(self._advanced)

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call a function after some seconds."""
        heapq.heappush(self._entries, (self.clock.now() + seconds, next(self._numbers), call))
        self._set_timer()

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds; not at all for none."""
        if seconds > 0:
            done = asyncio.Event()
            self.after(seconds, done.set)
            await done.wait()

    def stop(self) -> None:
        """Call nothing any more."""
        self._unsubscribe()
        self._entries.clear()
        self._set_timer()

    def _advanced(self) -> None:
        """Come from any thread back to the loop's own."""
        self._loop.call_soon_threadsafe(self._fire)

    def _fire(self) -> None:
        now = self.clock.now()
        while self._entries and self._entries[0][0] <= now:
            heapq.heappop(self._entries)[2]()
        self._set_timer()

    def _set_timer(self) -> None:
        """Wait for the first entry."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._entries:
            seconds = max(0.0, self._entries[0][0] - self.clock.now())
            self._timer = self._loop.call_later(seconds, self._fire)
