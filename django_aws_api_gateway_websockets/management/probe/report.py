"""What a probe of a gateway says while it goes along, and how it ends when a hop fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

__all__ = ["Level", "Line", "ProbeFailed", "Stopwatch", "within"]

T = TypeVar("T")


class Level(Enum):
    """How much a line matters."""

    DETAIL = "detail"
    PASSED = "passed"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that a probe has found; the text holds no token, cookie, secret or key."""

    text: str
    level: Level = Level.PASSED


class ProbeFailed(Exception):
    """A hop failed, so there is no way further.

    Args:
        fact: what happened.
        advice: the likely cause, and what to do.
    """

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(fact, advice)
        self.fact = fact
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.fact}. {self.advice}"


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
