"""How fast AWS is asked, where nobody waits for the answers."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.models.pacing import Pace

__all__ = ["TestPace", "TestPause", "Watch"]


class Watch:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.now += seconds


@pytest.fixture
def watch() -> Watch:
    """Return a clock that shows 100 seconds."""
    return Watch()


@pytest.fixture
def pace(watch: Watch) -> Pace:
    """Return a pace of four requests a second."""
    return Pace(4, clock=watch, sleep=watch.sleep)


class TestPace:
    def test_lets_the_first_pass(self, watch: Watch, pace: Pace) -> None:
        """There is nothing to wait for yet."""
        pace.wait()

        assert watch.now == 100.0

    def test_spaces_requests(self, watch: Watch, pace: Pace) -> None:
        """Four a second are one in a quarter of it."""
        pace.wait()
        pace.wait()
        pace.wait()

        assert watch.now == 100.5

    def test_counts_several_at_once(self, watch: Watch, pace: Pace) -> None:
        """Who has made two requests leaves time for two."""
        pace.wait(2)
        pace.wait()

        assert watch.now == 100.5

    def test_saves_nothing_up(self, watch: Watch, pace: Pace) -> None:
        """After a break requests are spaced as before it."""
        watch.now += 60
        pace.wait()
        pace.wait()

        assert watch.now == 160.25


class TestPause:
    def test_holds_the_next_back(self, watch: Watch, pace: Pace) -> None:
        """Nothing is asked for a second."""
        pace.wait()
        pace.pause()
        pace.wait()

        assert watch.now == 101.0

    def test_is_not_added_up(self, watch: Watch, pace: Pace) -> None:
        """Many requests are throttled at once, for one reason."""
        pace.pause()
        pace.pause()
        pace.wait()

        assert watch.now == 101.0

    def test_never_speeds_up(self, watch: Watch, pace: Pace) -> None:
        """Who has longer to wait than that still has."""
        pace.wait(8)
        pace.pause()
        pace.wait()

        assert watch.now == 102.0
