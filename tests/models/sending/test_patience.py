"""How long a delivery waits for what may pass, and how often it tries again."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.models.sending.delivery import OPENING, THROTTLED, Result
from django_aws_api_gateway_websockets.models.sending.patience import (
    PATIENCE,
    Patience,
    Timer,
    Tries,
)

from ..stopwatch import Stopwatch

__all__ = ["TestPatience", "TestTimer", "TestTries"]

BRIEF = Patience(pauses=(1.0, 2.0, 4.0), seconds=5.0)


class TestTries:
    def test_waits_longer_each_time(self) -> None:
        """Each pause is twice the one before."""
        watch = Stopwatch()
        tries = Tries(BRIEF, watch.timer)

        assert [tries.wait(), tries.wait()] == [True, True]
        assert watch.pauses == [1.0, 2.0]

    def test_begins_no_try_after_its_time(self) -> None:
        """It gives up at once rather than wait in vain."""
        watch = Stopwatch()
        tries = Tries(BRIEF, watch.timer)

        assert [tries.wait(), tries.wait(), tries.wait()] == [True, True, False]
        assert watch.seconds == 3.0

    def test_gives_up_after_the_last_pause(self) -> None:
        """Time alone buys no further try."""
        tries = Tries(Patience(pauses=(1.0,), seconds=60.0), Stopwatch().timer)

        assert [tries.wait(), tries.wait()] == [True, False]

    @pytest.mark.parametrize(("luck", "pause"), [(0.0, 1.0), (0.5, 0.75), (1.0, 0.5)])
    def test_leaves_the_moment_to_chance(self, luck: float, pause: float) -> None:
        """Many processes that are refused at once do not come back at once."""
        watch = Stopwatch(luck)

        Tries(BRIEF, watch.timer).wait()

        assert watch.pauses == [pause]

    @pytest.mark.parametrize(("seconds", "expected"), [(5.0, False), (5.1, True)])
    def test_knows_when_it_is_too_late(self, seconds: float, expected: bool) -> None:
        """Posts take time, too."""
        watch = Stopwatch()
        tries = Tries(BRIEF, watch.timer)

        watch.sleep(seconds)

        assert tries.is_over is expected


class TestPatience:
    @pytest.mark.parametrize("result", [OPENING, THROTTLED])
    def test_allows_three_more_tries_in_its_time(self, result: Result) -> None:
        """All three fit when chance shortens nothing."""
        patience = PATIENCE[result]

        assert len(patience.pauses) == 3
        assert sum(patience.pauses) < patience.seconds

    def test_is_short_with_what_is_about_to_open(self) -> None:
        """A handshake is over in a second, as a rule."""
        assert PATIENCE[OPENING].seconds == 1.5


class TestTimer:
    def test_is_that_of_the_machine(self) -> None:
        """Unless told otherwise, time passes by itself."""
        timer = Timer()
        begin = timer.now()

        timer.sleep(0)

        assert timer.now() >= begin
        assert 0 <= timer.random() < 1
