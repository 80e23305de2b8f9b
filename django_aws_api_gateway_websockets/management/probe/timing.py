"""How long a hop of a probe may take: a stopwatch, and calls left behind when time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["Stopwatch", "within"]

T = TypeVar("T")


class Stopwatch:
    """Measures a hop, and knows how much of its time is left."""

    def __init__(self, seconds: float) -> None:
        self._start = time.monotonic()
        self._seconds = seconds

    def __str__(self) -> str:
        return f"{(time.monotonic() - self._start) * 1000:.0f} ms"

    @property
    def left(self) -> float:
        """Seconds that are left, never less than 0."""
        return max(0.0, self._start + self._seconds - time.monotonic())

    def wait(self, seconds: float) -> bool:
        """Sleep for so long, unless no time is left; return whether there was."""
        if not self.left:
            return False
        time.sleep(seconds)
        return True


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what ``call`` returns; what takes longer is left behind in its thread.

    Raises:
        TimeoutError: there is no result in time.
    """
    outcome: Future[T] = Future()
    threading.Thread(target=_settle, args=(outcome, call), daemon=True).start()
    return outcome.result(seconds)


def _settle(outcome: Future[T], call: Callable[[], T]) -> None:
    try:
        outcome.set_result(call())
    except BaseException as error:
        outcome.set_exception(error)
