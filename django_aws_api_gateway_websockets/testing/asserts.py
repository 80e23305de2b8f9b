"""Questions to the outbox of the in-memory transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ..models import WebSocketSession
from ..transports import locmem

if TYPE_CHECKING:
    from .client import GatewayClient

__all__ = ["Recipient", "assert_nothing_sent", "assert_sent", "connection_id_of", "sent_messages"]

Recipient: TypeAlias = "GatewayClient | WebSocketSession | str"
"""One connection: its client, its row or its id."""


def sent_messages(to: Recipient | None = None) -> list[Any]:
    """Return what has been sent, parsed, oldest first.

    Args:
        to: a client, a session or a connection id; None for all of them.
    """
    connection_id = connection_id_of(to)
    return [m.json for m in locmem.outbox if connection_id in (None, m.connection_id)]


def assert_sent(data: Any, to: Recipient | None = None) -> None:
    """Check that a message has been sent.

    Raises:
        AssertionError: it has not; the error lists what has.
    """
    messages = sent_messages(to)
    if data not in messages:
        raise AssertionError(f"{data!r} was not sent{_recipient(to)}; sent: {messages!r}")


def assert_nothing_sent(to: Recipient | None = None) -> None:
    """Check that no message has been sent.

    Raises:
        AssertionError: one has; the error lists them.
    """
    messages = sent_messages(to)
    if messages:
        raise AssertionError(f"Nothing was to be sent{_recipient(to)}; sent: {messages!r}")


def connection_id_of(to: Recipient | None) -> str | None:
    """Return the id of a connection, or None for every connection."""
    return to if isinstance(to, str | None) else to.connection_id


def _recipient(to: Recipient | None) -> str:
    return "" if to is None else f" to {connection_id_of(to)}"
