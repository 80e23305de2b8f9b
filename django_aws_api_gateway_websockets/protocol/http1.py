"""The client's side of an HTTP/1.1 connection that carries posts: bytes in, no socket.

It understands what the ``@connections`` API answers: a head and, when there is one, a body whose
length the head tells. All else that HTTP allows, and what it does not, is `NotUnderstood`, and
nothing is guessed. The numbers of sections are those of RFC 9112.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from ..exceptions import WebSocketError
from .heads import END_OF_HEAD, NAME, TEXT, decode_head

__all__ = [
    "BODY_MAX_BYTES",
    "HEAD_MAX_BYTES",
    "Answer",
    "Connection",
    "NotUnderstood",
    "Reason",
    "State",
]

HEAD_MAX_BYTES: Final = 16_384
"""Bytes of an answer's head with its empty line; ours to choose, AWS sends a few hundred."""

BODY_MAX_BYTES: Final = 65_536
"""Bytes of an answer's body; ours to choose, AWS sends a short JSON object or nothing."""

_STATUS_LINE = re.compile(r"HTTP/1\.1 (?P<status>[1-5][0-9]{2})(?: |\r|\Z)")
_STATUS_END: Final = 13
"""Characters of a status line, up to the one after the status."""

# The answer to nearly all posts is accepted at one look, which is a third of what the rules cost.
_OTHERS = (
    rf"(?:\r\n(?!(?i:connection|content-length|transfer-encoding):){NAME}:{TEXT}"
    r"|\r\n(?i:connection: keep-alive)(?=\r))*+"
)
_EMPTY = r"\r\n(?i:content-length): 0"
_PLAIN = re.compile(rf"HTTP/1\.1 200(?: {TEXT})?{_OTHERS}{_EMPTY}{_OTHERS}\r\n\r\n".encode())

_FIELD = re.compile(r"\r\n(connection|content-length|transfer-encoding):([^\r]*)", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,10}")

_NO_CONTENT: Final = 204
_NOT_MODIFIED: Final = 304


class State(StrEnum):
    """What a connection waits for."""

    IDLE = "idle"
    WAITING = "waiting for an answer"
    ENDED = "ended"


class Reason(StrEnum):
    """Why an answer is not understood."""

    NO_ANSWER = "the connection ended before it began"
    CUT_OFF = "the connection ended within it"
    HEAD_TOO_LONG = f"its head is longer than {HEAD_MAX_BYTES} bytes"
    MALFORMED = "it does not begin with a head of HTTP"
    NOT_HTTP_1_1 = "it does not begin with a status of HTTP/1.1"
    INTERIM = "it is not the final one"
    TRANSFER_CODING = "its body has a transfer coding"
    LENGTH = "its head does not tell the length of its body"
    BODY_TOO_LONG = f"its body is longer than {BODY_MAX_BYTES} bytes"


class NotUnderstood(WebSocketError):
    """An answer is not one that this module knows; the connection is of no use any more.

    Args:
        reason: what is not understood.
        status: of the answer when its head is understood, else None.
    """

    def __init__(self, reason: Reason, status: int | None = None) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status

    def __str__(self) -> str:
        status = "" if self.status is None else f" with status {self.status}"
        return f"The answer{status} is not understood: {self.reason}."


class Answer(NamedTuple):
    """A complete answer.

    Attributes:
        status: 200 to 599.
        body: as it came.
    """

    status: int
    body: bytes = b""


_ACCEPTED: Final = Answer(200)


class Connection:
    """A connection on which one post follows another, each after the answer to the last.

    Attributes:
        state: a post can be sent while it is idle.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self._data = b""
        self._head: _AnswerHead | None = None

    def begin(self) -> None:
        """Take in that a post is sent, and wait for its answer.

        Raises:
            RuntimeError: the connection is not idle.
        """
        if self.state is not State.IDLE:
            raise RuntimeError(f"Expected a connection that is idle, got one that is {self.state}.")
        self.state = State.WAITING

    def receive_data(self, data: bytes) -> Answer | None:
        """Take in bytes, and return the answer when it is complete.

        What comes without a post, or after its answer, ends the connection.

        Raises:
            NotUnderstood: the answer is not one that this module knows.
        """
        if self.state is not State.WAITING:
            self.state = State.ENDED
            return None
        if not self._data and self._head is None and _is_plain(data):
            self.state = State.IDLE
            return _ACCEPTED
        self._data += data
        try:
            return self._next_answer()
        except NotUnderstood:
            self._end()
            raise

    def receive_eof(self) -> None:
        """Take in that no more bytes come.

        Raises:
            NotUnderstood: an answer was awaited.
        """
        waiting, begun, head = self.state is State.WAITING, bool(self._data), self._head
        self._end()
        if waiting and head is not None:
            raise NotUnderstood(Reason.CUT_OFF, head.answer.status)
        if waiting:
            raise NotUnderstood(Reason.CUT_OFF if begun else Reason.NO_ANSWER)

    def _next_answer(self) -> Answer | None:
        head = self._head
        if head is None:
            end = self._data.find(END_OF_HEAD, 0, HEAD_MAX_BYTES)
            if end < 0 and len(self._data) >= HEAD_MAX_BYTES:
                raise NotUnderstood(Reason.HEAD_TOO_LONG)
            if end < 0:
                return None
            head = self._head = _understand(self._data[:end])
            self._data = self._data[end + len(END_OF_HEAD) :]
        return self._finish(head) if len(self._data) >= head.length else None

    def _finish(self, head: _AnswerHead) -> Answer:
        is_last = head.closes or len(self._data) > head.length
        body = self._data[: head.length]
        self._end(State.ENDED if is_last else State.IDLE)
        return head.answer._replace(body=body) if body else head.answer

    def _end(self, state: State = State.ENDED) -> None:
        self.state = state
        self._data = b""
        self._head = None


class _AnswerHead(NamedTuple):
    """What the head of an answer tells.

    Attributes:
        answer: without its body.
        length: of the body that follows.
        closes: whether the connection ends after it.
    """

    answer: Answer
    length: int
    closes: bool


def _is_plain(data: bytes) -> bool:
    """Return whether this is all of a 200 without a body, after which another post may come."""
    return len(data) <= HEAD_MAX_BYTES and _PLAIN.fullmatch(data) is not None


def _understand(data: bytes) -> _AnswerHead:
    """Return what a head tells.

    Raises:
        NotUnderstood: it is not that of an answer whose end can be told.
    """
    try:
        text = decode_head(data)
    except ValueError as error:
        raise NotUnderstood(Reason.MALFORMED) from error
    return _framing(text[:_STATUS_END], tuple(_FIELD.findall(text)))


@lru_cache(maxsize=64)  # in these nearly all answers are alike
def _framing(start: str, lines: tuple[tuple[str, str], ...]) -> _AnswerHead:
    """Return what the start of an answer, and the headers that matter here, tell."""
    status = _status(start)
    fields = _fields(lines)
    closes = "close" in fields.get("connection", "").lower()
    return _AnswerHead(Answer(status), _length(status, fields), closes)


def _status(text: str) -> int:
    """Return the status of a final answer (sections 4 and 9.2)."""
    match = _STATUS_LINE.match(text)
    if match is None:
        raise NotUnderstood(Reason.NOT_HTTP_1_1)
    if match["status"] < "200":
        raise NotUnderstood(Reason.INTERIM)
    return int(match["status"])


def _fields(lines: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by name in lower case, the values of equal ones joined by commas."""
    fields: dict[str, str] = {}
    for name, value in lines:
        key, value = name.lower(), value.strip(" \t")
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    return fields


def _length(status: int, fields: Mapping[str, str]) -> int:
    """Return how long the body is; one that ends with the connection has no length (section 6)."""
    if "transfer-encoding" in fields:
        raise NotUnderstood(Reason.TRANSFER_CODING, status)
    text = fields.get("content-length", "0" if status == _NO_CONTENT else "")
    if status == _NOT_MODIFIED or not _LENGTH.fullmatch(text):
        raise NotUnderstood(Reason.LENGTH, status)
    length = int(text)
    if status == _NO_CONTENT and length:
        raise NotUnderstood(Reason.LENGTH, status)
    if length > BODY_MAX_BYTES:
        raise NotUnderstood(Reason.BODY_TOO_LONG, status)
    return length
