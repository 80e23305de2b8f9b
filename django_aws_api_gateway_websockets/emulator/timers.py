"""When a connection has been idle for too long, or open for too long."""

from __future__ import annotations

from ..protocol.limits import CONNECTION_LIFETIME_SECONDS, IDLE_TIMEOUT_SECONDS

__all__ = ["Deadlines"]


class Deadlines:
    """The idle and the lifetime limit of every open connection.

    Both durations are constants, so the order of insertion is the order of the deadlines, and the
    first entry of each table is the next one due.
    """

    def __init__(self) -> None:
        self._idle: dict[str, float] = {}
        self._life: dict[str, float] = {}

    def add(self, connection_id: str, now: float) -> None:
        """Start both limits of a connection."""
        self._idle[connection_id] = now + IDLE_TIMEOUT_SECONDS
        self._life[connection_id] = now + CONNECTION_LIFETIME_SECONDS

    def touch(self, connection_id: str, now: float) -> None:
        """Start the idle limit of a connection again; an unknown one is left alone."""
        if self._idle.pop(connection_id, None) is not None:
            self._idle[connection_id] = now + IDLE_TIMEOUT_SECONDS

    def discard(self, connection_id: str) -> None:
        """Forget a connection."""
        self._idle.pop(connection_id, None)
        self._life.pop(connection_id, None)

    def next_at(self) -> float | None:
        """Return when the next limit is reached, or None when nothing is open."""
        return min((at for table in (self._idle, self._life) for at in _first(table)), default=None)

    def due(self, now: float) -> list[str]:
        """Return the connections that have reached a limit; each stays until it is discarded."""
        late = [key for table in (self._idle, self._life) for key in _until(table, now)]
        return list(dict.fromkeys(late))


def _first(table: dict[str, float]) -> list[float]:
    """Return the first deadline of a table as a list of at most one."""
    return [next(iter(table.values()))] if table else []


def _until(table: dict[str, float], now: float) -> list[str]:
    """Return the keys whose deadline has come."""
    keys = []
    for key, at in table.items():
        if at > now:
            break
        keys.append(key)
    return keys
