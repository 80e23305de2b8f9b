"""A time that only waiting moves."""

from __future__ import annotations

from collections.abc import Callable

from django_aws_api_gateway_websockets.models.sending.patience import Timer

__all__ = ["Stopwatch"]


class Stopwatch:
    """Keeps the pauses that were asked for.

    Args:
        luck: what chance says, between 0 and 1.
        meanwhile: called during each pause.
    """

    def __init__(self, luck: float = 0.0, meanwhile: Callable[[], object] = int) -> None:
        self.seconds = 0.0
        self.pauses: list[float] = []
        self._meanwhile = meanwhile
        self.timer = Timer(now=lambda: self.seconds, sleep=self.sleep, random=lambda: luck)

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.pauses.append(seconds)
        self.seconds += seconds
        self._meanwhile()
