"""What the page shows of past events, collected from the log and from the exchanges behind it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from ..clock import Clock
from ..log import Log, LogRecord
from .attention import Attention
from .documents import DocumentMasker
from .entries import Entry
from .exchanges import CALL, CURRENT, Exchange
from .keyring import Keyring
from .ring import Ring

__all__ = ["Inspector"]

_OF_CLIENTS: Final = ("connect", "message")
_OF_BACKENDS: Final = ("control", "delete", "get", "post")


class Inspector:
    """Keeps the latest events.

    Args:
        log: takes each record too.
        keyring: knows what is not to be kept.
        base: returns the address of the gateway.
        clock: the time.
    """

    def __init__(self, log: Log, keyring: Keyring, base: Callable[[], str], clock: Clock) -> None:
        self.keyring = keyring
        self.base = base
        self.clock = clock
        self.ring = Ring()
        self.attention = Attention()
        self.run_id = secrets.token_hex(8)
        self._log = log

    def exchange(self, *, documents: bool = False) -> Exchange | None:
        """Return an exchange that keeps nothing secret; None if the next event is not kept whole.

        Args:
            documents: whether the bodies are those of the control plane.
        """
        if self.attention.wants():
            with self.noting():
                masker = self.keyring.masker()
                return Exchange(masker, DocumentMasker(masker) if documents else None)
        return None

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Let what goes wrong while a note is taken end the note alone, not the event."""
        try:
            yield
        except Exception as error:
            detail = f"The inspector could not take note: {type(error).__name__}."
            self.tell(LogRecord(kind="error", at=self.clock.wall(), detail=detail), None)

    def log(self, record: LogRecord) -> None:
        """Keep a record with the exchange that led to it, and hand it on."""
        call = CALL.get()
        if record.kind in _OF_BACKENDS and call is not None:
            call.record = record
            self._log(record)
        else:
            self.tell(record, _taken() if record.kind in _OF_CLIENTS else None)

    def tell(self, record: LogRecord, exchange: Exchange | None) -> None:
        """Keep a record and an exchange, and hand the record on."""
        self.keep(record, exchange)
        self._log(record)

    def keep(self, record: LogRecord, exchange: Exchange | None) -> None:
        """Keep a record and an exchange, and say nothing to the log."""
        if exchange is None:
            self.ring.add(Entry(record))
        else:
            self.ring.add(Entry(record, exchange.asked, exchange.answered))


def _taken() -> Exchange | None:
    """Return the exchange of the event that is handled; only the first time."""
    exchange = CURRENT.get()
    if exchange is not None:
        CURRENT.set(None)
    return exchange
