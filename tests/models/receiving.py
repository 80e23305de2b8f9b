"""Receivers of signals, for the time of a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.dispatch import Signal

__all__ = ["broken", "received"]


@contextmanager
def received(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    """Yield a list of what comes with a signal."""
    calls: list[dict[str, Any]] = []

    def receive(*, signal: Signal, **kwargs: Any) -> None:
        calls.append(kwargs)

    signal.connect(receive)
    yield calls
    signal.disconnect(receive)


@contextmanager
def broken(signal: Signal) -> Iterator[None]:
    """Let a receiver of a signal fail."""

    def fail(**kwargs: Any) -> None:
        raise ZeroDivisionError

    signal.connect(fail)
    yield
    signal.disconnect(fail)
