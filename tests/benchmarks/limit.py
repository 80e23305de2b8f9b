"""The most that asyncio can post: requests that were signed before, and answers hardly looked at.

Each connection is an `asyncio.Protocol` over asyncio's own TLS that writes one request after
another, each when the last one has been answered.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from django_aws_api_gateway_websockets.protocol.endpoints import (
    connection_part,
    connections_path,
    host_header,
)
from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer

__all__ = ["post_all", "sign_all"]

CREDENTIALS = Credentials(access_key="AKIDEXAMPLE", secret_key="s" * 40)
REGION = "eu-west-1"
ANSWERED = b"HTTP/1.1 200 "
END_OF_HEAD = b"\r\n\r\n"


def sign_all(
    management_url: str, connection_ids: list[str], body: bytes, *, moment: float
) -> list[bytes]:
    """Return the bytes of a post to each connection.

    Args:
        management_url: of the stage.
        connection_ids: of those who are posted to.
        body: what is posted.
        moment: seconds since 1970.
    """
    encoder = PostEncoder(
        host=host_header(management_url),
        connections=connections_path(management_url),
        body=body,
        signer=Signer(CREDENTIALS, REGION),
    )
    return [encoder.encode(connection_part(name), moment) for name in connection_ids]


async def post_all(
    management_url: str,
    requests: list[bytes],
    *,
    authority: str | None,
    concurrency: int,
    measuring: Callable[[], AbstractContextManager[object]],
) -> None:
    """Write all requests, and read their answers, over connections that are open already.

    Args:
        management_url: of the stage.
        requests: what is written.
        authority: the file with the root of the server's certificate; None without TLS.
        concurrency: how many connections there are.
        measuring: returns what is entered before the first request, and left after the last answer.

    Raises:
        RuntimeError: an answer is not a 200, or a connection ended.
    """
    loop, parts = asyncio.get_running_loop(), urlsplit(management_url)
    host, port = parts.hostname or "", parts.port or 443
    context = None if authority is None else ssl.create_default_context(cafile=authority)
    run = _Run(requests, loop.create_future())

    async def connect() -> tuple[asyncio.Transport, _Poster]:
        return await loop.create_connection(lambda: _Poster(run), host, port, ssl=context)

    connections = [await connect() for _ in range(concurrency)]
    try:
        with measuring():
            for _, poster in connections:
                poster.post()
            await run.finished
    finally:
        for transport, _ in connections:
            transport.abort()


class _Run:
    """What the connections share: the requests that are left, and how many answers are due.

    Args:
        requests: all of them.
        finished: is given a result with the last answer, or the first error.
    """

    def __init__(self, requests: list[bytes], finished: asyncio.Future[None]) -> None:
        self.requests: Iterator[bytes] = iter(requests)
        self.due = len(requests)
        self.finished = finished

    def count(self) -> None:
        self.due -= 1
        if not self.due:
            self.finished.set_result(None)

    def fail(self, reason: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(RuntimeError(reason))


class _Poster(asyncio.Protocol):
    """One connection."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def post(self) -> None:
        """Write the next request, if there is one."""
        request = next(self._run.requests, None)
        if request is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take the end of a head for the end of an answer: those of the sink have no body."""
        self._head += data
        if not self._head.startswith(ANSWERED):
            self._run.fail(f"Not a 200: {self._head!r}")
        elif self._head.endswith(END_OF_HEAD):
            self._head = b""
            self._run.count()
            self.post()

    def connection_lost(self, error: Exception | None) -> None:
        self._run.fail("A connection ended before all requests were answered.")
