"""What the emulator tells about itself: one record and one line per event, without any content."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TextIO

__all__ = ["LineWriter", "Log", "LogRecord", "discard"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRecord:
    """One event.

    Args:
        kind: ``started``, ``stopped``, ``control``, ``connect``, ``message``, ``disconnect``,
            ``post``, ``get``, ``delete``, ``fault`` or ``error``.
        at: seconds since the epoch.
        status: HTTP status or close code of the outcome.
        size: bytes of the message.
        seconds: how long the backend took.
        detail: a sentence or a name; never a header, a query, a body or a secret.
    """

    kind: str
    at: float
    api_id: str = ""
    stage: str = ""
    connection_id: str = ""
    route_key: str = ""
    status: int | None = None
    size: int | None = None
    seconds: float | None = None
    detail: str = ""


Log = Callable[[LogRecord], None]

_COLOURS: Final[Mapping[str, str]] = {
    "connect": "32",
    "control": "35",
    "delete": "33",
    "disconnect": "33",
    "error": "31",
    "fault": "35",
    "get": "36",
    "message": "34",
    "post": "36",
}
_CLIENT_ERROR = 400
_CLOSE_CODES = 1000


def discard(record: LogRecord) -> None:
    """Take a record and do nothing with it."""


class LineWriter:
    """Writes one line per record, in colour on a terminal unless ``NO_COLOR`` is set.

    Args:
        stream: where to write; standard output if None.
        colour: None to find out.
    """

    def __init__(self, stream: TextIO | None = None, *, colour: bool | None = None) -> None:
        self.stream = sys.stdout if stream is None else stream
        self.colour = _wants_colour(self.stream) if colour is None else colour

    def __call__(self, record: LogRecord) -> None:
        """Write a record."""
        self.stream.write(self.format(record) + "\n")
        self.stream.flush()

    def format(self, record: LogRecord) -> str:
        """Return a record as one line."""
        time = datetime.fromtimestamp(record.at).strftime("%H:%M:%S")
        line = " ".join((time, record.kind.ljust(10), *_parts(record)))
        colour = _colour(record)
        return f"\x1b[{colour}m{line}\x1b[0m" if self.colour and colour else line


def _wants_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _colour(record: LogRecord) -> str:
    """Return the colour code of a record: red for a failure, else that of its kind."""
    failed = record.status is not None and _CLIENT_ERROR <= record.status < _CLOSE_CODES
    return _COLOURS["error"] if failed else _COLOURS.get(record.kind, "")


def _parts(record: LogRecord) -> list[str]:
    """Return the words of a line after time and kind; those that say nothing are left out."""
    place = "/".join(filter(None, (record.api_id, record.stage)))
    words = (
        place,
        _printable(record.connection_id),
        _printable(record.route_key),
        "" if record.status is None else str(record.status),
        "" if record.size is None else f"{record.size} bytes",
        "" if record.seconds is None else f"{record.seconds * 1000:.0f} ms",
        _printable(record.detail),
    )
    return [word for word in words if word]


def _printable(text: str) -> str:
    """Return a text that cannot move the cursor or start a line."""
    return "".join(char if char.isprintable() else "?" for char in text)
