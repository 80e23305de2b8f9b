"""Thousands of clients of the emulator, and the backend that echoes what they say, in one loop.

Neither does more than it must, so that what is measured is the emulator.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["Crowd", "EchoBackend", "text_frame"]

END_OF_HEAD = b"\r\n\r\n"
CONNECTION_ID = b"connectionId: "
WELCOME = b"HTTP/1.1 101 "
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
AT_ONCE = 200
"""Handshakes that are under way at the same time."""


class EchoBackend(asyncio.Protocol):
    """One connection of the emulator to its backend, which returns what it gets.

    Args:
        connection_ids: gets the id of each connection.
    """

    def __init__(self, connection_ids: list[str]) -> None:
        self._connection_ids = connection_ids
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request; the emulator sends the next one only after that."""
        self._data += data
        head, found, body = self._data.partition(END_OF_HEAD)
        if not found or len(body) < content_length(head):
            return
        self._data = b""
        if b"/connect " in head[:64]:
            self._connection_ids.append(header(head, CONNECTION_ID).decode())
        size = b"Content-Length: %d\r\n\r\n" % len(body)
        self._transport.write(b"HTTP/1.1 200 OK\r\n" + size + body)


def content_length(head: bytes) -> int:
    """Return the length of a body."""
    return int(header(head, b"Content-Length: ") or 0)


def header(head: bytes, name: bytes) -> bytes:
    """Return the value of a header, written as the emulator writes it."""
    return head.partition(name)[2].partition(b"\r\n")[0]


def text_frame(text: bytes, *, deflate: bool = False) -> bytes:
    """Return a text of less than 126 bytes as a client sends it, masked with zeros."""
    if deflate:
        compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        text = (compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
    first = 0xC1 if deflate else 0x81
    return bytes([first, 0x80 | len(text)]) + bytes(4) + text


class Client(asyncio.Protocol):
    """One socket.

    Args:
        hear: called with each message, still compressed if it is.
    """

    def __init__(self, handshake: bytes, hear: Callable[[bytes], None]) -> None:
        self._handshake = handshake
        self._hear = hear
        self._data = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._handshake)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(RuntimeError("A handshake was not answered."))

    def data_received(self, data: bytes) -> None:
        """Take the answer to the handshake, then frames of less than 126 bytes."""
        self._data += data
        if not self.opened.done():
            self._take_welcome()
        while len(self._data) >= 2 and len(self._data) >= (size := 2 + self._data[1]):
            frame, self._data = self._data[2:size], self._data[size:]
            self._hear(frame)

    def _take_welcome(self) -> None:
        head, _, rest = self._data.partition(END_OF_HEAD)
        if head.startswith(WELCOME):
            self._data = rest
            self.opened.set_result(None)
        else:
            self.opened.set_exception(RuntimeError(f"A handshake was refused: {head!r}"))
            self.transport.abort()


@dataclass(slots=True)
class Crowd:
    """All clients of a stage.

    Attributes:
        url: of the stage, with ``ws``.
        heard: gets each message.
    """

    url: str
    deflate: bool = False
    clients: list[Client] = field(default_factory=list)
    heard: Callable[[bytes], None] = lambda message: None

    async def connect(self, count: int) -> None:
        """Open so many sockets."""
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or 80
        extension = DEFLATE if self.deflate else ""
        handshake = (
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\n{KEY}{extension}\r\n"
        ).encode()
        places, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

        async def open_one() -> Client:
            async with places:
                _, client = await loop.create_connection(
                    lambda: Client(handshake, self._hear), host, port
                )
                await client.opened
                return client

        self.clients += await asyncio.gather(*(open_one() for _ in range(count)))

    def _hear(self, message: bytes) -> None:
        self.heard(message)

    def open_count(self) -> int:
        """Return how many sockets are open."""
        return sum(not client.transport.is_closing() for client in self.clients)

    def close(self) -> None:
        """Cut all sockets."""
        for client in self.clients:
            client.transport.abort()
