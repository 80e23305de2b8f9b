"""The transport of tests: keeps what is sent in a list, and reaches nobody."""

from __future__ import annotations

import json
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


def reset() -> None:
    """Empty ``outbox``, ``closed`` and ``failures``."""
    outbox.clear()
    closed.clear()
    failures.clear()


class LocMemTransport(BaseTransport):
    """Keeps messages in ``outbox`` and closes in ``closed``.

    A connection is open until it is closed here, whatever its id.
    """

    supports_delivery = False

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        self.refuse_oversized(connection_id, payload)
        _refuse_lost(management_url, connection_id)
        outbox.append(
            SentMessage(
                management_url=management_url,
                connection_id=connection_id,
                payload=payload,
            )
        )
        return SendResult()

    def disconnect(self, management_url: str, connection_id: str) -> None:
        _refuse_lost(management_url, connection_id)
        closed.append(ClosedConnection(management_url=management_url, connection_id=connection_id))

    def info(self, management_url: str, connection_id: str) -> ConnectionInfo:
        _refuse_lost(management_url, connection_id)
        now = datetime.now(UTC)
        return ConnectionInfo(
            connected_at=now, last_active_at=now, source_ip="127.0.0.1", user_agent="locmem"
        )


def _refuse_lost(management_url: str, connection_id: str) -> None:
    if connection_id in failures:
        raise failures[connection_id]
    if ClosedConnection(management_url=management_url, connection_id=connection_id) in closed:
        raise ConnectionGone(connection_id)
