"""How long a delivery waits for what may pass, and how often it tries again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from .delivery import OPENING, THROTTLED

__all__ = ["PATIENCE", "Patience", "Timer", "Tries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Where the time comes from, and what waiting is."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When to try again.

    Attributes:
        pauses: seconds before each further try; chance shortens each by up to a half.
        seconds: how long after all others have been tried once a try may begin.
    """

    pauses: tuple[float, ...]
    seconds: float


#: What is tried again, in this order, after all others have had their turn.
PATIENCE = {
    OPENING: Patience(pauses=(0.2, 0.4, 0.8), seconds=1.5),
    THROTTLED: Patience(pauses=(0.5, 1.0, 2.0), seconds=10.0),
}


class Tries:
    """The further tries of what has to wait; the time runs from here."""

    def __init__(self, patience: Patience, timer: Timer) -> None:
        self._pauses = iter(patience.pauses)
        self._timer = timer
        self._end = timer.now() + patience.seconds

    @property
    def is_over(self) -> bool:
        """Whether it is too late for another post."""
        return self._timer.now() > self._end

    def wait(self) -> bool:
        """Wait for the next try; return whether there is one."""
        longest = next(self._pauses, None)
        if longest is None:
            return False
        pause = longest * (1 - self._timer.random() / 2)
        if self._timer.now() + pause > self._end:
            return False
        self._timer.sleep(pause)
        return True
