"""A clock that tests set: it is what ``django.utils.timezone.now`` tells."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from unittest.mock import patch

from django.utils import timezone

__all__ = ["Clock"]


class Clock:
    """Stands still inside its ``with`` block until it is advanced.

    What calls ``timezone.now()`` is told its time: Django's models and login sessions, and all of
    this package. Clocks nest; at the end of a block the time goes on as before it.

    Args:
        start: what the clock shows first; by default what ``timezone.now()`` returns.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or timezone.now()
        self._blocks: list[ExitStack] = []

    def __enter__(self) -> Self:
        stack = ExitStack()
        stack.enter_context(patch.object(timezone, "now", self.now))
        self._blocks.append(stack)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._blocks.pop().close()

    def now(self) -> datetime:
        """Return what the clock shows."""
        return self._now

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Move the clock, forwards unless the sum is negative."""
        self._now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
