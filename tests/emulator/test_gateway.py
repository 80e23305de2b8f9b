"""The data plane, without sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator.answers import Answer, forbidden, throttled
from django_aws_api_gateway_websockets.emulator.assumptions import Assumptions
from django_aws_api_gateway_websockets.emulator.connections import ConnectionState
from django_aws_api_gateway_websockets.emulator.events import Handshake
from django_aws_api_gateway_websockets.emulator.invoker import Accepted
from django_aws_api_gateway_websockets.emulator.quotas import Quotas
from django_aws_api_gateway_websockets.emulator.requests import BackendResponse

from .doubles import Line, MemoryOutlet, run
from .samples import deploy, make_connection, make_store


def line(**options: Any) -> Line:
    """Return a line with the usual routes and one named ``chat``."""
    return Line(make_store("$connect", "$disconnect", "$default", "chat"), **options)


class TestConnecting:
    """From a handshake to an open connection."""

    def test_cannot_be_reached_before_it_is_opened(self) -> None:
        """The connection exists while its route runs, but nothing can be posted to it."""

        async def scene() -> None:
            subject, outlet = line(), MemoryOutlet()

            outcome = await subject.gateway.connect(subject.handshake())
            assert isinstance(outcome, Accepted)
            assert not subject.gateway.deliver(outcome.connection, b"early")
            subject.gateway.opened(outcome.connection, outlet)

            assert subject.gateway.deliver(outcome.connection, b"hello")
            assert outlet.messages == [b"hello"]
            assert subject.woken == 1

        run(scene)

    def test_knows_its_client(self) -> None:
        """Address, user agent and times are those of the handshake."""

        async def scene() -> None:
            subject = line()
            handshake = subject.handshake("/abcdefghij/dev", ("User-Agent", "Browser"))

            outcome = await subject.gateway.connect(handshake)

            assert isinstance(outcome, Accepted)
            connection = outcome.connection
            assert (connection.source_ip, connection.user_agent) == ("192.0.2.1", "Browser")
            assert connection.connected_at == connection.last_active_at == subject.clock.wall()
            assert connection.domain_name == "gateway.test"

        run(scene)

    def test_refusal_leaves_nothing(self) -> None:
        """A refused client gets no disconnect event, and the log has the status."""

        async def scene() -> None:
            subject = line()
            subject.backend.outcome = BackendResponse(status=403)

            outcome = await subject.gateway.connect(subject.handshake())

            assert outcome == Answer(status=403)
            assert len(subject.gateway.connections) == 0
            assert subject.journal.of("connect")[0].status == 403

        run(scene)

    def test_cancelling_leaves_nothing(self) -> None:
        """A handshake that is given up is forgotten."""

        async def scene() -> None:
            subject = line()
            subject.backend.delay = asyncio.Event()
            task = asyncio.create_task(subject.gateway.connect(subject.handshake()))
            await subject.settle()

            task.cancel()
            await subject.settle()

            assert len(subject.gateway.connections) == 0

        run(scene)

    def test_stage_is_deleted_meanwhile(self) -> None:
        """Nobody is let in who could never be heard."""

        async def scene() -> None:
            subject = line()
            subject.backend.delay = asyncio.Event()
            task = asyncio.create_task(subject.gateway.connect(subject.handshake()))
            await subject.settle()

            subject.store.apis.clear()
            subject.backend.delay.set()

            assert await task == forbidden()
            assert len(subject.gateway.connections) == 0

        run(scene)

    @pytest.mark.parametrize(
        ("target", "headers", "status"),
        [
            ("/abcdefghij/unknown", (), 403),
            ("/abcdefghij/dev?" + "x" * 4081, (), 414),
            ("/abcdefghij/dev", (("Cookie", "x" * 10_240),), 431),
        ],
    )
    def test_refuses_without_asking(
        self, target: str, headers: tuple[tuple[str, str], ...], status: int
    ) -> None:
        """An unknown stage and what is too large never reach the backend."""

        async def scene() -> None:
            subject = line()

            outcome = await subject.gateway.connect(subject.handshake(target, *headers))

            assert isinstance(outcome, Answer)
            assert outcome.status == status
            assert subject.backend.requests == []
            assert subject.journal.of("connect")[0].status == status

        run(scene)

    def test_beyond_the_quota(self) -> None:
        """The backend is asked for one, and the other gets 429."""

        async def scene() -> None:
            subject = line(quotas=Quotas(connect_rate=1))
            await subject.open(MemoryOutlet())

            outcome = await subject.gateway.connect(subject.handshake())

            assert outcome == throttled()
            assert len(subject.backend.requests) == 1

        run(scene)


class TestReceiving:
    """From a client's message to its reply."""

    def test_one_way_is_silent(self) -> None:
        """A route without a response sends nothing back."""

        async def scene() -> None:
            subject, outlet = line(), MemoryOutlet()
            connection = await subject.open(outlet)
            subject.backend.outcome = BackendResponse(status=200, body=b"ignored")

            await subject.gateway.receive(connection, '{"action": "chat"}')

            assert outlet.messages == []
            record = subject.journal.of("message")[0]
            assert (record.route_key, record.status, record.size) == ("chat", 200, 18)

        run(scene)

    def test_two_way_answers(self) -> None:
        """A route with a response sends the backend's body."""

        async def scene() -> None:
            subject, outlet = line(), MemoryOutlet()
            subject.store.apis["abcdefghij"].responses["chat"] = {"r": {}}
            deploy(subject.store)
            connection = await subject.open(outlet)
            subject.backend.outcome = BackendResponse(status=200, body=b"answer")

            await subject.gateway.receive(connection, '{"action": "chat"}')

            assert outlet.messages == [b"answer"]

        run(scene)

    def test_nothing_matches(self) -> None:
        """Without a default route an unknown action is forbidden, and the connection stays."""

        async def scene() -> None:
            subject, outlet = Line(make_store("chat")), MemoryOutlet()
            connection = await subject.open(outlet)

            await subject.gateway.receive(connection, "hello")

            assert outlet.messages[0].startswith(b'{"message": "Forbidden", "connectionId":"')
            assert connection.state is ConnectionState.OPEN
            assert subject.journal.of("message")[0].status == 403

        run(scene)

    def test_beyond_the_quota(self) -> None:
        """The client is told, and the backend is not."""

        async def scene() -> None:
            subject, outlet = line(quotas=Quotas(burst=1)), MemoryOutlet()
            connection = await subject.open(outlet)

            await subject.gateway.receive(connection, '{"action": "chat"}')

            assert outlet.messages[0].startswith(b'{"message": "Too Many Requests", "connectionId"')
            assert len(subject.backend.requests) == 1
            assert subject.journal.of("message")[0].status == 429

        run(scene)

    def test_uses_the_latest_deployment(self) -> None:
        """A new deployment reaches connections that are open."""

        async def scene() -> None:
            subject, outlet = Line(make_store("chat")), MemoryOutlet()
            connection = await subject.open(outlet)
            subject.store.apis["abcdefghij"].routes["new"] = {
                "RouteId": "new",
                "RouteKey": "new",
                "Target": "integrations/int1",
            }
            deploy(subject.store)

            await subject.gateway.receive(connection, '{"action": "new"}')

            assert subject.journal.of("message")[0].route_key == "new"

        run(scene)

    def test_stage_is_gone(self) -> None:
        """A message to a deleted stage goes nowhere."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet())
            subject.store.apis.clear()

            await subject.gateway.receive(connection, "hello")

            assert subject.journal.of("message") == []

        run(scene)


class Onlooker:
    """Remembers what is refused, and how much the log knew by then."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Answer, int]] = []
        self.subject: Line | None = None

    def handshake(self, handshake: Handshake, answer: Answer) -> None:
        """Take note of a handshake."""
        self._note(handshake.head.target, answer, "connect")

    def message(self, text: str, answer: Answer) -> None:
        """Take note of a message."""
        self._note(text, answer, "message")

    def _note(self, asked: str, answer: Answer, kind: str) -> None:
        assert self.subject is not None
        self.seen.append((asked, answer, len(self.subject.journal.of(kind))))


class TestWitness:
    """Somebody sees what is refused."""

    def test_handshake(self) -> None:
        """Before the log is told of it."""

        async def scene() -> None:
            witness = Onlooker()
            subject = witness.subject = line(witness=witness)

            await subject.gateway.connect(subject.handshake("/abcdefghij/unknown"))

            assert witness.seen == [("/abcdefghij/unknown", forbidden(), 0)]

        run(scene)

    def test_message(self) -> None:
        """With the frame that the client gets."""

        async def scene() -> None:
            witness, outlet = Onlooker(), MemoryOutlet()
            subject = witness.subject = Line(make_store("chat"), witness=witness)
            connection = await subject.open(outlet)

            await subject.gateway.receive(connection, "hello")

            answer = Answer(status=403, body=outlet.messages[0])
            assert witness.seen == [("hello", answer, 0)]

        run(scene)


class TestDelivering:
    """From the backend to a client."""

    def test_buffer_is_full(self) -> None:
        """A client that does not read takes no more."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet(room=0))

            assert not subject.gateway.deliver(connection, b"x")

        run(scene)

    def test_counts_as_activity(self) -> None:
        """A message from the backend starts the idle limit again."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet())
            subject.clock.advance(599)

            subject.gateway.deliver(connection, b"x")

            assert subject.gateway.deadlines.next_at() == 1199
            assert connection.last_active_at == connection.connected_at + 599

        run(scene)


class TestClosing:
    """The ends of a connection."""

    def test_runs_the_disconnect_route_once(self) -> None:
        """Two reports of an end are one end."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet())

            subject.gateway.closed(connection, 1001, "")
            subject.gateway.closed(connection, 1006, "")
            await subject.settle()

            assert [record.status for record in subject.journal.of("disconnect")] == [1001]
            assert len(subject.backend.requests) == 2
            assert subject.gateway.deadlines.next_at() is None

        run(scene)

    def test_forgotten(self) -> None:
        """Nobody is told, and no limit of time is left."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet())

            subject.gateway.forget(connection)
            subject.gateway.closed(connection, 1006, "")

            assert subject.journal.of("disconnect") == []
            assert subject.gateway.deadlines.next_at() is None

        run(scene)

    def test_from_this_side(self) -> None:
        """The client is told, and is gone at once."""

        async def scene() -> None:
            subject, outlet = line(), MemoryOutlet()
            connection = await subject.open(outlet)

            subject.gateway.close(connection, 1000, "Connection Closed Normally")

            assert outlet.closes == [(1000, "Connection Closed Normally")]
            assert not subject.gateway.deliver(connection, b"late")

        run(scene)

    def test_before_it_was_open(self) -> None:
        """A connection without a client yet can be closed all the same."""

        async def scene() -> None:
            subject = line()
            connection = make_connection()
            subject.gateway.connections.add(connection)

            subject.gateway.close(connection, 1006, "")

            assert connection.state is ConnectionState.GONE

        run(scene)

    def test_idle(self) -> None:
        """After ten quiet minutes the client is sent away, and only that one."""

        async def scene() -> None:
            subject, outlet, other = line(), MemoryOutlet(), MemoryOutlet()
            await subject.open(outlet)
            subject.clock.advance(300)
            await subject.open(other)

            subject.clock.advance(300)
            subject.gateway.expire()

            assert (outlet.closes, other.closes) == ([(1001, "Going away")], [])

        run(scene)

    @pytest.mark.parametrize(("assumed", "idle"), [(False, True), (True, False)])
    def test_idle_in_spite_of_pings(self, assumed: bool, idle: bool) -> None:
        """Whether a ping is activity is assumed."""

        async def scene() -> None:
            subject, outlet = line(assume=Assumptions(pings_keep_alive=assumed)), MemoryOutlet()
            connection = await subject.open(outlet)

            subject.clock.advance(300)
            subject.gateway.pinged(connection)
            subject.clock.advance(300)
            subject.gateway.expire()

            assert bool(outlet.closes) is idle

        run(scene)

    @pytest.mark.parametrize(
        ("assumed", "ending"), [(False, None), (True, (1000, "Connection Closed Normally"))]
    )
    def test_tells_how_if_so_assumed(self, assumed: bool, ending: tuple[int, str] | None) -> None:
        """A mapping can have code and reason only then."""

        async def scene() -> None:
            subject = line(assume=Assumptions(disconnect_context=assumed))
            connection = await subject.open(MemoryOutlet())

            subject.gateway.close(connection, 1000, "Connection Closed Normally")

            assert connection.ending == ending

        run(scene)

    def test_idle_while_it_is_closing(self) -> None:
        """A limit that comes with the end changes nothing."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet())
            subject.gateway.connections.remove(connection)

            subject.clock.advance(600)
            subject.gateway.expire()

            assert subject.journal.of("disconnect") == []

        run(scene)

    def test_deleted_stage(self) -> None:
        """Connections of a stage end with it, others stay."""

        async def scene() -> None:
            subject, outlet = line(), MemoryOutlet()
            await subject.open(outlet)

            subject.gateway.sweep()
            stayed = list(outlet.closes)
            subject.store.apis.clear()
            subject.gateway.sweep()

            assert (stayed, outlet.closes) == ([], [(1001, "Going away")])

        run(scene)

    def test_stop_cancels_what_is_under_way(self) -> None:
        """A disconnect that hangs does not hold the end up."""

        async def scene() -> None:
            subject = line()
            connection = await subject.open(MemoryOutlet())
            subject.backend.delay = asyncio.Event()
            subject.gateway.closed(connection, 1000, "")
            await subject.settle()

            await subject.gateway.stop()

            assert len(subject.backend.requests) == 2

        run(scene)
