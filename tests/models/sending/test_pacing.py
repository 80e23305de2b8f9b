"""How fast AWS is asked, where nobody waits for the answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from django_aws_api_gateway_websockets.models.sending.pacing import Pace, get_delivery_pace

__all__ = ["TestDeliveryPace", "TestPace", "TestPause", "Watch"]

IN_A_CHILD = """
import os, django.conf
django.conf.settings.configure(INSTALLED_APPS=[
    "django.contrib.auth", "django.contrib.contenttypes", "django_aws_api_gateway_websockets",
])
django.setup()
from django_aws_api_gateway_websockets.models.sending.pacing import get_delivery_pace
pace = get_delivery_pace(7)
child = os.fork()
if not child:
    os._exit(get_delivery_pace(7) is pace)
print(os.waitpid(child, 0)[1])
"""


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


class TestDeliveryPace:
    def test_is_shared(self) -> None:
        """All deliveries of a process together keep to the number, whichever begins first."""
        with ThreadPoolExecutor(8) as pool:
            paces = set(pool.map(get_delivery_pace, [7] * 32))

        assert len(paces) == 1

    def test_is_another_for_another_number(self) -> None:
        """A changed setting counts at once."""
        assert get_delivery_pace(7) is not get_delivery_pace(8)

    def test_is_as_fast_as_asked_for(self) -> None:
        """At a hundred thousand a second a thousand take a hundredth of one."""
        pace = get_delivery_pace(100_000)
        begin = time.monotonic()

        pace.wait(1000)
        pace.wait()

        assert time.monotonic() - begin >= 0.01

    def test_is_of_one_process(self) -> None:
        """A forked worker does not wait for its parent's requests."""
        done = subprocess.run(
            [sys.executable, "-c", IN_A_CHILD],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

        assert done.stdout == "0\n"
