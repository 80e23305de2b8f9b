"""Messages that are overtaken."""

from __future__ import annotations

import asyncio

from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.faults.overtaking import Overtaking
from django_aws_api_gateway_websockets.emulator.faults.timetable import Timetable

from ..doubles import run


class Held:
    """Two calls that are held, and what became of them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.overtaking = Overtaking(Timetable(self.clock))
        self.called: list[str] = []
        self.overtaking.hold("a", lambda: self.called.append("a"))
        self.overtaking.hold("b", lambda: self.called.append("b"))

    async def advance(self, seconds: float) -> None:
        """Move the time forward, and let things happen."""
        self.clock.advance(seconds)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class TestHolding:
    """Until another one has passed."""

    def test_let_go_by_the_next(self) -> None:
        """Only the next one of the same connection counts, and it counts once."""

        async def scene() -> None:
            held = Held()

            held.overtaking.passed("a")
            held.overtaking.passed("a")

            assert held.called == ["a"]
            assert (held.overtaking.waits("a"), held.overtaking.waits("b")) == (False, True)

        run(scene)

    def test_let_go_in_time(self) -> None:
        """When no next one comes, half a second is enough; nothing happens twice."""

        async def scene() -> None:
            held = Held()
            held.overtaking.passed("b")

            await held.advance(0.4)
            early = list(held.called)
            await held.advance(0.1)

            assert (early, held.called) == (["b"], ["b", "a"])

        run(scene)

    def test_several(self) -> None:
        """One that passes lets go all, the first one first."""

        async def scene() -> None:
            held = Held()
            held.overtaking.hold("a", lambda: held.called.append("another"))

            held.overtaking.passed("a")

            assert (held.called, held.overtaking.waits("a")) == (["a", "another"], False)

        run(scene)

    def test_waiting(self) -> None:
        """A coroutine can be held as well."""

        async def scene() -> None:
            overtaking = Held().overtaking
            waiting = asyncio.create_task(overtaking.wait("c"))
            await asyncio.sleep(0)

            overtaking.passed("c")
            await waiting

            assert not overtaking.waits("c")

        run(scene)
