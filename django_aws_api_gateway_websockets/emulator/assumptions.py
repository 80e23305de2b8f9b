"""What AWS does not say, and reports do not agree on: what the gateway assumes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final, Self

__all__ = ["Assumptions"]

_WORDS: Final = {"yes": True, "no": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumptions:
    """How the gateway behaves where AWS's behaviour is not known.

    Args:
        unreachable_status: status of a handshake whose backend cannot be reached.
        timeout_status: status of a handshake whose backend takes too long.
        error_bodies: whether the body of a 4xx or 5xx answer reaches the client on a two-way route;
            if not, the client gets ``Internal server error``.
        expression_is_two_way: whether a route that has a ``RouteResponseSelectionExpression``, and
            no route response, is two-way.
        disconnect_context: whether ``context.disconnectStatusCode`` and
            ``context.disconnectReason`` can be mapped.
        pings_keep_alive: whether a ping frame of a client starts the idle time again.
    """

    unreachable_status: int = 500
    timeout_status: int = 504
    error_bodies: bool = True
    expression_is_two_way: bool = False
    disconnect_context: bool = False
    pings_keep_alive: bool = False

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Return assumptions from texts such as ``error_bodies=no`` or ``timeout_status=502``.

        Raises:
            ValueError: a text names nothing that can be assumed, or has a value that does not fit.
        """
        defaults = {field.name: field.default for field in fields(cls)}
        values: dict[str, Any] = {}
        for text in texts:
            name, _, word = text.partition("=")
            if name not in defaults:
                raise ValueError(f"{name!r} is none of {', '.join(defaults)}.")
            values[name] = _parse(name, word, defaults[name])
        return cls(**values)


def _parse(name: str, word: str, default: object) -> bool | int:
    """Return a value of the kind that the default is of."""
    if isinstance(default, bool):
        if word not in _WORDS:
            raise ValueError(f"{name} is yes or no, not {word!r}.")
        return _WORDS[word]
    if not (word.isascii() and word.isdecimal() and 400 <= int(word) <= 599):
        raise ValueError(f"{name} is a status from 400 to 599, not {word!r}.")
    return int(word)
