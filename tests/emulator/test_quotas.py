"""What an account may do in a time."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.quotas import Quotas, Throttle


class TestQuotas:
    """What can be set."""

    def test_of_a_new_account(self) -> None:
        """The defaults are AWS's."""
        assert Quotas() == Quotas(rate=10_000, burst=5_000, connect_rate=500)

    @pytest.mark.parametrize("values", [{"rate": 0}, {"burst": 0}, {"connect_rate": 0.5}])
    def test_refuses_what_admits_nothing(self, values: dict[str, int]) -> None:
        """A gateway that never answers helps nobody."""
        with pytest.raises(ValueError, match=r"^rate must be more than 0, burst and connect_rate"):
            Quotas(**values)


class TestRequests:
    """Requests of an account."""

    def test_come_in_bursts(self) -> None:
        """As many at once as the burst has, and not one more."""
        throttle = Throttle(Quotas(rate=10, burst=3), ManualClock())

        assert [throttle.admits_request() for _ in range(4)] == [True, True, True, False]

    def test_come_back_with_time(self) -> None:
        """At the rate, up to the burst."""
        clock = ManualClock()
        throttle = Throttle(Quotas(rate=10, burst=2), clock)
        throttle.admits_request(), throttle.admits_request()

        clock.advance(0.1)
        after_a_moment = [throttle.admits_request() for _ in range(2)]
        clock.advance(60)

        assert after_a_moment == [True, False]
        assert [throttle.admits_request() for _ in range(3)] == [True, True, False]


class TestConnections:
    """Handshakes of an account."""

    def test_have_a_quota_of_their_own(self) -> None:
        """A second's worth at once."""
        clock = ManualClock()
        throttle = Throttle(Quotas(connect_rate=2), clock)
        at_once = [throttle.admits_connection() for _ in range(3)]

        clock.advance(0.5)

        assert at_once == [True, True, False]
        assert [throttle.admits_connection() for _ in range(2)] == [True, False]

    def test_are_requests(self) -> None:
        """The other quota counts too."""
        throttle = Throttle(Quotas(burst=1), ManualClock())
        throttle.admits_request()

        assert not throttle.admits_connection()
