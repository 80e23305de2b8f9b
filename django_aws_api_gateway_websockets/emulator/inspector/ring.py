"""The latest entries, of which there are never too many."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from typing import Final

from .entries import Entry

__all__ = ["Ring"]

_MOST_ENTRIES: Final = 2_000
_MOST_BYTES: Final = 16_777_216


class Ring:
    """Numbers entries from 1 on, and forgets the oldest; may be used from any thread.

    Args:
        most_entries: how many are kept.
        most_bytes: how much they may weigh together; the latest is kept whatever it weighs.
    """

    def __init__(self, *, most_entries: int = _MOST_ENTRIES, most_bytes: int = _MOST_BYTES) -> None:
        self.most_entries = most_entries
        self.most_bytes = most_bytes
        self.last = 0
        self._weight = 0
        self._entries: deque[Entry] = deque()
        self._lock = threading.Lock()

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        with self._lock:
            self.last += 1
            self._entries.append(entry)
            self._weight += entry.weight
            while len(self._entries) > 1 and self._is_over():
                self._weight -= self._entries.popleft().weight

    def after(self, number: int, most: int) -> list[tuple[int, Entry]]:
        """Return the entries after a number with their own numbers: the latest, if too many."""
        with self._lock:
            fresh = min(self.last - number, len(self._entries), most)
            latest = islice(reversed(self._entries), max(fresh, 0))
            return [(self.last - age, entry) for age, entry in enumerate(latest)][::-1]

    def find(self, number: int) -> Entry | None:
        """Return the entry of a number, or None when it is forgotten."""
        with self._lock:
            age = self.last - number
            return self._entries[-1 - age] if 0 <= age < len(self._entries) else None

    def _is_over(self) -> bool:
        return len(self._entries) > self.most_entries or self._weight > self.most_bytes
