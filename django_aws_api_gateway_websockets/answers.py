"""How the answer to a message travels back: in the HTTP response, or by a post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .protocol.messages import error_envelope, reply_envelope

__all__ = ["Answer", "answer_error", "answer_result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a message is answered.

    Attributes:
        body: JSON value of the HTTP response; None for an empty body, which on a two-way route
            sends nothing to the client.
        posted: an envelope that goes to the client by a post, or None.
    """

    body: Any
    posted: dict[str, Any] | None = None


def answer_result(result: Any, *, message_id: str | None, two_way: bool) -> Answer:
    """Return how a handler's result reaches the client.

    Args:
        result: a JSON value; None says nothing.
        message_id: id under which the client awaits a reply, or None.
        two_way: whether the body of the HTTP response reaches the client.
    """
    if message_id is not None:
        return _reply(reply_envelope(message_id, result), two_way)
    if two_way:
        return Answer(body=result)
    return Answer(body={} if result is None else result)


def answer_error(
    code: str,
    message: str,
    *,
    message_id: str,
    two_way: bool,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Answer:
    """Return how an error reaches a client that awaits a reply."""
    return _reply(error_envelope(message_id, code, message, fields=fields), two_way)


def _reply(envelope: dict[str, Any], two_way: bool) -> Answer:
    return Answer(body=envelope) if two_way else Answer(body={}, posted=envelope)
