"""One WebSocket on the wire: handshake, frames, close, and flow control in both directions."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Final

from websockets.datastructures import Headers
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from ..protocol.limits import FRAME_MAX_BYTES, MESSAGE_MAX_BYTES
from .answers import Answer
from .assembly import Assembler, Unacceptable, in_frames
from .brakes import Brake
from .connections import Connection
from .events import Handshake
from .gateway import Gateway
from .invoker import Accepted
from .raw import serialise_answer

__all__ = ["Peer"]

_HELD_MAX_BYTES = 65_536
"""Bytes kept of a client that does not wait for the answer to its handshake."""

_CLIENT_BUFFER_MAX_BYTES = 262_144
"""Bytes waiting for a client that does not read; beyond it a post is answered with 429."""

_IN_FLIGHT_MAX = 64
"""Messages of one connection that the backend handles at once; then reading pauses."""

_LINGER_SECONDS = 2.0
"""How long a closing socket is read on, so that unread bytes do not turn the close into a reset."""

_NO_STATUS: Final = 1005
_NO_STATUS_REASON: Final = "Client-side close frame status not set"
_ABNORMAL: Final = 1006

# The frame library logs headers and payloads at DEBUG, cookies and tokens among them.
_LOGGER = logging.getLogger(__name__)
_LOGGER.setLevel(logging.WARNING)

_DEFLATE = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True,
    client_no_context_takeover=True,
    compress_settings={"memLevel": 5},
)


class Peer(asyncio.Protocol):
    """Serves one client from its handshake on.

    Args:
        gateway: decides what everything means.
        handshake: what the client asked for.
        on_lost: called once with the connection's last error, when the transport is gone.
    """

    def __init__(
        self,
        gateway: Gateway,
        handshake: Handshake,
        on_lost: Callable[[Peer, Exception | None], None],
    ) -> None:
        self.gateway = gateway
        self.handshake = handshake
        self.on_lost = on_lost
        self.connection: Connection | None = None
        self.lost = False
        self.frames = ServerProtocol(
            state=State.OPEN,
            max_size=(MESSAGE_MAX_BYTES, FRAME_MAX_BYTES),
            extensions=[_DEFLATE],
            logger=_LOGGER,
        )
        self._held: bytearray | None = bytearray()
        self._assembler = Assembler()
        self._waiting: deque[str] = deque()
        self._in_flight = 0
        self._linger: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport, early: bytes) -> None:
        """Take over a transport after the head of the handshake.

        Args:
            transport: from now on this object is its protocol.
            early: bytes that came after the head.
        """
        self.transport = transport
        self._brake = Brake(transport)
        transport.set_protocol(self)
        self.data_received(early)
        self.gateway.spawn(self._shake_hands())

    # What the transport tells.

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client; before the handshake is done they are held."""
        if self._held is None:
            self._feed(data)
            return
        self._held += data
        if len(self._held) > _HELD_MAX_BYTES:
            self._brake.pause("held")

    def eof_received(self) -> None:
        """Take note that the client sends no more; the transport closes itself."""
        self.frames.receive_eof()
        self._flush()
        self._tell_closed()

    def pause_writing(self) -> None:
        """Stop reading from a client that does not read: its pings would pile up pongs."""
        self._brake.pause("writing")

    def resume_writing(self) -> None:
        """Read on."""
        self._brake.resume("writing")

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end of the transport."""
        self.lost = True
        if self._linger is not None:
            self._linger.cancel()
        self._tell_closed()
        self.on_lost(self, exc)

    # What the gateway asks for.

    def send(self, message: bytes) -> bool:
        """Send a text message in frames of the largest size that clients of AWS see."""
        waiting = self.transport.get_write_buffer_size()
        if waiting + len(message) > _CLIENT_BUFFER_MAX_BYTES:
            return False
        first, *rest = in_frames(message.decode(errors="replace").encode())
        self.frames.send_text(first, fin=not rest)
        for index, part in enumerate(rest, 1):
            self.frames.send_continuation(part, fin=index == len(rest))
        self._flush()
        return True

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake."""
        self.frames.send_close(code, reason)
        self._flush()
        self._linger_on()

    def cut(self) -> None:
        """End at once, without a close frame."""
        self.transport.abort()

    def vanish(self) -> None:
        """End at once, without a word to either side."""
        self._forget()
        self.transport.abort()

    def shut_down(self) -> None:
        """End at once, with a close frame if the client can take one; the gateway is not told."""
        self._forget()
        if self._held is None and self.frames.state is State.OPEN:
            self.frames.send_close(1001, "Going away")
            self._flush()
        self.transport.close()

    def _forget(self) -> None:
        self._waiting.clear()
        if self.connection is not None:
            self.gateway.forget(self.connection)

    # The handshake.

    async def _shake_hands(self) -> None:
        response = self._accept()
        if response.status_code == 101:
            outcome = await self.gateway.connect(self.handshake)
        else:
            outcome = self.gateway.refuse(self.handshake, _answer(response))
        if self.lost:
            self._left(outcome)
        elif isinstance(outcome, Answer):
            self._refuse(serialise_answer(outcome))
        else:
            self._welcome(response, outcome)

    def _left(self, outcome: Accepted | Answer) -> None:
        """Undo the handshake of a client that did not wait for its end."""
        if isinstance(outcome, Accepted):
            self.gateway.closed(outcome.connection, _ABNORMAL, "")

    def _accept(self) -> Response:
        """Return the answer that the frame library gives to the handshake."""
        head = self.handshake.head
        if head.method != "GET" or head.version != "HTTP/1.1":
            return self.frames.reject(400, "A WebSocket needs GET and HTTP/1.1.\n")
        return self.frames.accept(Request(head.target, Headers(list(head.headers))))

    def _refuse(self, data: bytes) -> None:
        """Answer with an error and end the connection."""
        self._held = None
        self.frames.fail(_ABNORMAL)
        self.transport.write(data)
        self._flush()

    def _welcome(self, response: Response, accepted: Accepted) -> None:
        """Complete the handshake and take up what the client has sent meanwhile."""
        if accepted.subprotocol is not None:
            response.headers["Sec-WebSocket-Protocol"] = accepted.subprotocol
        self.connection = accepted.connection
        self.gateway.opened(accepted.connection, self)
        self.transport.write(response.serialize())
        held, self._held = self._held, None
        self._brake.resume("held")
        if held:
            self._feed(bytes(held))

    # Frames.

    def _feed(self, data: bytes) -> None:
        """Take bytes of an open connection; those of a refused one are discarded."""
        if self.connection is None:
            return
        was_open = self.frames.state is State.OPEN
        self.frames.receive_data(data)
        events = self.frames.events_received() if was_open else []
        frames = [event for event in events if isinstance(event, Frame)]
        if any(frame.opcode is Opcode.PING for frame in frames):
            self.gateway.pinged(self.connection)
        try:
            self._waiting.extend(self._assembler.take(frames))
        except Unacceptable as error:
            self.frames.fail(error.code)
        self._dispatch()
        self._flush()
        if self.frames.state is not State.OPEN:
            self._tell_closed()

    def _dispatch(self) -> None:
        """Hand messages on, not one after the other but as many at once as may be."""
        assert self.connection is not None
        while self._waiting and self._in_flight < _IN_FLIGHT_MAX:
            self._in_flight += 1
            work = self.gateway.receive(self.connection, self._waiting.popleft())
            self.gateway.spawn(work).add_done_callback(self._dispatched)
        if self._waiting:
            self._brake.pause("busy")
        else:
            self._brake.resume("busy")

    def _dispatched(self, _task: asyncio.Task[None]) -> None:
        self._in_flight -= 1
        self._dispatch()

    def _tell_closed(self) -> None:
        """Tell the gateway how the connection ended; only the first time counts."""
        if self.connection is not None:
            self.gateway.closed(self.connection, *self._how_closed())

    def _how_closed(self) -> tuple[int, str]:
        """Return the close code and the reason as the disconnect event has them."""
        close = self.frames.close_rcvd or self.frames.close_sent
        if close is None:
            return _ABNORMAL, ""
        return close.code, _NO_STATUS_REASON if close.code == _NO_STATUS else close.reason

    # Bytes.

    def _flush(self) -> None:
        for data in self.frames.data_to_send():
            if data:
                self.transport.write(data)
            else:
                self._end_writing()

    def _end_writing(self) -> None:
        """Close the writing half and read on for a moment; TLS has no halves."""
        if self.transport.can_write_eof():
            with contextlib.suppress(OSError):  # the client has just gone
                self.transport.write_eof()
        elif self.frames.close_rcvd is not None:
            self.transport.close()
        self._linger_on()

    def _linger_on(self) -> None:
        if self._linger is None:
            loop = asyncio.get_running_loop()
            self._linger = loop.call_later(_LINGER_SECONDS, self.transport.abort)


def _answer(response: Response) -> Answer:
    """Return an answer of the frame library as one of ours."""
    headers = dict(response.headers.raw_items())
    return Answer(status=response.status_code, headers=headers, body=bytes(response.body or b""))
