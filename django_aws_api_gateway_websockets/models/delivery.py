"""What became of many connections: of a message to them, or of closing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, overload

__all__ = ["DeliveryReport", "DisconnectReport", "Outcome"]

_RESPONSE: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}


class Outcome(Enum):
    """What became of one connection."""

    SENT = "sent"
    CLOSED = "closed"
    GONE = "gone"
    NOT_READY = "not ready"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport(Sequence[dict[str, Any]]):
    """The count of recipients by outcome, and a sequence of one response per accepted post.

    Attributes:
        sent: posts that AWS accepted.
        gone: connections that no longer exist; their rows are closed.
        not_ready: connections so young that AWS does not know them yet; their rows stay.
        failed: posts that failed in another way; each is in the log.
        skipped: sessions that belong to no gateway.
    """

    sent: int
    gone: int
    not_ready: int
    failed: int
    skipped: int

    def __len__(self) -> int:
        return self.sent

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        positions = range(self.sent)[index]
        return _RESPONSE if isinstance(positions, int) else [_RESPONSE] * len(positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectReport:
    """The count of connections that were to be closed, by outcome; all their rows are closed.

    Attributes:
        closed: connections that AWS closed.
        gone: connections that had ended before.
        not_ready: connections so young that AWS does not know them yet and has still to close them.
        failed: connections that AWS has still to close, because it could not be reached or refused.
        skipped: sessions that belong to no gateway, so that there was nothing to close.
    """

    closed: int
    gone: int
    not_ready: int
    failed: int
    skipped: int
