"""One event as the inspector keeps it, and the two forms in which it is told.

There is one for each event, looked at or not: tuples are made in a fraction of the time that frozen
dataclasses take.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final, NamedTuple

from ...protocol.heads import Headers
from ..log import LogRecord

__all__ = ["Answered", "Asked", "Entry"]

_PREVIEW_BYTES: Final = 160
_OWN_BYTES: Final = 1_024
"""What an entry is taken to weigh beside its bodies."""


class Asked(NamedTuple):
    """A request without secrets; without a URL when none was sent."""

    method: str = ""
    url: str = ""
    headers: Headers = ()
    body: bytes = b""


class Answered(NamedTuple):
    """The answer to it, without secrets."""

    status: int
    headers: Headers = ()
    body: bytes = b""


class Entry(NamedTuple):
    """An event.

    Args:
        record: what the log says of it.
        asked: what was sent, if there was anything.
        answered: what came back, if anything did.
    """

    record: LogRecord
    asked: Asked | None = None
    answered: Answered | None = None

    @property
    def weight(self) -> int:
        """About how many bytes it takes to keep this."""
        bodies = (part.body for part in (self.asked, self.answered) if part is not None)
        return _OWN_BYTES + sum(map(len, bodies))

    def summary(self, number: int) -> dict[str, Any]:
        """Return what a list shows; values that say nothing are left out."""
        said = "" if self.asked is None else _text(self.asked.body[:_PREVIEW_BYTES])
        values = {"number": number, **asdict(self.record), "said": said}
        return {name: value for name, value in values.items() if value not in ("", None)}

    def detail(self, number: int) -> dict[str, Any]:
        """Return everything."""
        return {
            **self.summary(number),
            "asked": None if self.asked is None else _document(self.asked),
            "answered": None if self.answered is None else _document(self.answered),
        }


def _document(part: Asked | Answered) -> dict[str, Any]:
    return {**part._asdict(), "body": _text(part.body)}


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
