"""Who works: the event loop of the fan-out, or a thread that reads recipients for it.

Python runs one thread at a time. Two that are busy take turns at every system call, and each turn
costs more than the call: SQLite makes one for each row. So each lets the other finish a piece of
work; none waits for long, because a slow database must not hold up the posts of others.
"""

from __future__ import annotations

import selectors
from collections.abc import Iterable, Iterator
from threading import Condition
from time import monotonic
from typing import Final, TypeVar

__all__ = ["PoliteSelector", "Turns"]

T = TypeVar("T")

_PATIENCE_SECONDS: Final = 0.02
"""How long one lets the other work: some hundreds of rows, or of posts."""


class Turns:
    """Lets a loop and the threads that read work one after the other, most of the time."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._readers = 0
        self._loop_works = False
        self._patience_ends = 0.0

    def read(self, items: Iterable[T]) -> Iterator[T]:
        """Yield items, each of which is read while the loop waits."""
        iterator = iter(items)
        while True:
            self._begin_reading()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self._end_reading()
            yield item

    def begin_work(self) -> None:
        """Wait for who reads, unless that takes long; called by the loop when it has work."""
        # Without the lock: who is missed here costs time, and nothing else.
        if self._readers and (patience := self._patience_ends - monotonic()) > 0:
            with self._changed:
                self._changed.wait_for(lambda: not self._readers, patience)
        self._loop_works = True

    def end_work(self) -> None:
        """Let read who waits; called by the loop when it has done all there was."""
        self._loop_works = False
        if self._readers:
            with self._changed:
                self._changed.notify_all()

    def _begin_reading(self) -> None:
        with self._changed:
            self._readers += 1
            self._changed.wait_for(lambda: not self._loop_works, _PATIENCE_SECONDS)
            self._patience_ends = monotonic() + _PATIENCE_SECONDS

    def _end_reading(self) -> None:
        with self._changed:
            self._readers -= 1
            self._changed.notify_all()


class PoliteSelector(selectors.DefaultSelector):
    """Tells an event loop what it has to do, when it is its turn.

    Args:
        turns: the loop's with others.
    """

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, as `selectors.BaseSelector.select` does."""
        self._turns.end_work()
        try:
            return super().select(timeout)
        finally:
            self._turns.begin_work()
