"""Messages that the next one of their connection overtakes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable

from .timetable import Timetable

__all__ = ["Overtaking"]

_MOST_SECONDS = 0.5
"""How long a message waits for one that overtakes it."""


class Overtaking:
    """Holds what is to happen after the next message of a connection.

    Args:
        timetable: ends the wait when no next one comes.
    """

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._held: defaultdict[str, dict[object, Callable[[], None]]] = defaultdict(dict)

    def hold(self, connection_id: str, call: Callable[[], None]) -> None:
        """Call a function when another message of the connection has passed, or after a while."""
        key = object()
        self._held[connection_id][key] = call
        self._timetable.after(_MOST_SECONDS, lambda: self._release(connection_id, key))

    def waits(self, connection_id: str) -> bool:
        """Tell whether anything of a connection is held."""
        return connection_id in self._held

    async def wait(self, connection_id: str) -> None:
        """Wait until another message of the connection has passed, or for a while."""
        done = asyncio.Event()
        self.hold(connection_id, done.set)
        await done.wait()

    def passed(self, connection_id: str) -> None:
        """Let go what waits for a message of the connection."""
        for key in list(self._held.get(connection_id, ())):
            self._release(connection_id, key)

    def _release(self, connection_id: str, key: object) -> None:
        held = self._held.get(connection_id, {})
        call = held.pop(key, None)
        if not held:
            self._held.pop(connection_id, None)
        if call is not None:
            call()
