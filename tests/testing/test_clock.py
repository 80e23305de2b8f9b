"""A clock tells Django's time, and moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.testing.clock import Clock

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class TestStandingStill:
    """A test that says nothing of time sees none pass."""

    def test_start(self) -> None:
        """It shows what it is given."""
        with Clock(NOON):
            assert timezone.now() == NOON

    def test_now(self) -> None:
        """Without a start it shows the present."""
        before = timezone.now()

        with Clock() as clock:
            assert before <= clock.now() <= timezone.now() == clock.now()

    def test_without_time_zones(self, settings: Settings) -> None:
        """A project that uses none has its naive times."""
        settings.USE_TZ = False

        with Clock() as clock:
            clock.advance(seconds=1)
            assert timezone.now() == clock.now()
            assert timezone.is_naive(clock.now())


class TestAdvancing:
    """Time passes when a test says so."""

    @pytest.mark.parametrize(
        ("step", "later"),
        [
            ({"seconds": 1}, timedelta(seconds=1)),
            ({"minutes": 2, "seconds": 0.5}, timedelta(seconds=120.5)),
            ({"hours": 1}, timedelta(hours=1)),
            ({"days": 1, "hours": -1}, timedelta(hours=23)),
        ],
    )
    def test_step(self, step: dict[str, float], later: timedelta) -> None:
        """By the sum of what is given."""
        with Clock(NOON) as clock:
            clock.advance(**step)

            assert timezone.now() == clock.now() == NOON + later


class TestRestoring:
    """After a block the time is what it was."""

    def test_afterwards(self) -> None:
        """Django has its own function again."""
        original = timezone.now

        with Clock(NOON):
            pass

        assert timezone.now is original

    def test_after_a_failure(self) -> None:
        """So it has when the block raises."""
        original = timezone.now

        with pytest.raises(LookupError), Clock(NOON):
            raise LookupError

        assert timezone.now is original

    def test_clock_in_a_clock(self) -> None:
        """The inner clock starts where the outer one stands, which goes on afterwards."""
        with Clock(NOON) as outer:
            with Clock() as inner:
                inner.advance(hours=1)
                outer.advance(minutes=1)
                assert timezone.now() == NOON + timedelta(hours=1)

            assert timezone.now() == NOON + timedelta(minutes=1)

    def test_same_clock_twice(self) -> None:
        """A clock may be used inside its own block."""
        original = timezone.now
        clock = Clock(NOON)

        with clock:
            with clock:
                pass
            assert timezone.now() == NOON

        assert timezone.now is original
