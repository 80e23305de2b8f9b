"""Questions to the outbox of the in-memory transport."""

from __future__ import annotations

from typing import Any

from ..models import WebSocketSession
from ..transports import locmem

__all__ = ["assert_nothing_sent", "assert_sent", "sent_messages"]


def sent_messages(to: WebSocketSession | str | None = None) -> list[Any]:
    """Return what has been sent, parsed, oldest first.

    Args:
        to: a session or a connection id; None for all of them.
    """
    connection_id = to if isinstance(to, str | None) else to.connection_id
    return [m.json for m in locmem.outbox if connection_id in (None, m.connection_id)]


def assert_sent(data: Any, to: WebSocketSession | str | None = None) -> None:
    """Check that a message has been sent.

    Raises:
        AssertionError: it has not; the error lists what has.
    """
    messages = sent_messages(to)
    if data not in messages:
        raise AssertionError(f"{data!r} was not sent{_recipient(to)}; sent: {messages!r}")


def assert_nothing_sent(to: WebSocketSession | str | None = None) -> None:
    """Check that no message has been sent.

    Raises:
        AssertionError: one has; the error lists them.
    """
    messages = sent_messages(to)
    if messages:
        raise AssertionError(f"Nothing was to be sent{_recipient(to)}; sent: {messages!r}")


def _recipient(to: WebSocketSession | str | None) -> str:
    return "" if to is None else f" to {to}"
