"""What happens later."""

from __future__ import annotations

import asyncio

from django_aws_api_gateway_websockets.emulator.clock import Clock, ManualClock
from django_aws_api_gateway_websockets.emulator.faults.timetable import Timetable

from ..doubles import run


class Diary:
    """A timetable on a clock that stands still, and what has happened."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.timetable = Timetable(self.clock)
        self.happened: list[str] = []

    def note(self, seconds: float, what: str) -> None:
        """Let something happen later."""
        self.timetable.after(seconds, lambda: self.happened.append(what))

    async def advance(self, seconds: float) -> None:
        """Move the time forward, and let things happen."""
        self.clock.advance(seconds)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class TestOrder:
    """Things happen when their time has come."""

    def test_by_time(self) -> None:
        """What was asked for later may come first, and not all comes."""

        async def scene() -> None:
            diary = Diary()
            diary.note(3, "third")
            diary.note(2, "second")
            diary.note(1, "first")

            await diary.advance(2)

            assert diary.happened == ["first", "second"]

        run(scene)

    def test_same_time(self) -> None:
        """What was asked for first comes first."""

        async def scene() -> None:
            diary = Diary()
            diary.note(1, "a")
            diary.note(1, "b")

            await diary.advance(1)

            assert diary.happened == ["a", "b"]

        run(scene)

    def test_stop(self) -> None:
        """Afterwards nothing happens any more."""

        async def scene() -> None:
            diary = Diary()
            diary.note(1, "never")

            diary.timetable.stop()
            await diary.advance(1)

            assert diary.happened == []

        run(scene)


class TestSleep:
    """Waiting."""

    def test_for_none(self) -> None:
        """No time is no wait."""

        async def scene() -> None:
            await Diary().timetable.sleep(0)

        run(scene)

    def test_by_the_clock(self) -> None:
        """It lasts as long as the clock says."""

        async def scene() -> None:
            diary = Diary()
            sleep = asyncio.create_task(diary.timetable.sleep(60))
            await asyncio.sleep(0)

            await diary.advance(59)
            early = sleep.done()
            await diary.advance(1)

            assert (early, sleep.done()) == (False, True)

        run(scene)

    def test_by_the_system(self) -> None:
        """A clock that runs needs nobody to move it."""

        async def scene() -> None:
            await Timetable(Clock()).sleep(0.001)

        run(scene)
