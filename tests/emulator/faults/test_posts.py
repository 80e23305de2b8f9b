"""The leg to a client."""

from __future__ import annotations

import asyncio

import pytest

from django_aws_api_gateway_websockets.emulator.answers import Answer, Lost
from django_aws_api_gateway_websockets.emulator.faults.catalogue import Fault

from ..doubles import MemoryOutlet, run
from .support import BreakableLine


class TestAnswers:
    """What the backend hears."""

    @pytest.mark.parametrize("status", [410, 429, 500, 503])
    def test_told_to_fail(self, status: int) -> None:
        """Nothing is sent, and the log has the status."""

        async def scene() -> None:
            line, outlet = BreakableLine(f"post-{status}"), MemoryOutlet()
            connection = await line.open(outlet)

            answer = await line.post(connection, b"x")

            assert isinstance(answer, Answer)
            assert (answer.status, outlet.messages) == (status, [])
            assert line.journal.of("post")[0].status == status

        run(scene)

    def test_late(self) -> None:
        """Everything waits until the time has come."""

        async def scene() -> None:
            line, outlet = BreakableLine("post-delay=5"), MemoryOutlet()
            task = asyncio.create_task(line.post(await line.open(outlet), b"x"))
            await line.settle()

            early = list(outlet.messages)
            await line.advance(5)

            assert (early, outlet.messages) == ([], [b"x"])
            assert await task == Answer(status=200)

        run(scene)

    def test_lost(self) -> None:
        """The message arrives, and nobody says so."""

        async def scene() -> None:
            line, outlet = BreakableLine("post-cut"), MemoryOutlet()

            answer = await line.post(await line.open(outlet), b"x")

            assert (answer, outlet.messages) == (Lost.CUT, [b"x"])

        run(scene)

    def test_as_usual(self) -> None:
        """Without faults a post is sent, and answered."""

        async def scene() -> None:
            line, outlet = BreakableLine(), MemoryOutlet()

            answer = await line.post(await line.open(outlet), b"x")

            assert (answer, outlet.messages) == (Answer(status=200), [b"x"])

        run(scene)


class TestMessages:
    """What the client gets."""

    def test_lost(self) -> None:
        """Nothing, though the backend was told otherwise."""

        async def scene() -> None:
            line, outlet = BreakableLine("post-lost"), MemoryOutlet()

            answer = await line.post(await line.open(outlet), b"x")

            assert (answer, outlet.messages) == (Answer(status=200), [])

        run(scene)

    def test_overtaken(self) -> None:
        """Each second one goes first, and the last waits for none."""

        async def scene() -> None:
            line, outlet = BreakableLine("post-reorder"), MemoryOutlet()
            connection = await line.open(outlet)

            for message in (b"1", b"2", b"3"):
                await line.post(connection, message)
            early = list(outlet.messages)
            await line.advance(0.5)

            assert (early, outlet.messages) == ([b"2", b"1"], [b"2", b"1", b"3"])

        run(scene)

    @pytest.mark.parametrize("cleared", [(), (Fault.POST_REORDER,)])
    def test_not_overtaken_by_a_delete(self, cleared: tuple[Fault, ...]) -> None:
        """What is held comes before the close, also when nothing else goes wrong any more."""

        async def scene() -> None:
            line, outlet = BreakableLine("post-reorder"), MemoryOutlet()
            connection = await line.open(outlet)
            await line.post(connection, b"1")
            line.faults.clear(*cleared)

            answer = await line.delete(connection)
            early = list(outlet.messages)
            await line.advance(0.5)

            assert answer == Answer(status=204)
            assert (early, outlet.messages, len(outlet.closes)) == ([b"1"], [b"1"], 1)

        run(scene)

    def test_overtaken_by_the_end(self) -> None:
        """What is held for a client that leaves is lost."""

        async def scene() -> None:
            line, outlet = BreakableLine("post-reorder"), MemoryOutlet()
            connection = await line.open(outlet)
            await line.post(connection, b"1")

            line.gateway.closed(connection, 1001, "")
            await line.advance(0.5)

            assert outlet.messages == []

        run(scene)
