"""The transport of tests: keeps what is sent in a list, and reaches nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..exceptions import ConnectionGone
from .base import BaseTransport, ConnectionInfo, SendResult

__all__ = [
    "ClosedConnection",
    "LocMemTransport",
    "SentMessage",
    "closed",
    "failures",
    "gone",
    "interceptors",
    "is_gone",
    "outbox",
    "reset",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMessage:
    """One message that would have gone to a connection."""

    management_url: str
    connection_id: str
    payload: bytes

    @property
    def text(self) -> str:
        """The message as the client would get it."""
        return self.payload.decode()

    @property
    def json(self) -> Any:
        """The message, parsed; each access parses it anew, so changing the result is safe."""
        return json.loads(self.payload)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedConnection:
    """One connection that would have been closed."""

    management_url: str
    connection_id: str


#: Every message sent since the last ``reset``, oldest first.
outbox: list[SentMessage] = []
#: Every connection closed since the last ``reset``, oldest first; they are gone from then on.
closed: list[ClosedConnection] = []
#: What is raised when a connection id is used, to rehearse failures.
failures: dict[str, Exception] = {}
#: The ids of connections that have ended without being closed here.
gone: set[str] = set()
#: Called with the connection id before a connection is used; what they raise is raised.
interceptors: list[Callable[[str], None]] = []


def reset() -> None:
    """Empty ``outbox``, ``closed``, ``failures`` and ``gone``."""
    outbox.clear()
    closed.clear()
    failures.clear()
    gone.clear()


def is_gone(connection_id: str) -> bool:
    """Return whether the connection has ended, here or otherwise."""
    return connection_id in gone or any(c.connection_id == connection_id for c in closed)


class LocMemTransport(BaseTransport):
    """Keeps messages in ``outbox`` and closes in ``closed``.

    A connection is open until it is closed here, whatever its id.
    """

    supports_delivery = False

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        self.refuse_oversized(connection_id, payload)
        _refuse_lost(connection_id)
        outbox.append(
            SentMessage(
                management_url=management_url,
                connection_id=connection_id,
                payload=payload,
            )
        )
        return SendResult()

    def disconnect(self, management_url: str, connection_id: str) -> None:
        _refuse_lost(connection_id)
        closed.append(ClosedConnection(management_url=management_url, connection_id=connection_id))

    def info(self, management_url: str, connection_id: str) -> ConnectionInfo:
        _refuse_lost(connection_id)
        now = datetime.now(UTC)
        return ConnectionInfo(
            connected_at=now, last_active_at=now, source_ip="127.0.0.1", user_agent="locmem"
        )


def _refuse_lost(connection_id: str) -> None:
    for intercept in [*interceptors]:
        intercept(connection_id)
    if connection_id in failures:
        raise failures[connection_id]
    if is_gone(connection_id):
        raise ConnectionGone(connection_id)
