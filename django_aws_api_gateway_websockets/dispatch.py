"""Which handler a message runs, and how its result travels back; knows no request and no model."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .exceptions import MessageRefused
from .protocol.messages import error_envelope, reply_envelope

__all__ = [
    "DEFAULT_HANDLER",
    "SELECTION_KEYS",
    "Answer",
    "answer_error",
    "answer_result",
    "check_names_handler",
    "find_handlers",
    "select_handler",
]

DEFAULT_HANDLER = "default"
SELECTION_KEYS = ("handler", "action")
"""The keys of a message that name its handler; the second one where the first is missing."""


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


def find_handlers(view_class: type, base_class: type, exposed: Iterable[str]) -> frozenset[str]:
    """Return the names that clients may call on a view that lists none.

    These are the plain functions that the view's classes define below ``base_class``. A name of
    ``base_class`` itself is a hook, not a handler, unless ``exposed`` has it.

    Args:
        view_class: the concrete view.
        base_class: where its hooks are defined.
        exposed: names of the base class that may be called all the same.
    """
    classes = [c for c in view_class.__mro__ if issubclass(c, base_class) and c is not base_class]
    names = {name for c in classes for name, value in vars(c).items() if _is_function(value)}
    hooks = set(dir(base_class)) - set(exposed)
    return frozenset(name for name in names - hooks if not name.startswith("_"))


def _is_function(value: object) -> bool:
    return inspect.isfunction(value) or isinstance(value, staticmethod)


def check_names_handler(body: dict[str, Any], *, keys: Iterable[str] = SELECTION_KEYS) -> None:
    """Refuse a message that has none of the keys which may name a handler.

    Raises:
        MessageRefused: ``invalid_format``.
    """
    if not any(key in body for key in keys):
        raise MessageRefused("invalid_format", "Invalid request format (1)")


def select_handler(
    body: dict[str, Any],
    allowed: Collection[str],
    *,
    keys: tuple[str, str] = SELECTION_KEYS,
    strict: bool = False,
) -> str:
    """Return the handler that a message names.

    Args:
        body: the message.
        allowed: the names that clients may call.
        keys: which names it, and which does where the message lacks that one.
        strict: refuse an unknown handler instead of running the default one; a name under the
            second key alone is a route key, which every message has.

    Raises:
        MessageRefused: ``unknown_handler``.
    """
    first, second = keys
    name = str(body.get(first) or body.get(second))
    if name in allowed and not name.startswith("_"):
        return name
    if strict and body.get(first):
        raise MessageRefused(
            "unknown_handler", "Unknown handler", detail=f"no handler {name[:64]!r}"
        )
    return DEFAULT_HANDLER


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
