"""What happens to an event, given the faults that are set: decisions, and nothing that acts."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..answers import Answer, error_answer
from .catalogue import Fault
from .faults import Faults

__all__ = [
    "CallFate",
    "HandshakeFate",
    "MessageFate",
    "PostFate",
    "Sending",
    "decide_call",
    "decide_disconnect",
    "decide_handshake",
    "decide_message",
    "decide_overtaken",
    "decide_post",
    "decide_sending",
]

_TOLD: Final = "Told to fail"

_ANSWERS: Final[Mapping[Fault, Answer]] = {
    Fault.POST_410: error_answer(410, "GoneException"),
    Fault.POST_429: error_answer(429, "LimitExceededException", _TOLD),
    Fault.POST_500: error_answer(500, "InternalServerErrorException", _TOLD),
    Fault.POST_503: error_answer(503, "ServiceUnavailableException", _TOLD),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HandshakeFate:
    """What becomes of a handshake, in seconds.

    Args:
        before: wait before the backend is asked.
        after: wait after it has accepted.
        life: how long after that the socket is cut; None for never.
    """

    before: float
    after: float
    life: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFate:
    """What becomes of a client's message.

    Args:
        delay: seconds before the backend gets it.
        cut: whether the socket is cut before the reply.
    """

    delay: float
    cut: bool


class CallFate(enum.Enum):
    """What becomes of a request to the backend."""

    ANSWERED = "answered"
    NOT_SENT = "not sent"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostFate:
    """What becomes of a call to ``@connections``.

    Args:
        delay: seconds before anything is done.
        answer: given instead of doing it; None to do it.
        cut: whether the answer gets lost.
    """

    delay: float
    answer: Answer | None
    cut: bool


class Sending(enum.Enum):
    """What becomes of a message that was posted, and answered with 200."""

    NOW = "now"
    HELD = "held"
    LOST = "lost"


def decide_handshake(faults: Faults) -> HandshakeFate:
    """Decide over a handshake."""
    return HandshakeFate(
        before=faults.seconds(Fault.CONNECT_DELAY) or 0.0,
        after=faults.seconds(Fault.WELCOME_DELAY) or 0.0,
        life=faults.seconds(Fault.CUT_AFTER),
    )


def decide_message(faults: Faults) -> MessageFate:
    """Decide over a client's message."""
    return MessageFate(
        delay=faults.seconds(Fault.MESSAGE_DELAY) or 0.0,
        cut=faults.hits(Fault.MESSAGE_CUT),
    )


def decide_overtaken(faults: Faults, *, waiting: bool) -> bool:
    """Decide whether the next message of a client goes first.

    Args:
        faults: what may happen.
        waiting: whether one of the connection is overtaken already, by this one.
    """
    return not waiting and faults.hits(Fault.MESSAGE_REORDER)


def decide_disconnect(faults: Faults) -> list[float]:
    """Return after how many seconds each copy of a disconnect event reaches the backend."""
    if faults.hits(Fault.DISCONNECT_LOST):
        return []
    copies = 2 if faults.hits(Fault.DISCONNECT_TWICE) else 1
    return [faults.seconds(Fault.DISCONNECT_DELAY) or 0.0 for _ in range(copies)]


def decide_call(faults: Faults) -> CallFate:
    """Decide over a request to the backend."""
    if faults.hits(Fault.BACKEND_ERROR):
        return CallFate.NOT_SENT
    return CallFate.TIMED_OUT if faults.hits(Fault.BACKEND_TIMEOUT) else CallFate.ANSWERED


def decide_post(faults: Faults) -> PostFate:
    """Decide over a call to ``@connections``; of several errors the first counts."""
    delay = faults.seconds(Fault.POST_DELAY) or 0.0
    answers = [answer for fault, answer in _ANSWERS.items() if faults.hits(fault)]
    return PostFate(
        delay=delay,
        answer=answers[0] if answers else None,
        cut=faults.hits(Fault.POST_CUT),
    )


def decide_sending(faults: Faults, *, waiting: bool) -> Sending:
    """Decide over a message that was posted.

    Args:
        faults: what may happen.
        waiting: whether one to the same client is overtaken already, by this one.
    """
    if faults.hits(Fault.POST_LOST):
        return Sending.LOST
    held = not waiting and faults.hits(Fault.POST_REORDER)
    return Sending.HELD if held else Sending.NOW
