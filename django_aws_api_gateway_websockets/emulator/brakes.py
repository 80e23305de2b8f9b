"""Reading from a client, which pauses as long as there is any reason to."""

from __future__ import annotations

import asyncio

__all__ = ["Brake"]


class Brake:
    """Holds back the client of a transport.

    Args:
        transport: is read from, unless it is paused here.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._reasons: set[str] = set()

    def pause(self, reason: str) -> None:
        """Read no more; the same reason counts once."""
        if not self._reasons:
            self._transport.pause_reading()
        self._reasons.add(reason)

    def resume(self, reason: str) -> None:
        """Read on, unless there is another reason not to."""
        if self._reasons == {reason}:
            self._transport.resume_reading()
        self._reasons.discard(reason)
