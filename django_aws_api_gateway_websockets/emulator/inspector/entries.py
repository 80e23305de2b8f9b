"""One event as the inspector keeps it, and the two forms in which it is told.

There is one for each event, looked at or not: tuples are made in a fraction of the time that frozen
dataclasses take.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final, NamedTuple

from ...protocol.heads import Headers
from ..log import LogRecord

__all__ = ["BODY_MAX_BYTES", "Answered", "Asked", "Entry"]

BODY_MAX_BYTES: Final = 131_072
"""Bytes kept of a body: as many as a message may have, while answers of a backend may have more."""

_PREVIEW_BYTES: Final = 160
"""What a list shows of a body or of an address."""

_OWN_BYTES: Final = 1_024
"""What an entry is taken to weigh beside what was asked and answered."""


class Asked(NamedTuple):
    """A request without secrets; without a URL when none was sent.

    Args:
        size: bytes of the body, of which no more than the beginning is kept.
    """

    method: str = ""
    url: str = ""
    headers: Headers = ()
    body: bytes = b""
    size: int = 0


class Answered(NamedTuple):
    """The answer to it, without secrets.

    Args:
        size: bytes of the body, of which no more than the beginning is kept.
        own: whether the gateway gave it in place of a backend.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    size: int = 0
    own: bool = False


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
        weight = _OWN_BYTES
        if self.asked is not None:
            weight += len(self.asked.url) + _weight(self.asked)
        if self.answered is not None:
            weight += _weight(self.answered)
        return weight

    def summary(self, number: int) -> dict[str, Any]:
        """Return what a list shows; values that say nothing are left out."""
        values = {"number": number, **asdict(self.record), "said": _preview(self.asked)}
        return {name: value for name, value in values.items() if value not in ("", None)}

    def detail(self, number: int) -> dict[str, Any]:
        """Return everything."""
        return {
            **self.summary(number),
            "asked": None if self.asked is None else _document(self.asked),
            "answered": None if self.answered is None else _document(self.answered),
        }


def _preview(asked: Asked | None) -> str:
    """Return the beginning of a body, or the path of a request that has none."""
    if asked is None:
        return ""
    return _text(asked.body[:_PREVIEW_BYTES]) or _path(asked.url)[:_PREVIEW_BYTES]


def _path(url: str) -> str:
    _, slash, path = url.partition("://")[2].partition("/")
    return slash + path


def _weight(part: Asked | Answered) -> int:
    return len(part.body) + sum([len(name) + len(value) for name, value in part.headers])


def _document(part: Asked | Answered) -> dict[str, Any]:
    return {**part._asdict(), "body": _text(part.body), "kept": len(part.body)}


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
