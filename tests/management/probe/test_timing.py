"""How long a probe waits."""

from __future__ import annotations

import time

import pytest

from django_aws_api_gateway_websockets.management.probe.timing import Stopwatch, within

__all__ = ["TestStopwatch", "TestWithin"]


class TestStopwatch:
    def test_counts_down_to_nothing(self) -> None:
        """No time is ever less than none."""
        assert Stopwatch(0).left == 0
        assert 59 < Stopwatch(60).left <= 60

    def test_waits_while_there_is_time(self) -> None:
        """It says whether it has waited."""
        assert Stopwatch(60).wait(0)
        assert not Stopwatch(0).wait(60)


class TestWithin:
    def test_returns_the_result(self) -> None:
        """What comes in time is returned."""
        assert within(5, lambda: "result") == "result"

    def test_raises_the_error(self) -> None:
        """What is raised in time is raised."""
        with pytest.raises(ZeroDivisionError):
            within(5, lambda: 1 // 0)

    def test_leaves_behind_what_is_late(self) -> None:
        """Nobody waits longer than was said."""
        with pytest.raises(TimeoutError):
            within(0.01, lambda: time.sleep(0.2))
