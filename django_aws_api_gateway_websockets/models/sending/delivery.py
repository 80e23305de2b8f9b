"""What became of many connections: of a message to them, or of closing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, overload

from ...exceptions import ConnectionNotReady, Throttled

__all__ = [
    "NOT_READY",
    "OPENING",
    "THROTTLED",
    "DeliveryReport",
    "DisconnectReport",
    "Outcome",
    "Result",
    "Tally",
]

_RESPONSE: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}


class Outcome(Enum):
    """What became of one connection."""

    SENT = "sent"
    CLOSED = "closed"
    GONE = "gone"
    NOT_READY = "not ready"
    FAILED = "failed"
    SKIPPED = "skipped"


class Result(NamedTuple):
    """What became of one message.

    Attributes:
        outcome: under which heading it counts.
        reason: the name of the error's class, when there was one that counts.
    """

    outcome: Outcome
    reason: str = ""


#: AWS does not know a connection that may be about to open.
OPENING = Result(Outcome.NOT_READY)
#: The connection cannot open while the message is being sent, so that waiting is in vain.
NOT_READY = Result(Outcome.NOT_READY, ConnectionNotReady.__name__)
#: AWS would take the message later.
THROTTLED = Result(Outcome.FAILED, Throttled.__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport(Sequence[dict[str, Any]]):
    """The count of recipients by outcome, and a sequence of one response per accepted post.

    Attributes:
        sent: posts that AWS accepted.
        gone: connections that no longer exist; their rows are closed.
        not_ready: connections so young that AWS does not know them yet; their rows stay.
        failed: posts that failed in another way.
        skipped: sessions that belong to no gateway.
        reasons: how many failed by the name of the error's class, such as ``Throttled``.
        duration: seconds that all took.
    """

    sent: int
    gone: int
    not_ready: int
    failed: int
    skipped: int
    reasons: Mapping[str, int] = field(default_factory=dict, hash=False)
    duration: float = 0.0

    def __len__(self) -> int:
        return self.sent

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        positions = range(self.sent)[index]
        return _RESPONSE if isinstance(positions, int) else [_RESPONSE] * len(positions)


class Tally:
    """The count of results so far."""

    def __init__(self) -> None:
        self._counts: Counter[Result] = Counter()

    def add(self, result: Result, times: int = 1) -> None:
        """Count a result."""
        self._counts[result] += times

    def report(self, *, duration: float) -> DeliveryReport:
        """Return what has been counted."""
        by_outcome: Counter[Outcome] = Counter()
        reasons: Counter[str] = Counter()
        for (outcome, reason), count in self._counts.items():
            by_outcome[outcome] += count
            if outcome is Outcome.FAILED and count:
                reasons[reason] += count
        return DeliveryReport(
            sent=by_outcome[Outcome.SENT],
            gone=by_outcome[Outcome.GONE],
            not_ready=by_outcome[Outcome.NOT_READY],
            failed=by_outcome[Outcome.FAILED],
            skipped=by_outcome[Outcome.SKIPPED],
            reasons=dict(sorted(reasons.items())),
            duration=duration,
        )


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
