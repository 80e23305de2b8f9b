"""The clock of the emulator."""

from __future__ import annotations

import time

from django_aws_api_gateway_websockets.emulator.clock import Clock, ManualClock


class TestClock:
    """A clock that follows the system's."""

    def test_follows_the_system(self) -> None:
        """Both times are those of the system."""
        clock = Clock()

        assert abs(clock.now() - time.monotonic()) < 1
        assert abs(clock.wall() - time.time()) < 1

    def test_goes_on_from_where_it_was_advanced_to(self) -> None:
        """An advance moves both times."""
        clock = Clock(now=lambda: 5.0, wall=lambda: 100.0)

        clock.advance(60)

        assert (clock.now(), clock.wall()) == (65.0, 160.0)
        assert clock.unmoved() == 100.0

    def test_tells_its_listeners(self) -> None:
        """Each advance is told, until the listener is removed."""
        clock, heard = ManualClock(), []
        unsubscribe = clock.subscribe(lambda: heard.append(clock.now()))

        clock.advance(1)
        unsubscribe()
        clock.advance(1)

        assert heard == [1.0]


class TestManualClock:
    """A clock that stands still."""

    def test_moves_only_when_told(self) -> None:
        """Nothing but an advance changes it."""
        clock = ManualClock(wall=1000.0)

        clock.advance(2.5)

        assert (clock.now(), clock.wall()) == (2.5, 1002.5)
