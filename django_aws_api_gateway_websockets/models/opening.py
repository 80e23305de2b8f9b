"""The connection whose own ``$connect`` is being handled: AWS opens it only after the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["handling_connect", "is_opening", "opening_connection"]

_connection_id: ContextVar[str | None] = ContextVar("connection_id", default=None)


@contextmanager
def handling_connect(connection_id: str) -> Iterator[None]:
    """Let it be known in a block, and in the threads that asgiref starts, what is opening."""
    token = _connection_id.set(connection_id)
    try:
        yield
    finally:
        _connection_id.reset(token)


def is_opening(connection_id: str) -> bool:
    """Return whether the caller is part of the handshake of this connection."""
    return _connection_id.get() == connection_id


def opening_connection() -> str | None:
    """Return the connection of whose handshake the caller is part, or None."""
    return _connection_id.get()
