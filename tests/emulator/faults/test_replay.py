"""Whatever goes wrong goes wrong again in the same way, with the same seed and the same events."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator import EmulatorThread, ManualClock
from django_aws_api_gateway_websockets.emulator.faults.acts import Acts
from django_aws_api_gateway_websockets.emulator.faults.catalogue import ACTS, CATALOGUE, Fault
from django_aws_api_gateway_websockets.emulator.faults.values import Chance
from django_aws_api_gateway_websockets.emulator.invoker import Accepted

from ..doubles import MemoryOutlet
from .support import FIRST, SECOND, BreakableLine

__all__ = ["TestReplay"]

Day = list[tuple[object, ...]]

GUESTS = 12
SECONDS = 60

LASTING = [fault for fault in Fault if fault not in ACTS]


class Guest(MemoryOutlet):
    """A client that comes, says two things, is told two things, and goes."""

    def __init__(self, line: BreakableLine) -> None:
        super().__init__()
        self.line = line
        self.answers: list[object] = []

    def vanish(self) -> None:
        """Take the loss of the connection."""
        self.cuts += 1

    async def visit(self) -> None:
        """Do all that, and note the answers."""
        outcome = await self.line.gateway.connect(self.line.handshake())
        if not isinstance(outcome, Accepted):
            self.answers.append(outcome)
            return
        connection = outcome.connection
        self.line.gateway.opened(connection, self)
        await asyncio.gather(
            *(self.line.gateway.receive(connection, text) for text in (FIRST, SECOND))
        )
        for message in (b"1", b"2"):
            self.answers.append(await self.line.post(connection, message))
        await self.line.timetable.sleep(1)
        self.line.gateway.closed(connection, 1001, "")

    @property
    def story(self) -> tuple[object, ...]:
        """What it has met with so far, without the ids that are new each time."""
        frames = [message.partition(b"connectionId")[0] for message in self.messages]
        return (*frames, *self.answers, self.cuts)


async def live_through(setting: str, seed: int) -> Day:
    """Return what has happened by each second of a day on which something goes wrong."""
    line = BreakableLine(setting, seed=seed)
    guests: list[Any] = [Guest(line) for _ in range(GUESTS)]
    Acts(line.gateway, guests, line.faults, line.timetable).plan()
    visits = [asyncio.create_task(guest.visit()) for guest in guests]
    day: Day = []
    for _ in range(SECONDS):
        await line.advance(1)
        asked = [request.url for request in line.backend.requests]
        day.append((*asked, *line.bodies, *(guest.story for guest in guests)))
    for visit in visits:
        visit.cancel()
    return day


def live(fault: Fault, seed: int) -> Day:
    """Return a day with a fault that happens to every second one, or takes up to 20 seconds."""
    value = "0.5" if CATALOGUE[fault].value is Chance else "0-20"
    return asyncio.run(asyncio.wait_for(live_through(f"{fault}={value}", seed), 20))


class TestReplay:
    @pytest.mark.parametrize("fault", LASTING)
    def test_same_seed(self, fault: Fault) -> None:
        """Two days are one."""
        assert live(fault, 1) == live(fault, 1)

    @pytest.mark.parametrize("fault", LASTING)
    def test_other_seed(self, fault: Fault) -> None:
        """Two days are two."""
        assert live(fault, 1) != live(fault, 2)

    @pytest.mark.parametrize(("seed", "is_same"), [(1, True), (2, False)])
    def test_clock(self, seed: int, is_same: bool) -> None:
        """The clock is moved as far, with the same seed alone."""
        clocks = [ManualClock(), ManualClock()]

        EmulatorThread(clock=clocks[0], seed=1).switchboard.set("clock", "0-1000")
        EmulatorThread(clock=clocks[1], seed=seed).switchboard.set("clock", "0-1000")

        assert (clocks[0].now() == clocks[1].now()) is is_same
