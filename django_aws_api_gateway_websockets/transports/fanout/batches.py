"""Posts that are handed to the fan-out together, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ...protocol.posts import PostEncoder

__all__ = ["ACCEPTED", "SETTLED", "UNSETTLED", "Batch", "Target"]

UNSETTLED: Final = 0
"""Instead of a status: whether the message was accepted is not known for sure."""

ACCEPTED: Final = 200

SETTLED: Final = frozenset((ACCEPTED, 410, 429))
"""Statuses after which nothing is left to find out: accepted, gone, throttled.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where posts go, and how long they may take; connections are kept for each.

    Args:
        host: name or address.
        port: of TCP.
        tls: whether TLS is spoken.
        ca_bundle: a file of the authorities that are trusted, or None for those of the system.
        connect_timeout: seconds until a connection must be open.
        read_timeout: seconds until an answer must be complete.
    """

    host: str
    port: int
    tls: bool
    ca_bundle: str | None
    connect_timeout: float
    read_timeout: float


@dataclass(slots=True, kw_only=True, eq=False)
class Batch:
    """Posts of one message.

    Args:
        parts: of the path, the last of each connection's.
        encoder: writes each post down, and signs it, when it is its turn.
        done: called with this batch, in the fan-out's thread, when all posts have a status.

    Attributes:
        statuses: of the answers, in the order of the parts, or ``UNSETTLED``.
    """

    parts: Sequence[str]
    encoder: PostEncoder
    done: Callable[[Batch], object]
    statuses: list[int] = field(init=False)
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._left = len(self.parts)
        self.statuses = [UNSETTLED] * self._left

    def encode(self, index: int, moment: float) -> bytes:
        """Return the request of a post.

        Args:
            index: of its part.
            moment: seconds since 1970.
        """
        return self.encoder.encode(self.parts[index], moment)

    def settle(self, index: int, status: int) -> None:
        """Note what became of a post, once."""
        self.statuses[index] = status
        self._left -= 1
        if not self._left:
            self.done(self)
