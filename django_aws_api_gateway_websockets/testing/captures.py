"""What is sent in a block of a test, with the commit callbacks that a test case holds back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections
from django.test import TestCase

from ..transports import locmem
from .asserts import Recipient, connection_id_of

__all__ = ["captured", "committing"]


@contextmanager
def captured(to: Recipient | None = None) -> Iterator[list[Any]]:
    """Collect what is sent in a block, by whatever code: a view, a receiver, a task.

    The commit callbacks that the block registers are run at its end, inside a ``TestCase`` too. The
    list is filled then, with the messages as data.

    Args:
        to: a client, a session or a connection id; None for all of them.
    """
    connection_id = connection_id_of(to)
    messages: list[Any] = []
    begin = len(locmem.outbox)
    with committing():
        yield messages
    sent = locmem.outbox[min(begin, len(locmem.outbox)) :]
    messages += [m.json for m in sent if connection_id in (None, m.connection_id)]


@contextmanager
def committing() -> Iterator[None]:
    """Run the commit callbacks that a block registers at its end, each of them once."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(_committing(alias))
        yield


@contextmanager
def _committing(alias: str) -> Iterator[None]:
    begin = len(connections[alias].run_on_commit)
    try:
        with TestCase.captureOnCommitCallbacks(using=alias, execute=True):
            yield
    finally:
        # A block around this one would run them again.
        del connections[alias].run_on_commit[begin:]
