"""A pool opens as many connections as help, keeps them, and leaves no post without a status."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer
from django_aws_api_gateway_websockets.transports.fanout.batches import UNSETTLED, Batch, Target
from django_aws_api_gateway_websockets.transports.fanout.pool import Pool

from ..sink import ACCEPT, Answer, End, Post, Sink

__all__ = ["JumpingLoop", "TestConnections", "TestDeadlines", "TestFailures", "target_of"]

PAYLOAD = b"{}"
SIGNER = Signer(Credentials(access_key="local", secret_key="local"), "local")
SLOW = Answer(parts=ACCEPT.parts, seconds=0.01)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be moved."""

    moved = 0.0

    def time(self) -> float:
        """Return the time."""
        return super().time() + self.moved


def target_of(sink: Sink, ca_bundle: Path | None = None, **timeouts: float) -> Target:
    """Return where a server is."""
    return Target(
        host="127.0.0.1",
        port=sink.port,
        tls=ca_bundle is not None,
        ca_bundle=None if ca_bundle is None else str(ca_bundle),
        **{"connect_timeout": 5, "read_timeout": 5, **timeouts},
    )


class Slammer(Sink):
    """Takes connections, and ends them at once."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """End a connection."""
        self.opened += 1
        writer.transport.abort()


class User:
    """Hands batches to a pool, and waits for them.

    Args:
        target: of the pool.
        loop: of the pool.
    """

    def __init__(self, target: Target, loop: JumpingLoop) -> None:
        self.pool = Pool(target, loop)
        self.loop = loop

    async def send(self, count: int, ceiling: int = 256) -> list[int]:
        """Return the statuses of so many posts."""
        return await self.begin(count, ceiling)

    def begin(self, count: int, ceiling: int = 256) -> asyncio.Future[list[int]]:
        """Return what will have the statuses of so many posts."""
        future: asyncio.Future[list[int]] = self.loop.create_future()
        batch = Batch(
            parts=[f"c{number}" for number in range(count)],
            encoder=PostEncoder(
                host="localhost", connections="/live/@connections", body=PAYLOAD, signer=SIGNER
            ),
            done=lambda batch: future.set_result(batch.statuses),
        )
        self.pool.add(batch, ceiling)
        return future

    async def move(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.loop.moved += seconds
        await asyncio.sleep(0.3)


def use(target: Target, scenario: Callable[[User], Awaitable[list[int]]]) -> list[int]:
    """Return what becomes of posts through a new pool, which is closed in the end."""
    loop = JumpingLoop()

    async def run() -> list[int]:
        user = User(target, loop)
        statuses = await scenario(user)
        await user.pool.close()
        return statuses

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(asyncio.wait_for(run(), timeout=100))


class TestConnections:
    """How many there are."""

    def test_are_as_many_as_posts(self) -> None:
        """Nothing is opened for nobody."""
        with Sink() as sink:
            statuses = use(target_of(sink), lambda user: user.send(3))

        assert (statuses, sink.opened) == ([200] * 3, 3)

    def test_are_used_again(self) -> None:
        """The second batch goes over those of the first."""

        async def twice(user: User) -> list[int]:
            return await user.send(3) + await user.send(3)

        with Sink() as sink:
            statuses = use(target_of(sink), twice)

        assert (statuses, sink.opened) == ([200] * 6, 3)

    def test_become_more_while_that_helps(self) -> None:
        """A server that takes its time, while this process has some, is asked more at once."""
        with Sink(lambda post: replace(SLOW, seconds=0.05)) as sink:
            use(target_of(sink), lambda user: user.send(800))

        assert 32 < sink.opened <= 256

    def test_are_never_more_than_allowed(self) -> None:
        """The ceiling holds."""
        with Sink(lambda post: SLOW) as sink:
            use(target_of(sink), lambda user: user.send(100, ceiling=5))

        assert sink.opened == 5

    def test_are_replaced_when_the_server_closes_them(self) -> None:
        """A connection that is closed while nobody needs it costs nothing."""

        async def twice(user: User) -> list[int]:
            first = await user.send(1)
            await asyncio.sleep(0.2)
            return first + await user.send(1)

        with Sink(lambda post: Answer(parts=ACCEPT.parts, end=End.CLOSE)) as sink:
            statuses = use(target_of(sink), twice)

        assert (statuses, sink.opened) == ([200, 200], 2)

    def test_are_replaced_when_the_server_says_what_it_was_not_asked(self) -> None:
        """What has just ended is not posted to."""

        async def twice(user: User) -> list[int]:
            first = await user.send(2)
            sink.say(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # the bytes are in, and the end is on its way
            return first + await user.send(2)

        with Sink() as sink:
            statuses = use(target_of(sink), twice)

        assert (statuses, sink.opened) == ([200] * 4, 4)

    def test_are_replaced_when_the_server_announces_it(self) -> None:
        """After "Connection: close" nothing is sent any more."""
        parts = (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",)
        with Sink(lambda post: Answer(parts=parts)) as sink:
            statuses = use(target_of(sink), lambda user: user.send(40, ceiling=1))

        assert (statuses, sink.opened) == ([200] * 40, 40)

    def test_speak_tls(self, server_context: ssl.SSLContext, ca_bundle: Path) -> None:
        """The server's certificate is of an authority that is trusted."""
        with Sink(context=server_context) as sink:
            target = target_of(sink, ca_bundle)
            statuses = use(target, lambda user: user.send(20))

        assert statuses == [200] * 20


class TestFailures:
    """What becomes of posts that get no answer."""

    def test_nobody_listens(self) -> None:
        """All are left to others at once."""
        with Sink() as sink:
            target = target_of(sink)

        assert use(target, lambda user: user.send(100)) == [UNSETTLED] * 100

    def test_no_more_can_be_opened(self) -> None:
        """Those that are open carry all posts."""
        with Sink() as sink:

            async def send(user: User) -> list[int]:
                first = await user.send(1)
                sink.stop_listening()
                return first + await user.send(100)

            statuses = use(target_of(sink), send)

        assert (statuses, sink.opened) == ([200] * 101, 1)

    def test_the_host_has_no_name(self) -> None:
        """A name that cannot be looked up is as good as none."""
        with Sink() as sink:
            target = target_of(sink)
        nameless = Target(
            host="x" * 64 + ".invalid",
            port=target.port,
            tls=False,
            ca_bundle=None,
            connect_timeout=5,
            read_timeout=5,
        )

        assert use(nameless, lambda user: user.send(2)) == [UNSETTLED] * 2

    def test_the_server_ends_each_connection_at_once(self) -> None:
        """It is not asked for ever."""
        with Slammer() as sink:
            statuses = use(target_of(sink), lambda user: user.send(50))

        assert (statuses, sink.opened <= 100) == ([UNSETTLED] * 50, True)

    def test_the_pool_is_closed(self) -> None:
        """What is in flight, and what waits, is left to others."""

        async def close(user: User) -> list[int]:
            begun = user.begin(40, ceiling=2)
            await asyncio.sleep(0.1)
            await user.pool.close()
            return await begun

        with Sink(lambda post: Answer(end=End.HANG)) as sink:
            assert use(target_of(sink), close) == [UNSETTLED] * 40

    def test_the_pool_is_closed_before_it_is_open(self) -> None:
        """Connections that are being opened are not waited for."""

        async def close(user: User) -> list[int]:
            begun = user.begin(2)
            await user.pool.close()
            return await begun

        with Sink() as sink:
            assert use(target_of(sink), close) == [UNSETTLED] * 2


class TestDeadlines:
    """What takes too long."""

    def test_an_answer(self) -> None:
        """Others are answered, so that only this one is left to others."""

        def reply(post: Post) -> Answer:
            return Answer(end=End.HANG) if post.connection_id == "c0" else SLOW

        async def wait(user: User) -> list[int]:
            begun = user.begin(200, ceiling=4)
            await asyncio.sleep(0.3)
            await user.move(5)
            return await begun

        with Sink(reply) as sink:
            statuses = use(target_of(sink), wait)

        assert (statuses[0], set(statuses[-50:])) == (UNSETTLED, {200})

    def test_all_answers(self) -> None:
        """Where nothing at all is heard, what waits is left to others as well."""

        async def wait(user: User) -> list[int]:
            begun = user.begin(100, ceiling=4)
            await asyncio.sleep(0.1)
            await user.move(6)
            return await begun

        with Sink(lambda post: Answer(end=End.HANG)) as sink:
            statuses = use(target_of(sink), wait)

        assert (statuses, len(sink.posts)) == ([UNSETTLED] * 100, 4)

    def test_a_handshake(self, ca_bundle: Path) -> None:
        """Who takes connections and says nothing is not waited for."""

        async def wait(user: User) -> list[int]:
            begun = user.begin(10)
            await asyncio.sleep(0.1)
            await user.move(6)
            return await begun

        with Sink() as sink:
            statuses = use(target_of(sink, ca_bundle), wait)

        assert statuses == [UNSETTLED] * 10

    def test_a_pause(self) -> None:
        """Connections that nobody has needed for long are closed."""

        async def wait(user: User) -> list[int]:
            first = await user.send(3)
            await user.move(20)
            return first + await user.send(3)

        with Sink() as sink:
            statuses = use(target_of(sink), wait)

        assert (statuses, sink.opened) == ([200] * 6, 6)
