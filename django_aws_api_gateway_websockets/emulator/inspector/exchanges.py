"""What is asked and answered on account of one event, while that is handled.

Context variables carry it from the legs, where it is said, to the log, where the event ends:
everything that the gateway does for one event it does in one task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from ...protocol.heads import Headers
from ..answers import Answer
from ..heads import RequestHead
from ..log import LogRecord
from ..requests import BackendRequest, BackendResponse
from .documents import DocumentMasker
from .entries import BODY_MAX_BYTES, Answered, Asked
from .masking import TEXT_MIN_CHARS, Masker, hiding

__all__ = ["CALL", "CURRENT", "Call", "Exchange"]

_BETWEEN_WORDS = re.compile(r"[\s,;]+")


class Exchange:
    """A request and its answer, both without secrets.

    Args:
        masker: takes them out.
        documents: takes them out of bodies, where that needs to know more.
    """

    __slots__ = ("_bodies", "_sent", "answered", "asked", "masker")

    def __init__(self, masker: Masker, documents: DocumentMasker | None = None) -> None:
        self.masker = masker
        self._bodies = masker if documents is None else documents
        self._sent: Headers = ()
        self.asked: Asked | None = None
        self.answered: Answered | None = None

    def say(self, text: str) -> None:
        """Take note of a client's message."""
        body, size = self._body(text.encode())
        self.asked = Asked(body=body, size=size)

    def ask(self, request: BackendRequest) -> None:
        """Take note of a request to a backend."""
        self._ask(request.method, request.url, request.headers, request.body)

    def answer(self, response: BackendResponse) -> None:
        """Take note of a backend's answer."""
        self._answer(response.status, response.headers, response.body)

    def arrive(self, base: str, head: RequestHead, body: bytes = b"") -> None:
        """Take note of a request to the gateway.

        Args:
            base: address of the gateway, whatever host the client asked for.
        """
        self._ask(head.method, f"{base}{head.target}", head.headers, body)

    def reply(self, answer: Answer) -> None:
        """Take note of the gateway's own answer, which may say what it does not like."""
        body = self._without_headers(answer.body)
        self._answer(answer.status, tuple(answer.headers.items()), body, own=True)

    def _ask(self, method: str, url: str, headers: Headers, body: bytes) -> None:
        self._sent = headers
        shown, size = self._body(body)
        self.asked = Asked(
            method=method,
            url=self.masker.url(url),
            headers=self.masker.headers(headers),
            body=shown,
            size=size,
        )

    def _answer(self, status: int, headers: Headers, body: bytes, *, own: bool = False) -> None:
        shown, size = self._body(body)
        self.answered = Answered(
            status=status, headers=self.masker.headers(headers), body=shown, size=size, own=own
        )

    def _without_headers(self, body: bytes) -> bytes:
        """Return a body without what is hidden of the headers that were sent."""
        if not body:
            return body
        text = body.decode(errors="surrogateescape")
        secrets = _secrets(self._sent, self.masker.headers(self._sent))
        found = {secret for secret in secrets if secret in text}
        return hiding(found)(text).encode(errors="surrogateescape")

    def _body(self, body: bytes) -> tuple[bytes, int]:
        """Return the beginning of a body as it is kept, and the size of all of it."""
        shown = self._bodies.body(body)
        return shown[:BODY_MAX_BYTES], len(shown)


def _secrets(sent: Headers, shown: Headers) -> Iterator[str]:
    """Yield each value that is not shown as it is, and its long words that are not shown."""
    for (_, value), (_, seen) in zip(sent, shown, strict=True):
        if value not in ("", seen):
            words = _BETWEEN_WORDS.split(value)
            yield value
            yield from (word for word in words if len(word) >= TEXT_MIN_CHARS and word not in seen)


CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
"""The exchange of this task's event; None when there is none, or when it is told already."""


@dataclass(kw_only=True, slots=True)
class Call:
    """A call of the gateway, and what the log says of it before its answer is known."""

    record: LogRecord | None = None


CALL: ContextVar[Call | None] = ContextVar("call", default=None)
"""The call that this task answers."""
