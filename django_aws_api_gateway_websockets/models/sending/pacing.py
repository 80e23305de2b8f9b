"""How fast AWS is asked, where that is limited."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from threading import Lock

__all__ = ["Pace", "get_delivery_pace"]

PAUSE_SECONDS = 1.0
"""How long nothing is asked when AWS has said that it was too fast."""


class Pace:
    """Spaces requests evenly, also those of several threads.

    Args:
        per_second: requests, at most.
        clock: tells seconds.
        sleep: waits a number of seconds.
    """

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next = clock()

    def wait(self, requests: int = 1) -> None:
        """Return when it is time for so many requests."""
        with self._lock:
            now = self._clock()
            start = max(self._next, now)
            self._next = start + requests * self._interval
        if start > now:
            self._sleep(start - now)

    def pause(self) -> None:
        """Let the next request wait for a while; asking again meanwhile does not add to it."""
        with self._lock:
            self._next = max(self._next, self._clock() + PAUSE_SECONDS)


_delivery_paces: dict[tuple[int, int], Pace] = {}


def get_delivery_pace(per_second: int) -> Pace:
    """Return the pace that all deliveries of this process share.

    Args:
        per_second: posts, at most.
    """
    return _delivery_paces.setdefault((os.getpid(), per_second), Pace(per_second))
