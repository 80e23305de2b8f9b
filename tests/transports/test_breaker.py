"""A gateway is given up when it fails again and again, and for some time."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    Throttled,
)
from django_aws_api_gateway_websockets.transports.breaker import Breaker

__all__ = ["Gateways", "TestOpening", "TestSignsOfLife"]

URL = "https://abc.execute-api.eu-west-1.amazonaws.com/live"
OTHER_URL = "https://def.execute-api.eu-west-1.amazonaws.com/live"
UNREACHABLE = EndpointUnreachable("a")


class Gateways:
    """Answers posts at times that are told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.breaker = Breaker(lambda: self.now)

    def answer(self, error: Exception | None, times: int = 1) -> None:
        """Let posts to the first gateway end alike."""
        for _ in range(times):
            self.breaker.note(URL, error)


@pytest.fixture
def gateways() -> Gateways:
    """Return gateways of which nothing is known, a hundred seconds after the start."""
    return Gateways()


class TestOpening:
    @pytest.mark.parametrize("kind", [AccessDenied, EndpointUnreachable])
    def test_takes_ten_failures(
        self, gateways: Gateways, kind: type[AccessDenied | EndpointUnreachable]
    ) -> None:
        """What has never accepted a post is given up after the tenth."""
        gateways.answer(kind("a"), times=9)
        before = gateways.breaker.is_open(URL)
        gateways.answer(kind("a"))

        assert (before, gateways.breaker.is_open(URL)) == (False, True)

    def test_takes_time_after_a_success(self, gateways: Gateways) -> None:
        """What has accepted a post within five seconds may recover."""
        gateways.answer(None)
        gateways.answer(UNREACHABLE, times=10)
        gateways.now += 5
        before = gateways.breaker.is_open(URL)
        gateways.now += 0.1

        assert (before, gateways.breaker.is_open(URL)) == (False, True)

    def test_needs_something_to_go_by(self, gateways: Gateways) -> None:
        """A gateway is not given up before it was asked."""
        assert not gateways.breaker.is_open(URL)

    def test_is_of_one_gateway(self, gateways: Gateways) -> None:
        """The others are posted to as before."""
        gateways.answer(UNREACHABLE, times=10)

        assert not gateways.breaker.is_open(OTHER_URL)

    def test_goes_by_the_clock_of_this_machine(self) -> None:
        """Without another clock, five seconds are those of the wall."""
        breaker = Breaker()
        breaker.note(URL, None)

        assert not breaker.is_open(URL)


class TestSignsOfLife:
    @pytest.mark.parametrize("error", [None, ConnectionGone("a"), Throttled("a"), ValueError("a")])
    def test_begin_the_count_again(self, gateways: Gateways, error: Exception | None) -> None:
        """What concerns one connection says that the gateway works."""
        gateways.answer(UNREACHABLE, times=9)
        gateways.answer(error)
        gateways.answer(UNREACHABLE, times=9)
        gateways.now += 60

        assert not gateways.breaker.is_open(URL)

    def test_close_it(self, gateways: Gateways) -> None:
        """A post that was under way all the while may show that the gateway is back."""
        gateways.answer(UNREACHABLE, times=10)
        gateways.answer(None)

        assert not gateways.breaker.is_open(URL)
