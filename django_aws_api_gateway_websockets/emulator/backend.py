"""A small HTTP/1.1 client that keeps raw headers as they are and reuses its connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Mapping
from urllib.parse import urlsplit

from ..exceptions import WebSocketError
from ..protocol.heads import END_OF_HEAD, Head, header_values, parse_head
from .requests import BackendRequest, BackendResponse

__all__ = ["CONCURRENCY", "Backend", "BackendError", "BackendTimeout"]

CONCURRENCY = 256
"""How many calls are in flight at once when nobody says it."""

_MOST_IDLE = 16
"""Idle connections kept; Django's development server holds a thread for each."""

_SURPLUS_SECONDS = 1.0
"""How long more than that are kept, for the next burst: a connection costs as much as a call."""

_BODY_MAX_BYTES = 10_485_760
"""Bytes of an answer; API Gateway reads at most 10 MB from an integration."""

_DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}

_QUICK_ACK = [getattr(socket, name) for name in ("TCP_QUICKACK",) if hasattr(socket, name)]
"""The option that Linux alone has."""

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Place = tuple[str, str, int]


class BackendError(WebSocketError):
    """The backend could not be called, or gave no valid answer."""


class BackendTimeout(BackendError):
    """The backend took longer than the integration allows."""


class Backend:
    """Calls backends over pooled connections.

    Args:
        concurrency: calls in flight at once; the rest wait, which is part of their time.
        surplus_seconds: how long more idle connections are kept than a calm backend needs.
    """

    def __init__(
        self, concurrency: int = CONCURRENCY, *, surplus_seconds: float = _SURPLUS_SECONDS
    ) -> None:
        self._surplus_seconds = surplus_seconds
        self._shrinking: asyncio.TimerHandle | None = None
        self._idle: dict[Place, deque[Stream]] = {}
        self._slots = asyncio.Semaphore(concurrency)

    async def call(self, request: BackendRequest) -> BackendResponse:
        """Send a request and return the answer; redirects are not followed.

        Raises:
            BackendTimeout: no answer in time.
            BackendError: no connection, or no valid answer.
        """
        place = _place(request.url)
        try:
            async with asyncio.timeout(request.timeout_seconds), self._slots:
                return await self._call(place, request)
        except TimeoutError as error:
            seconds = f"{request.timeout_seconds:g} s"
            raise BackendTimeout(f"{_show(place)} gave no answer within {seconds}.") from error
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise BackendError(f"{_show(place)} gave no answer: {_describe(error)}") from error

    async def close(self) -> None:
        """Close the idle connections."""
        if self._shrinking is not None:
            self._shrinking.cancel()
        for streams in self._idle.values():
            for _, writer in streams:
                writer.transport.abort()
        self._idle.clear()

    async def _call(self, place: Place, request: BackendRequest) -> BackendResponse:
        """Use an idle connection if there is one; a stale one is replaced."""
        stream = self._take(place)
        if stream is not None:
            with contextlib.suppress(_Stale):
                return await self._exchange(place, stream, request)
        try:
            return await self._exchange(place, await _connect(place), request)
        except _Stale as error:
            raise EOFError("the connection was closed.") from error

    async def _exchange(
        self, place: Place, stream: Stream, request: BackendRequest
    ) -> BackendResponse:
        """Send and receive on one connection, which is closed unless it can be used again."""
        reader, writer = stream
        reusable = False
        try:
            response, reusable = await _converse(reader, writer, request)
        finally:
            if reusable:
                self._give_back(place, stream)
            else:
                writer.transport.abort()
        return response

    def _take(self, place: Place) -> Stream | None:
        streams = self._idle.get(place, deque())
        while streams:
            reader, writer = streams.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.transport.abort()
        return None

    def _give_back(self, place: Place, stream: Stream) -> None:
        streams = self._idle.setdefault(place, deque())
        streams.append(stream)
        if len(streams) > _MOST_IDLE and self._shrinking is None:
            loop = asyncio.get_running_loop()
            self._shrinking = loop.call_later(self._surplus_seconds, self._shrink)

    def _shrink(self) -> None:
        """Close the oldest idle connections beyond those that are always kept."""
        self._shrinking = None
        for streams in self._idle.values():
            while len(streams) > _MOST_IDLE:
                _, oldest = streams.popleft()
                oldest.transport.abort()


class _Stale(Exception):
    """A connection that was closed before the first byte of an answer."""


def _place(url: str) -> Place:
    """Return scheme, host and port of a URL.

    Raises:
        BackendError: it has none; stage variables may have made it so.
    """
    try:
        parts = urlsplit(url)
        default = _DEFAULT_PORTS[parts.scheme]
        return parts.scheme, parts.hostname or "", parts.port or default
    except (KeyError, ValueError) as error:
        raise BackendError("The integration's URI is no http:// or https:// address.") from error


def _show(place: Place) -> str:
    scheme, host, port = place
    return f"{scheme}://{host}:{port}"


def _describe(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return f"{text or type(error).__name__}"


async def _connect(place: Place) -> Stream:
    scheme, host, port = place
    return await asyncio.open_connection(host, port, ssl=True if scheme == "https" else None)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: BackendRequest
) -> tuple[BackendResponse, bool]:
    """Return the answer, and whether the connection can be used again."""
    try:
        writer.write(_serialise(request))
        _acknowledge_quickly(writer)
        await writer.drain()
        head = await _read_head(reader)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        raise _Stale from error
    except ConnectionError as error:
        raise _Stale from error
    status = int(head.first_line.partition(" ")[2][:3])
    body, delimited = await _read_body(reader, status, head)
    closing = "close" in ", ".join(header_values(head.headers, "connection")).lower()
    reusable = delimited and not closing and head.first_line.startswith("HTTP/1.1")
    return BackendResponse(status=status, headers=head.headers, body=body), reusable


def _acknowledge_quickly(writer: asyncio.StreamWriter) -> None:
    """Spare a server that sends head and body apart the 40 ms of a delayed acknowledgement."""
    for option in _QUICK_ACK:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, option, 1)


def _serialise(request: BackendRequest) -> bytes:
    """Return a request as bytes."""
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return b"\r\n".join([*map(_encode, lines), b"", request.body])


def _encode(line: str) -> bytes:
    """Return a line as bytes: those of the client unchanged, other text as UTF-8."""
    try:
        return line.encode("iso-8859-1")
    except UnicodeEncodeError:
        return line.encode()


async def _read_head(reader: asyncio.StreamReader) -> Head:
    """Return the head of the final answer; interim ones are passed over."""
    while True:
        data = await reader.readuntil(END_OF_HEAD)
        head = parse_head(data.removesuffix(END_OF_HEAD))
        if not head.first_line.startswith("HTTP/1.1 1"):
            return head


async def _read_body(reader: asyncio.StreamReader, status: int, head: Head) -> tuple[bytes, bool]:
    """Return the body, and whether its end was marked."""
    if status in (204, 304):
        return b"", True
    if "chunked" in ", ".join(header_values(head.headers, "transfer-encoding")).lower():
        return await _read_chunks(reader), True
    lengths = header_values(head.headers, "content-length")
    if not lengths:
        return await _read_to_end(reader), False
    return await reader.readexactly(_check_size(int(lengths[0]))), True


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """Return a chunked body; its trailers are passed over."""
    chunks = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        _check_size(len(chunks) + size)
        chunks += (await reader.readexactly(size + 2))[:-2]
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return bytes(chunks)


async def _read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Return a body that ends with the connection."""
    body = bytearray()
    while part := await reader.read(65_536):
        body += part
        _check_size(len(body))
    return bytes(body)


def _check_size(size: int) -> int:
    """Return a size that is allowed.

    Raises:
        ValueError: it is not.
    """
    if not 0 <= size <= _BODY_MAX_BYTES:
        raise ValueError(f"a body of {size} bytes is more than {_BODY_MAX_BYTES}.")
    return size
