"""Which faults there are, what each takes, and what each does."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .values import Chance, Nothing, Span, Value

__all__ = ["ACTS", "CATALOGUE", "Fault", "Kind", "find_fault", "read_setting", "read_value"]


class Fault(enum.StrEnum):
    """The names of the faults."""

    CONNECT_DELAY = "connect-delay"
    WELCOME_DELAY = "welcome-delay"
    MESSAGE_DELAY = "message-delay"
    MESSAGE_REORDER = "message-reorder"
    MESSAGE_CUT = "message-cut"
    DISCONNECT_DELAY = "disconnect-delay"
    DISCONNECT_LOST = "disconnect-lost"
    DISCONNECT_TWICE = "disconnect-twice"
    BACKEND_ERROR = "backend-error"
    BACKEND_TIMEOUT = "backend-timeout"
    POST_DELAY = "post-delay"
    POST_REORDER = "post-reorder"
    POST_LOST = "post-lost"
    POST_CUT = "post-cut"
    POST_410 = "post-410"
    POST_429 = "post-429"
    POST_500 = "post-500"
    POST_503 = "post-503"
    CUT_AFTER = "cut-after"
    RESTART_EVERY = "restart-every"
    CUT = "cut"
    RESTART = "restart"
    CLOCK = "clock"


ACTS: Final = frozenset({Fault.CUT, Fault.RESTART, Fault.CLOCK})
"""Faults that happen once, when they are set, and leave nothing to clear."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fault takes and does."""

    value: type[Value]
    effect: str


CATALOGUE: Final[Mapping[Fault, Kind]] = {
    Fault.CONNECT_DELAY: Kind(Span, "A handshake waits before Django hears of it."),
    Fault.WELCOME_DELAY: Kind(
        Span, "A client waits for its 101 after Django has let it in; posts get 410 meanwhile."
    ),
    Fault.MESSAGE_DELAY: Kind(
        Span, "A client's message waits before Django gets it; shorter waits overtake longer ones."
    ),
    Fault.MESSAGE_REORDER: Kind(
        Chance,
        "A client's message waits until its next one is answered, for half a second at most.",
    ),
    Fault.MESSAGE_CUT: Kind(
        Chance, "A socket is cut when Django has handled a message, before the reply."
    ),
    Fault.DISCONNECT_DELAY: Kind(Span, "A $disconnect waits before Django gets it."),
    Fault.DISCONNECT_LOST: Kind(Chance, "A $disconnect never reaches Django."),
    Fault.DISCONNECT_TWICE: Kind(Chance, "A $disconnect reaches Django twice."),
    Fault.BACKEND_ERROR: Kind(Chance, "An event does not reach Django: the client gets an error."),
    Fault.BACKEND_TIMEOUT: Kind(
        Chance, "Django's answer to an event is dropped, as if it had come too late."
    ),
    Fault.POST_DELAY: Kind(Span, "A call to @connections waits before anything is done."),
    Fault.POST_REORDER: Kind(
        Chance,
        "A post's message waits until the next one is sent or the connection is deleted, for half "
        "a second at most.",
    ),
    Fault.POST_LOST: Kind(Chance, "A post is answered with 200, and never reaches the client."),
    Fault.POST_CUT: Kind(
        Chance, "A call to @connections is carried out, and the answer to it is lost."
    ),
    Fault.POST_410: Kind(Chance, "A call to @connections gets 410, as if nobody were there."),
    Fault.POST_429: Kind(Chance, "A call to @connections gets 429."),
    Fault.POST_500: Kind(Chance, "A call to @connections gets 500."),
    Fault.POST_503: Kind(Chance, "A call to @connections gets 503."),
    Fault.CUT_AFTER: Kind(Span, "A socket is cut so long after its handshake."),
    Fault.RESTART_EVERY: Kind(Span, "What restart does, again and again, with so long between."),
    Fault.CUT: Kind(Nothing, "All sockets are cut without a close frame, once."),
    Fault.RESTART: Kind(
        Nothing, "All connections and what is under way are lost, once; no $disconnect follows."
    ),
    Fault.CLOCK: Kind(
        Span, "The clock is moved forward, once; limits of idle time and lifetime follow."
    ),
}


def find_fault(name: str) -> Fault:
    """Return the fault of a name.

    Raises:
        ValueError: there is none.
    """
    try:
        return Fault(name)
    except ValueError:
        raise ValueError(f"There is no fault {name!r}. There are: {', '.join(Fault)}.") from None


def read_value(fault: Fault, text: str) -> Value:
    """Return the value that a text gives to a fault.

    Raises:
        ValueError: it is none that the fault takes.
    """
    kind = CATALOGUE[fault].value
    value = kind.parse(text)
    if value is None:
        raise ValueError(f"{fault} takes {kind.FORM}; not {text!r}.")
    return value


def read_setting(text: str) -> tuple[Fault, str]:
    """Return name and value of ``NAME`` or ``NAME=VALUE``; both are valid.

    Raises:
        ValueError: they are not.
    """
    name, _, value = text.partition("=")
    fault = find_fault(name)
    read_value(fault, value)
    return fault, value
