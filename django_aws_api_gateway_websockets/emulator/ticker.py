"""The one timer of the event loop that makes limits of time come true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .clock import Clock

__all__ = ["Ticker"]


class Ticker:
    """Calls something whenever the next deadline has come.

    Args:
        clock: the time; when it is advanced, deadlines are looked at again.
        next_at: tells the next deadline in the clock's seconds, or None.
        expire: deals with the deadlines that have come.
    """

    def __init__(
        self, clock: Clock, next_at: Callable[[], float | None], expire: Callable[[], None]
    ) -> None:
        self.clock = clock
        self.next_at = next_at
        self.expire = expire
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._unsubscribe = clock.subscribe(self._advanced)

    def wake(self) -> None:
        """Set the timer unless it is set; later deadlines wait for the one that is."""
        at = self.next_at()
        if self._timer is None and at is not None:
            self._timer = self._loop.call_later(max(0.0, at - self.clock.now()), self._fire)

    def stop(self) -> None:
        """Set no timer any more."""
        self._unsubscribe()
        self._cancel()

    def _advanced(self) -> None:
        """Come from any thread back to the loop's own."""
        self._loop.call_soon_threadsafe(self._fire)

    def _fire(self) -> None:
        self._cancel()
        self.expire()
        self.wake()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
