"""The connections that the gateway holds, and which of them can be reached."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

__all__ = ["Connection", "ConnectionState", "Connections", "Outlet"]


class ConnectionState(enum.Enum):
    """Where a connection is in its life; it only moves down this list."""

    CONNECTING = "connecting"
    OPEN = "open"
    GONE = "gone"


class Outlet(Protocol):
    """The way to a client."""

    def send(self, message: bytes) -> bool:
        """Send a text message; False when the client's buffer is full."""

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake."""

    def cut(self) -> None:
        """End at once, without a close frame."""


@dataclass(kw_only=True, slots=True)
class Connection:
    """One connection.

    Args:
        connected_at: seconds since the epoch, of the handshake.
        last_active_at: seconds since the epoch, of the last message in either direction.
        domain_name: the host name that the client asked for.
        scheme: ``http`` or ``https``, what the client spoke.
        port: the port that the client spoke to.
        ending: close code and reason, once it is closed and if they can be mapped.
    """

    connection_id: str
    api_id: str
    stage: str
    domain_name: str
    source_ip: str
    user_agent: str
    scheme: str
    port: int
    connected_at: float
    last_active_at: float
    outlet: Outlet | None = None
    state: ConnectionState = ConnectionState.CONNECTING
    ending: tuple[int, str] | None = None


class Connections:
    """All connections from handshake to close, by id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Connection] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, connection: Connection) -> None:
        """Hold a connection that has begun its handshake."""
        self._by_id[connection.connection_id] = connection

    def remove(self, connection: Connection) -> None:
        """Let a connection go."""
        connection.state = ConnectionState.GONE
        self._by_id.pop(connection.connection_id, None)

    def open(self, connection_id: str) -> Connection | None:
        """Return a connection that can be posted to, else None."""
        connection = self._by_id.get(connection_id)
        if connection is None or connection.state is not ConnectionState.OPEN:
            return None
        return connection

    def latest(self, most: int) -> list[Connection]:
        """Return the connections that began last, the youngest first; not all of them are open."""
        return list(islice(reversed(self._by_id.values()), most))

    def all_open(self) -> list[Connection]:
        """Return the connections that can be posted to."""
        return [c for c in self._by_id.values() if c.state is ConnectionState.OPEN]
