"""A TLS server that answers every post with 200, some time after it has come.

``python -m tests.benchmarks.delaying CERTIFICATE MILLISECONDS`` prints its port, tells at
``/status`` how many requests have come, as nginx does, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from itertools import count
from uuid import uuid4

__all__ = ["main"]

END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


async def main(certificate: str, milliseconds: str) -> None:
    """Serve until the standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    numbers, delay = count(1), int(milliseconds) / 1000
    server = await loop.create_server(
        lambda: _Peer(numbers, delay), "127.0.0.1", 0, ssl=context, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


class _Peer(asyncio.Protocol):
    """Answers what comes over one connection.

    Args:
        numbers: yields the number of each request.
        delay: seconds between a post and its answer.
    """

    def __init__(self, numbers: count[int], delay: float) -> None:
        self._numbers = numbers
        self._delay = delay
        self._data = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while size := self._size_of_request():
            is_post = self._data.startswith(b"POST /production/@connections/")
            del self._data[:size]
            self._answer(next(self._numbers), is_post=is_post)

    def _size_of_request(self) -> int:
        """Return how many bytes the first request has, or 0 when it is not complete."""
        end = self._data.find(END_OF_HEAD)
        if end < 0:
            return 0
        lengths = LENGTH.findall(self._data, 0, end)
        size = end + len(END_OF_HEAD) + sum(map(int, lengths))
        return size if size <= len(self._data) else 0

    def _answer(self, number: int, *, is_post: bool) -> None:
        if is_post:
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay, self._transport.write, _encode(""))
        else:
            status = f"server accepts handled requests\n 0 0 {number} \n"
            self._transport.write(_encode(status))


def _encode(body: str) -> bytes:
    """Return an answer with the headers that AWS sends."""
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\n"
        f"x-amzn-RequestId: {uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return f"{head}{body}".encode()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
