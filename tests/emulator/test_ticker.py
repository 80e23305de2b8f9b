"""The timer of the event loop."""

from __future__ import annotations

import asyncio

from django_aws_api_gateway_websockets.emulator.clock import Clock, ManualClock
from django_aws_api_gateway_websockets.emulator.ticker import Ticker

from .doubles import run


class Alarm:
    """Deadlines that are taken off when they have come."""

    def __init__(self, clock: Clock, *deadlines: float) -> None:
        self.clock = clock
        self.deadlines = list(deadlines)
        self.expired: list[float] = []
        self.rang = asyncio.Event()

    def next_at(self) -> float | None:
        """Return the next deadline."""
        return min(self.deadlines, default=None)

    def expire(self) -> None:
        """Take off what has come."""
        self.expired += [at for at in self.deadlines if at <= self.clock.now()]
        self.deadlines = [at for at in self.deadlines if at > self.clock.now()]
        self.rang.set()


class TestTicking:
    """Deadlines come true."""

    def test_with_the_passing_of_time(self) -> None:
        """The timer fires when the first deadline has come, and is set again for the next."""

        async def scene() -> None:
            clock = Clock()
            alarm = Alarm(clock, clock.now() + 0.01, clock.now() + 99)
            ticker = Ticker(clock, alarm.next_at, alarm.expire)

            ticker.wake()
            ticker.wake()
            await alarm.rang.wait()

            assert len(alarm.expired) == 1
            ticker.stop()

        run(scene)

    def test_when_the_clock_is_advanced(self) -> None:
        """An advance in any thread is noticed at once."""

        async def scene() -> None:
            clock = ManualClock()
            alarm = Alarm(clock, 600.0)
            ticker = Ticker(clock, alarm.next_at, alarm.expire)
            ticker.wake()

            await asyncio.to_thread(clock.advance, 600)
            await alarm.rang.wait()

            assert alarm.expired == [600.0]
            ticker.stop()

        run(scene)

    def test_nothing_to_wait_for(self) -> None:
        """Without a deadline there is no timer."""

        async def scene() -> None:
            alarm = Alarm(ManualClock())
            ticker = Ticker(alarm.clock, alarm.next_at, alarm.expire)

            ticker.wake()
            ticker.stop()

            assert alarm.expired == []

        run(scene)

    def test_hears_nothing_after_its_end(self) -> None:
        """A stopped ticker lets the clock go on without it."""

        async def scene() -> None:
            alarm = Alarm(ManualClock(), 1.0)
            ticker = Ticker(alarm.clock, alarm.next_at, alarm.expire)
            ticker.wake()

            ticker.stop()
            alarm.clock.advance(2)
            await asyncio.sleep(0)

            assert alarm.expired == []

        run(scene)
