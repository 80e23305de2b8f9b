"""What is asked and answered on account of one event, while that is handled.

Context variables carry it from the legs, where it is said, to the log, where the event ends:
everything that the gateway does for one event it does in one task.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from ..log import LogRecord
from ..requests import BackendRequest, BackendResponse
from .entries import Answered, Asked
from .masking import PLAIN, Masker

__all__ = ["CALL", "CURRENT", "Call", "Exchange"]


class Exchange:
    """A request to a backend and its answer, both without secrets.

    Args:
        masker: takes them out.
    """

    __slots__ = ("answered", "asked", "masker")

    def __init__(self, masker: Masker = PLAIN) -> None:
        self.masker = masker
        self.asked: Asked | None = None
        self.answered: Answered | None = None

    def say(self, text: str) -> None:
        """Take note of a client's message."""
        self.asked = Asked(body=self.masker.body(text.encode()))

    def ask(self, request: BackendRequest) -> None:
        """Take note of a request."""
        self.asked = Asked(
            method=request.method,
            url=self.masker.url(request.url),
            headers=self.masker.headers(request.headers),
            body=self.masker.body(request.body),
        )

    def answer(self, response: BackendResponse) -> None:
        """Take note of an answer."""
        self.answered = Answered(
            status=response.status,
            headers=self.masker.headers(response.headers),
            body=self.masker.body(response.body),
        )


CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
"""The exchange of this task's event; None when there is none, or when it is told already."""


@dataclass(kw_only=True, slots=True)
class Call:
    """A call of ``@connections``, and what the log says of it before its answer is known."""

    record: LogRecord | None = None


CALL: ContextVar[Call | None] = ContextVar("call", default=None)
"""The call that this task answers."""
