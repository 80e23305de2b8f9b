"""One connection of the fan-out: post after post, each when the last has been answered."""

from __future__ import annotations

import asyncio
import math
import ssl
import time
from typing import Protocol, cast

from ...protocol.http1 import Connection, NotUnderstood, State
from .batches import ACCEPTED, SETTLED, UNSETTLED, Batch
from .streams import Stream

__all__ = ["Owner", "PostConnection"]

_CLOSED = memoryview(b"")


class Owner(Protocol):
    """Whom a connection belongs to."""

    def answered(self, connection: PostConnection, status: int) -> None:
        """Take note that a post has an answer, and that the next may begin if it can."""

    def lost(self, connection: PostConnection) -> None:
        """Take note that nothing can be posted any more; no answer comes."""


class PostConnection(asyncio.BufferedProtocol):
    """Posts to one host.

    Args:
        stream: what lies between the socket and HTTP.
        buffer: for what the socket receives, until the call that says so has returned.
        owner: is told of answers, and of the end.
        ready: gets its result when a post can begin.

    Attributes:
        deadline: when it is of no use any more, in seconds of the event loop's clock.
        begun: when the post that it carries began, in the same seconds.
    """

    def __init__(
        self, stream: Stream, buffer: memoryview, owner: Owner, ready: asyncio.Future[None]
    ) -> None:
        self.deadline = math.inf
        self.begun = 0.0
        self._stream = stream
        self._buffer = buffer
        self._owner = owner
        self._ready = ready
        self._wire = Connection()
        self._batch: Batch | None = None
        self._index = 0

    @property
    def is_idle(self) -> bool:
        """Whether a post may begin."""
        return self._wire.state is State.IDLE and not self._transport.is_closing()

    def post(self, batch: Batch, index: int) -> None:
        """Send a post; the connection is idle."""
        self._batch, self._index = batch, index
        self._wire.begin()
        request = batch.encode(index, time.time())
        try:
            self._transport.write(self._stream.encode(request))
        except ssl.SSLError:  # the peer has just ended TLS
            self.close()

    def settle(self, status: int) -> None:
        """Note what became of the post that it carries, if it carries one."""
        batch, self._batch = self._batch, None
        if batch is not None:
            batch.settle(self._index, status)

    def close(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to shake hands."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._shake_hands(_CLOSED)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Say where to put what is received."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take in what has been received."""
        data = self._buffer[:nbytes]
        if not self._ready.done():
            self._shake_hands(data)
            return
        try:
            said = self._stream.decode(data)
            answer = self._wire.receive_data(said) if said else None
        except ssl.SSLError:
            self.close()
        except NotUnderstood as error:
            self.settle(ACCEPTED if error.status == ACCEPTED else UNSETTLED)
            self.close()
        else:
            if answer is not None:
                status = answer.status
                self.settle(status if status in SETTLED else UNSETTLED)
                self._owner.answered(self, status)
            elif self._wire.state is State.ENDED:
                self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Take note of the end."""
        if not self._ready.done():
            self._ready.set_exception(error or ConnectionResetError())
        try:
            self._wire.receive_eof()
        except NotUnderstood as reason:
            self.settle(ACCEPTED if reason.status == ACCEPTED else UNSETTLED)
        self._owner.lost(self)

    def _shake_hands(self, data: memoryview) -> None:
        try:
            is_done = self._stream.shake_hands(data)
        except ssl.SSLError as error:
            self._ready.set_exception(error)
            self.close()
            return
        self._transport.write(self._stream.pending())
        if is_done:
            self._ready.set_result(None)
