"""Tells when posts to a gateway are in vain, so that a broadcast ends before its recipients do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from ..exceptions import AccessDenied, EndpointUnreachable

__all__ = ["Breaker"]

_FAILURES: Final = 10
"""A gateway is given up after so many failures in a row ..."""

_SECONDS: Final = 5.0
"""... when it has accepted nothing for so long."""

_HOPELESS: Final = (AccessDenied, EndpointUnreachable)
"""What tells of the gateway, rather than of one connection."""


@dataclass(slots=True)
class _Record:
    """What is known of a gateway."""

    failures: int = 0
    last_success: float = -math.inf


class Breaker:
    """Keeps in mind how each gateway answers, during one delivery; any thread may use it.

    Args:
        clock: tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._lock = Lock()

    def note(self, management_url: str, error: Exception | None) -> None:
        """Take in what became of a post; None is that it was accepted."""
        with self._lock:
            record = self._records.setdefault(management_url, _Record())
            if isinstance(error, _HOPELESS):
                record.failures += 1
            else:
                record.failures, record.last_success = 0, self._clock()

    def is_open(self, management_url: str) -> bool:
        """Return whether posts are in vain."""
        record = self._records.get(management_url)
        if record is None or record.failures < _FAILURES:
            return False
        return self._clock() - record.last_success > _SECONDS
