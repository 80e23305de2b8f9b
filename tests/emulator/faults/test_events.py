"""The legs to the backend."""

from __future__ import annotations

import asyncio

import pytest

from django_aws_api_gateway_websockets.emulator.answers import Answer
from django_aws_api_gateway_websockets.emulator.invoker import Accepted
from django_aws_api_gateway_websockets.emulator.requests import BackendResponse

from ..doubles import MemoryOutlet, run
from .support import FIRST, SECOND, THIRD, BreakableLine


class TestHandshakes:
    """From a client's request to its 101."""

    def test_before_the_backend_hears(self) -> None:
        """The backend is asked when the time has come."""

        async def scene() -> None:
            line = BreakableLine("connect-delay=5")
            task = asyncio.create_task(line.gateway.connect(line.handshake()))
            await line.settle()

            early = len(line.backend.requests)
            await line.advance(5)

            assert (early, len(line.backend.requests)) == (0, 1)
            assert isinstance(await task, Accepted)

        run(scene)

    def test_before_the_client_hears(self) -> None:
        """The backend has answered, and the connection cannot be reached yet."""

        async def scene() -> None:
            line = BreakableLine("welcome-delay=5")
            task = asyncio.create_task(line.gateway.connect(line.handshake()))
            await line.settle()

            asked, done = len(line.backend.requests), task.done()
            await line.advance(5)

            assert (asked, done) == (1, False)
            assert isinstance(await task, Accepted)

        run(scene)

    def test_refusal_comes_at_once(self) -> None:
        """Who is not let in is not welcomed."""

        async def scene() -> None:
            line = BreakableLine("welcome-delay=5")
            line.backend.outcome = BackendResponse(status=403)

            assert await line.gateway.connect(line.handshake()) == Answer(status=403)

        run(scene)

    def test_short_life(self) -> None:
        """A socket is cut by the clock."""

        async def scene() -> None:
            line, outlet = BreakableLine("cut-after=5"), MemoryOutlet()
            await line.open(outlet)

            await line.advance(4)
            early = outlet.cuts
            await line.advance(1)

            assert (early, outlet.cuts) == (0, 1)

        run(scene)

    def test_life_that_never_began(self) -> None:
        """A client that did not wait for its 101 has nothing to cut."""

        async def scene() -> None:
            line = BreakableLine("cut-after=5")
            outcome = await line.gateway.connect(line.handshake())

            await line.advance(5)

            assert isinstance(outcome, Accepted)
            assert outcome.connection.outlet is None

        run(scene)


class TestMessages:
    """From a client's message to its reply."""

    def test_late(self) -> None:
        """The backend gets it when the time has come."""

        async def scene() -> None:
            line = BreakableLine("message-delay=5")
            connection = await line.open(MemoryOutlet())
            task = asyncio.create_task(line.gateway.receive(connection, FIRST))
            await line.settle()

            early = line.bodies
            await line.advance(5)
            await task

            assert (early, line.bodies) == ([], [FIRST])

        run(scene)

    def test_overtaken(self) -> None:
        """Each second one goes first."""

        async def scene() -> None:
            line = BreakableLine("message-reorder")
            connection = await line.open(MemoryOutlet())

            await asyncio.gather(
                *(line.gateway.receive(connection, text) for text in (FIRST, SECOND, THIRD)),
                line.advance(1),
            )

            assert line.bodies == [SECOND, FIRST, THIRD]

        run(scene)

    def test_last_of_its_socket(self) -> None:
        """The backend has it, and the reply goes nowhere."""

        async def scene() -> None:
            line, outlet = BreakableLine("message-cut"), MemoryOutlet()
            connection = await line.open(outlet)

            await line.gateway.receive(connection, FIRST)

            assert (line.bodies, outlet.cuts) == ([FIRST], 1)

        run(scene)


class TestDisconnects:
    """From the end of a connection to the backend."""

    @pytest.mark.parametrize(
        ("fault", "at_once", "later"),
        [
            ("disconnect-lost", 0, 0),
            ("disconnect-twice", 2, 2),
            ("disconnect-delay=5", 0, 1),
            ("message-delay=5", 1, 1),
        ],
    )
    def test_reach_the_backend(self, fault: str, at_once: int, later: int) -> None:
        """Never, twice, late, or as usual."""

        async def scene() -> None:
            line = BreakableLine(fault)
            connection = await line.open(MemoryOutlet())

            line.gateway.closed(connection, 1001, "")
            await line.settle()
            early = len(line.backend.requests) - 1
            await line.advance(5)

            assert (early, len(line.backend.requests) - 1) == (at_once, later)

        run(scene)


class TestCalls:
    """Requests to the backend."""

    @pytest.mark.parametrize(
        ("fault", "status", "requests"),
        [("backend-error", 500, 0), ("backend-timeout", 504, 1)],
    )
    def test_fail(self, fault: str, status: int, requests: int) -> None:
        """The backend is not called, or its answer is not taken."""

        async def scene() -> None:
            line = BreakableLine(fault)

            outcome = await line.gateway.connect(line.handshake())

            assert isinstance(outcome, Answer)
            assert (outcome.status, len(line.backend.requests)) == (status, requests)
            assert line.journal.of("error")[0].detail.startswith("Told ")

        run(scene)


class TestQuiet:
    """Without faults everything is as usual."""

    def test_nothing_waits(self) -> None:
        """From handshake to disconnect."""

        async def scene() -> None:
            line = BreakableLine()
            connection = await line.open(MemoryOutlet())

            await line.gateway.receive(connection, FIRST)
            line.gateway.closed(connection, 1001, "")
            await line.settle()

            assert line.bodies == [FIRST]
            assert len(line.backend.requests) == 3

        run(scene)
