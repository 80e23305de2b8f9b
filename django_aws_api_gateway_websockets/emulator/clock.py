"""The time that the emulator lives by, which a test can hold still and move on."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Clock", "ManualClock"]


class Clock:
    """A monotonic clock and a wall clock that can be moved forward together.

    Args:
        now: source of monotonic seconds.
        wall: source of seconds since the epoch.
    """

    def __init__(
        self, now: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._now = now
        self._wall = wall
        self._offset = 0.0
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> float:
        """Return monotonic seconds; only differences mean something."""
        return self._now() + self._offset

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return self._wall() + self._offset

    def unmoved(self) -> float:
        """Return seconds since the epoch as they would be without any `advance`."""
        return self._wall()

    def advance(self, seconds: float) -> None:
        """Move the time forward and tell the listeners; may be called from any thread."""
        self._offset += seconds
        for listener in list(self._listeners):
            listener()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener after each `advance`, in the advancing thread; return its removal."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


class ManualClock(Clock):
    """A clock that stands still until it is advanced.

    Args:
        wall: where the wall clock stands, in seconds since the epoch.
    """

    def __init__(self, wall: float = 1_750_000_000.0) -> None:
        super().__init__(now=lambda: 0.0, wall=lambda: wall)
