"""A WebSocket client that waits no longer than it is told; the one user of the client library."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.extensions.permessage_deflate import enable_client_permessage_deflate
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State
from websockets.typing import Origin
from websockets.uri import parse_uri

from .timing import Stopwatch

__all__ = ["HandshakeFailed", "SocketClosed", "WebSocketClient"]

_READ_SIZE = 65_536
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class HandshakeFailed(Exception):
    """The handshake was not accepted.

    Args:
        status: of the answer; 0 when that was no answer to a handshake.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class SocketClosed(Exception):
    """The other side has ended the connection.

    Args:
        code: its close code; 1006 when it sent none.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_SILENT = logging.Logger("websocket-probe", logging.CRITICAL + 1)
"""The library logs heads at DEBUG, and that of a handshake has a login cookie and a token."""


class WebSocketClient:
    """One WebSocket on a connection that stands, from ``with`` to its end.

    Args:
        connection: TCP, or TLS for ``wss``; closed at the end.
        url: what a browser opens, with the query.
        origin: of the page.
        timeout: seconds for the handshake, and for the end.
    """

    def __init__(self, connection: socket.socket, url: str, *, origin: str, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._messages: deque[str] = deque()
        self._fragments = bytearray()
        self._protocol = ClientProtocol(
            parse_uri(url),
            origin=Origin(origin),
            extensions=enable_client_permessage_deflate(None),
            logger=_SILENT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._say_goodbye()
        finally:
            self._connection.close()

    def open(self, headers: Mapping[str, str]) -> None:
        """Make the handshake.

        Raises:
            HandshakeFailed: it was refused, or the answer is none.
            TimeoutError: there was no answer in time.
        """
        request = self._protocol.connect()
        request.headers.update(headers)
        self._protocol.send_request(request)
        self._flush()
        watch = Stopwatch(self._timeout)
        while self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None:
            if not self._read(watch.left):
                raise TimeoutError
        error = self._protocol.handshake_exc
        if error is not None:
            status = error.response.status_code if isinstance(error, InvalidStatus) else 0
            raise HandshakeFailed(status) from error

    def send(self, text: str) -> None:
        """Send a message; whether the connection still stands shows when one is received."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(text.encode())
            self._flush()

    def receive(self, seconds: float) -> str | None:
        """Return the next message, or None when none comes in time.

        Raises:
            SocketClosed: the connection has ended.
        """
        watch = Stopwatch(seconds)
        while not self._messages:
            if self._protocol.close_rcvd is not None:
                raise SocketClosed(self._protocol.close_rcvd.code)
            if self._protocol.state is State.CLOSED:
                raise SocketClosed(CloseCode.ABNORMAL_CLOSURE)
            if not self._read(watch.left):
                return None
        return self._messages.popleft()

    def _say_goodbye(self) -> None:
        """Close an open connection; the other side has time to do the same."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()
        watch = Stopwatch(self._timeout)
        while self._protocol.state is State.CLOSING and self._read(watch.left):
            pass

    def _read(self, seconds: float) -> bool:
        """Take in what comes next; return whether anything did in time, the end counts."""
        if not seconds:
            return False
        self._connection.settimeout(seconds)
        try:
            data = self._connection.recv(_READ_SIZE)
        except TimeoutError:
            return False
        except OSError:
            data = b""
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            self._take(event)
        self._flush()
        return True

    def _take(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode in _DATA:
            self._fragments += event.data
            if event.fin:
                self._messages.append(self._fragments.decode(errors="replace"))
                self._fragments.clear()

    def _flush(self) -> None:
        # What cannot be sent any more is followed by the end, which the next read sees.
        with contextlib.suppress(OSError):
            for data in self._protocol.data_to_send():
                if data:
                    self._connection.sendall(data)
                else:
                    self._connection.shutdown(socket.SHUT_WR)
