"""How much is kept: everything while somebody looks, else as much as costs next to nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

__all__ = ["Attention"]

_LOOKING_SECONDS: Final = 60.0
"""How long somebody is taken to look who has asked for news."""

_WHOLE_PER_SECOND: Final = 100
"""Events that are kept whole in a second in which nobody looks: more than people make."""


class Attention:
    """Says which events are kept with what was asked and answered.

    Args:
        now: source of monotonic seconds: those of people, whatever the emulator's clock says.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._looked_until = self._second_until = now()
        self._whole = 0

    def look(self) -> None:
        """Take note that somebody looks."""
        self._looked_until = self._now() + _LOOKING_SECONDS

    def wants(self) -> bool:
        """Tell whether the next event is kept whole."""
        now = self._now()
        if now < self._looked_until:
            return True
        if now >= self._second_until:
            self._second_until = now + 1.0
            self._whole = 0
        self._whole += 1
        return self._whole <= _WHOLE_PER_SECOND
