"""How many posts are in flight to one host at once: more while that helps, half when throttled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

__all__ = ["Window"]

_START: Final = 32
_LEAST: Final = 4
"""Posts in flight at first, and at least."""

_ROUND_SECONDS: Final = 0.02
"""A rate is measured over at least so long; what is shorter is chance."""

_GAIN: Final = 1.15
"""Twice as many posts in flight help if the rate rises by this factor."""

_BUSY_SHARE: Final = 0.7
"""A process that uses so much of one CPU has no time for more posts, however many are in flight."""

_TRIAL_SECONDS: Final = 5.0
"""After a trial that did not help the next one comes so much later."""

_THROTTLED_SHARE: Final = 0.05
"""Few are throttled because their clients do not read; more than this are so by the account."""

_CAREFUL_SECONDS: Final = 10.0
"""So long after it was halved the number grows by an eighth a round instead of twofold."""


class Window:
    """The number of posts that may be in flight, found by trial.

    It is doubled, and stays so if the answers come faster in total; else it is taken back. What is
    measured is a round: at least twice as many answers as the number. All times are in seconds.

    Args:
        cpu: tells the seconds of CPU that this process has used.

    Attributes:
        size: the number.
    """

    def __init__(self, cpu: Callable[[], float] = time.process_time) -> None:
        self._cpu = cpu
        self._cpu_before = 0.0
        self.size = self._ceiling = _START
        self._smaller = 0  # the size before the trial that is under way, if one is
        self._rate = 0.0  # answers a second at that size
        self._next_trial = 0.0
        self._careful_until = 0.0
        self._since: float | None = None
        self._answers = self._throttled = 0

    def limit(self, ceiling: int) -> None:
        """Let the size never be larger."""
        self._ceiling = ceiling
        self.size = min(self.size, ceiling)

    def answered(self, now: float, *, throttled: bool = False) -> None:
        """Take in an answer, which is a 429 or not."""
        self._answers += 1
        self._throttled += throttled
        if self._since is None:
            # What was in flight before the size changed, or before there was enough to do.
            if self._answers >= self.size:
                self._begin_round(now)
            return
        seconds = now - self._since
        if self._answers >= 2 * self.size and seconds >= _ROUND_SECONDS:
            before = self.size
            is_busy = self._cpu() - self._cpu_before > seconds * _BUSY_SHARE
            self._judge(now, self._answers / seconds, is_busy)
            self._begin_round(now if self.size == before else None)

    def rest(self) -> None:
        """Take in that there is less to do than may be in flight, so that a rate tells nothing."""
        self._begin_round(None)

    def crowded(self, now: float, size: int) -> None:
        """Take in that no more than ``size`` posts, at least one, can be in flight for now."""
        self.size = min(max(size, 1), self.size)
        self._smaller = 0
        self._next_trial = now + _TRIAL_SECONDS
        self._begin_round(None)

    def _begin_round(self, since: float | None) -> None:
        """Count from a time on, or, with None, when as many as are in flight have been answered."""
        self._since = since
        self._cpu_before = 0.0 if since is None else self._cpu()
        self._answers = self._throttled = 0

    def _judge(self, now: float, rate: float, is_busy: bool) -> None:
        """Find the size for the next round."""
        smaller, self._smaller = self._smaller, 0
        if self._throttled > self._answers * _THROTTLED_SHARE:
            self.size = max(self.size // 2, min(_LEAST, self._ceiling))
            self._careful_until = now + _CAREFUL_SECONDS
        elif smaller and rate < self._rate * _GAIN:
            self.size = min(smaller, self._ceiling)
            self._next_trial = now + _TRIAL_SECONDS
        elif now < self._careful_until:
            self.size = min(self.size + max(self.size // 8, 1), self._ceiling)
        elif now >= self._next_trial and self.size < self._ceiling and not is_busy:
            self._smaller, self._rate = self.size, rate
            self.size = min(2 * self.size, self._ceiling)
