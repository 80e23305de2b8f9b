"""What accepts connections: it reads the first head and hands the rest to the right side."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from ..protocol.heads import END_OF_HEAD
from .answers import error_answer
from .heads import parse_request_head
from .http import Upgrade
from .raw import serialise_answer

__all__ = ["Front", "Guests"]

_HEAD_MAX_BYTES = 16_384
"""Bytes of a request's head; more is answered with 431."""

_HEAD_SECONDS = 10.0
"""How long a client may take over its head."""

_SEND_BUFFER_BYTES = 65_536
"""Bytes that the kernel holds for a client: few, so that one that stops reading is noticed."""

MakeHandler = Callable[[], asyncio.Protocol]


class Guests:
    """The connections that have not sent their first head yet."""

    def __init__(self) -> None:
        self._fronts: set[Front] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._fronts)

    def enter(self, front: Front) -> None:
        """Let a connection in, or end it when nobody is let in any more."""
        self._fronts.add(front)
        if self._closed:
            front.transport.abort()

    def leave(self, front: Front) -> None:
        """Let a connection go."""
        self._fronts.discard(front)

    def close(self) -> None:
        """End all connections, and those that the system has already accepted."""
        self._closed = True
        for front in self._fronts:
            front.transport.abort()


class Front(asyncio.Protocol):
    """Serves a connection up to the end of its first head.

    Args:
        make_handler: makes the protocol that serves HTTP.
        upgrade: takes over a handshake.
        guests: knows this object for as long as it serves.
    """

    def __init__(self, make_handler: MakeHandler, upgrade: Upgrade, guests: Guests) -> None:
        self.make_handler = make_handler
        self.upgrade = upgrade
        self.guests = guests
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        loop = asyncio.get_running_loop()
        self._timeout = loop.call_later(_HEAD_SECONDS, transport.abort)
        self.guests.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a client that left before its head was complete."""
        self._let_go()

    def data_received(self, data: bytes) -> None:
        """Collect the head."""
        self._data += data
        head, found, rest = self._data.partition(END_OF_HEAD)
        if found and len(head) <= _HEAD_MAX_BYTES:
            self._hand_over(head, rest)
        elif len(self._data) > _HEAD_MAX_BYTES:
            self._refuse(431, "Request Header Fields Too Large")

    def _hand_over(self, data: bytes, rest: bytes) -> None:
        """Give the connection to the side that its first request is for."""
        try:
            head = parse_request_head(data)
        except ValueError:
            self._refuse(400, "Bad Request")
            return
        self._let_go()
        if head.upgrades():
            self.upgrade(self.transport, head, rest)
            return
        handler = self.make_handler()
        self.transport.set_protocol(handler)
        handler.connection_made(self.transport)
        handler.data_received(self._data)

    def _refuse(self, status: int, message: str) -> None:
        answer = error_answer(status, "BadRequestException", message)
        self.transport.write(serialise_answer(answer))
        self.transport.close()

    def _let_go(self) -> None:
        self._timeout.cancel()
        self.guests.leave(self)
