"""A server that takes posts, over TLS or not, and answers each as it is told, well or badly."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Self

__all__ = ["ACCEPT", "GONE", "Answer", "End", "Post", "Sink", "answer", "refuse"]

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class End(enum.Enum):
    """What follows an answer."""

    NEXT = "the next post"
    CLOSE = "the connection is closed"
    RESET = "the connection is reset"
    HANG = "nothing: the connection stays open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes over the wire.

    Attributes:
        parts: sent one by one, each in a segment of its own.
        end: what follows them.
        seconds: how long the answer takes.
    """

    parts: tuple[bytes, ...] = ()
    end: End = End.NEXT
    seconds: float = 0.0


def answer(status: int, *headers: str, body: bytes = b"", **others: object) -> Answer:
    """Return an answer as AWS gives it."""
    lines = [f"HTTP/1.1 {status} Status", *headers, f"Content-Length: {len(body)}", "", ""]
    return Answer(parts=("\r\n".join(lines).encode() + body,), **others)  # type: ignore[arg-type]


def refuse(status: int, name: str) -> Answer:
    """Return an answer that says what is wrong."""
    return answer(status, f"x-amzn-ErrorType: {name}", body=b"{}")


ACCEPT = answer(200)
GONE = refuse(410, "GoneException")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A request.

    Attributes:
        connection_id: as the path has it, with what is encoded there.
        head: its lines.
        body: what they announce.
        is_fast: whether it comes from the fan-out, rather than from boto3.
    """

    connection_id: str
    head: str
    body: bytes
    is_fast: bool


class Sink:
    """Serves in a thread of its own.

    Args:
        reply: returns what becomes of a post; called in that thread.
        context: of TLS, or None for none.

    Attributes:
        posts: all that came, in order.
        opened: connections so far.
        writers: of these, which end with the server.
    """

    def __init__(
        self,
        reply: Callable[[Post], Answer] = lambda post: ACCEPT,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.posts: list[Post] = []
        self.opened = 0
        self._has_come = Condition()
        self._reply = reply
        self._context = context
        self.writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._socket.setblocking(False)
        self._loop.call_soon_threadsafe(self._loop.add_reader, self._socket, self._accept)
        scheme = "https" if self._context else "http"
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}/live"
        return self

    def __exit__(self, *exc_info: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        self._end_listening()
        # Connections that are being taken become writers first.
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for writer in self.writers:
                writer.transport.abort()
            await asyncio.wait(tasks, timeout=0.05)

    def _accept(self) -> None:
        # asyncio's own servers, and its sock_accept(), lose what they are taking when they end.
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            connection, _ = self._socket.accept()
            task = self._loop.create_task(self._take(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _end_listening(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    async def _take(self, connection: socket.socket) -> None:
        protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader(), self.serve)
        with contextlib.suppress(OSError):  # TLS fails where the test wants it to
            await self._loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=self._context
            )

    def stop_listening(self) -> None:
        """Take no further connection."""
        self._loop.call_soon_threadsafe(self._end_listening)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result()

    def await_posts(self, count: int) -> None:
        """Return when so many posts have come; or after ten seconds."""
        with self._has_come:
            self._has_come.wait_for(lambda: len(self.posts) >= count, timeout=10)

    def say(self, data: bytes) -> None:
        """Send bytes over each connection without being asked; there is one, or soon will be."""
        with self._has_come:
            self._has_come.wait_for(lambda: self.writers, timeout=10)
        for writer in self.writers:
            self._loop.call_soon_threadsafe(writer.write, data)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the posts of a connection."""
        with self._has_come:
            self.opened += 1
            self.writers.append(writer)
            self._has_come.notify_all()
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one post; return whether another may follow."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        post = _post(head.decode(), body)
        with self._has_come:
            self.posts.append(post)
            self._has_come.notify_all()
        reply = self._reply(post)
        if reply.seconds:
            await asyncio.sleep(reply.seconds)
        for part in reply.parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if reply.end is End.HANG:
            await reader.read()
        if reply.end is End.CLOSE:
            writer.close()
            await writer.wait_closed()
        return reply.end is End.NEXT


def _post(head: str, body: bytes) -> Post:
    target = head.split(" ", 2)[1]
    return Post(
        connection_id=target.rpartition("/")[2],
        head=head,
        body=body,
        is_fast="user-agent" not in head.lower(),
    )
