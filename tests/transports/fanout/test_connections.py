"""A connection carries one post after another, and says what became of each."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer
from django_aws_api_gateway_websockets.transports.fanout.batches import UNSETTLED, Batch
from django_aws_api_gateway_websockets.transports.fanout.connections import PostConnection
from django_aws_api_gateway_websockets.transports.fanout.streams import (
    PlainStream,
    Stream,
    TLSStream,
)

from ..sink import ACCEPT, GONE, Answer, End, Sink, answer, refuse

__all__ = ["TestAnswers", "TestHandshake"]

T = TypeVar("T")

PAYLOAD = b'{"text": "hi"}'
SIGNER = Signer(Credentials(access_key="local", secret_key="local"), "local")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
CHUNKED_GONE = CHUNKED.replace(b"200 OK", b"410 Gone")
CUT_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"


def finish(steps: Coroutine[Any, Any, T]) -> T:
    """Return what steps come to, in less than a minute."""
    return asyncio.run(asyncio.wait_for(steps, timeout=60))


class Owner:
    """Keeps what it is told.

    Attributes:
        statuses: of answers.
        has_lost: whether the connection has ended.
    """

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.heard = asyncio.Event()
        self.end = asyncio.Event()

    def answered(self, connection: PostConnection, status: int) -> None:
        """Take note of an answer."""
        self.statuses.append(status)
        self.heard.set()

    def lost(self, connection: PostConnection) -> None:
        """Take note of the end."""
        self.end.set()


async def connect(sink: Sink, owner: Owner, stream: Stream | None = None) -> PostConnection:
    """Return a connection that is ready."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    buffer = memoryview(bytearray(65_536))
    connection = PostConnection(stream or PlainStream(), buffer, owner, ready)
    await loop.create_connection(lambda: connection, "127.0.0.1", sink.port)
    await ready
    return connection


def batch_of(done: Callable[[Batch], object], payload: bytes = PAYLOAD) -> Batch:
    """Return a batch of one post."""
    return Batch(
        parts=["c0"],
        encoder=PostEncoder(
            host="localhost", connections="/live/@connections", body=payload, signer=SIGNER
        ),
        done=done,
    )


def post(reply: Answer) -> tuple[list[int], list[int]]:
    """Return what the batch, and what the owner, is told of a post's end."""

    async def run() -> tuple[list[int], list[int]]:
        owner, done = Owner(), asyncio.Event()
        connection = await connect(sink, owner)
        batch = batch_of(lambda batch: done.set())
        connection.post(batch, 0)
        await done.wait()
        connection.close()
        await owner.end.wait()
        return batch.statuses, owner.statuses

    with Sink(lambda post: reply) as sink:
        return finish(run())


class TestAnswers:
    """What a batch is told."""

    @pytest.mark.parametrize(
        ("reply", "status"),
        [(ACCEPT, 200), (GONE, 410), (refuse(429, "LimitExceededException"), 429)],
    )
    def test_clear(self, reply: Answer, status: int) -> None:
        """The status says all; the connection can be used again."""
        assert post(reply) == ([status], [status])

    def test_open(self) -> None:
        """Another status settles nothing, and the connection can be used again."""
        assert post(answer(500)) == ([UNSETTLED], [500])

    @pytest.mark.parametrize(
        "reply",
        [Answer(parts=(CHUNKED,)), Answer(parts=(CUT_OFF,), end=End.CLOSE)],
    )
    def test_accepted_at_the_end_of_the_connection(self, reply: Answer) -> None:
        """An answer that is not understood as a whole may say that the message is accepted."""
        assert post(reply) == ([200], [])

    @pytest.mark.parametrize(
        "reply",
        [
            Answer(end=End.CLOSE),
            Answer(end=End.RESET),
            Answer(parts=(CHUNKED_GONE,)),
            Answer(parts=(b"220 smtp.example.com ESMTP\r\n\r\n",)),
        ],
    )
    def test_none(self, reply: Answer) -> None:
        """Anything else settles nothing."""
        assert post(reply) == ([UNSETTLED], [])

    def test_in_pieces(self) -> None:
        """It does not matter how an answer is cut up."""
        [whole] = ACCEPT.parts

        assert post(Answer(parts=(whole[:12], whole[12:20], whole[20:]))) == ([200], [200])


class TestIdle:
    def test_ends_when_it_is_spoken_to(self) -> None:
        """What comes without a post is of no use, and nor is the connection."""

        async def run() -> bool:
            owner = Owner()
            connection = await connect(sink, owner)
            sink.say(b"hello")
            await owner.end.wait()
            connection.settle(UNSETTLED)  # there is no post that it could settle
            return connection.is_idle

        with Sink() as sink:
            assert finish(run()) is False


class TestHandshake:
    """TLS comes first."""

    def run(self, sink: Sink, authority: Path, host: str, payload: bytes = PAYLOAD) -> list[int]:
        """Return what the batch of one post is told."""

        async def run() -> list[int]:
            owner = Owner()
            context = ssl.create_default_context(cafile=authority)
            connection = await connect(sink, owner, TLSStream(context, host))
            batch = batch_of(lambda batch: None, payload)
            connection.post(batch, 0)
            await owner.heard.wait()
            connection.close()
            await owner.end.wait()
            return batch.statuses

        return finish(run())

    def test_is_shaken(self, server_context: ssl.SSLContext, ca_bundle: Path) -> None:
        """The longest message gets through."""
        payload = b"x" * 131_072
        with Sink(context=server_context) as sink:
            statuses = self.run(sink, ca_bundle, "127.0.0.1", payload)

        assert (statuses, sink.posts[0].body) == ([200], payload)

    def test_fails_with_someone_else(self, server_context: ssl.SSLContext, ca_bundle: Path) -> None:
        """The name in the certificate has to be the host's."""
        with Sink(context=server_context) as sink, pytest.raises(ssl.SSLCertVerificationError):
            self.run(sink, ca_bundle, "example.com")

    def test_fails_at_the_end_of_the_connection(self, ca_bundle: Path) -> None:
        """A server that hangs up before TLS is there has not opened the connection."""
        with Mute() as sink, pytest.raises(ConnectionResetError):
            self.run(sink, ca_bundle, "127.0.0.1")

    @pytest.mark.parametrize("kind", ["ended", "garbled"])
    def test_is_over_when_tls_is(
        self, kind: str, server_context: ssl.SSLContext, ca_bundle: Path
    ) -> None:
        """Neither what cannot be encrypted nor what cannot be decrypted settles a post."""
        stream = {"ended": Ended, "garbled": Garbler}[kind]

        async def run() -> list[int]:
            owner = Owner()
            context = ssl.create_default_context(cafile=ca_bundle)
            connection = await connect(sink, owner, stream(context, "127.0.0.1"))
            batch = batch_of(lambda batch: None)
            connection.post(batch, 0)
            await owner.end.wait()
            return batch.statuses

        with Sink(context=server_context) as sink:
            assert finish(run()) == [UNSETTLED]


class Mute(Sink):
    """Hangs up on everybody."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """End a connection."""
        await reader.read(1)
        writer.close()


class Ended(TLSStream):
    """TLS that is over."""

    def encode(self, data: bytes) -> bytes:
        """Refuse."""
        raise ssl.SSLError("protocol is shutdown")


class Garbler(TLSStream):
    """TLS over a wire that changes what it carries."""

    def decode(self, data: memoryview) -> bytes:
        """Return what is said, were it not for the wire."""
        return super().decode(memoryview(bytes(len(data))))
