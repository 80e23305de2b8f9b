"""Quotas of the account, which are shared by all that its APIs do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from django_aws_api_gateway_websockets.emulator import EmulatorThread, ManualClock, Quotas

from .target import Api, Target, error_of

__all__ = ["TestQuotas"]

UNKNOWN = "Qyi07eCbtjMCJKw="


@pytest.fixture
def clock() -> ManualClock:
    """Give a clock that stands still."""
    return ManualClock()


@pytest.fixture
def small(target: Target, local: object, clock: ManualClock) -> Iterator[Api]:
    """Give an API of an account that may do eight things at once, and two a second."""
    quotas = Quotas(rate=2, burst=8, connect_rate=4)
    with EmulatorThread(clock=clock, quotas=quotas) as emulator:
        own = replace(target, url=emulator.url, clients={})
        with own.api() as api:
            own.start_afresh()
            yield api.add("$connect").add("ask", two_way=True).publish()
        own.close()


def calls(api: Api, count: int) -> list[int]:
    """Return the statuses of some calls of ``@connections``."""
    get = api.management().get_connection
    return [error_of(get, ConnectionId=UNKNOWN)[0] for _ in range(count)]


class TestQuotas:
    """What comes too fast."""

    def test_of_requests(self, small: Api, clock: ManualClock) -> None:
        """A burst, and then as many as the rate brings; one handshake has gone before."""
        at_once = calls(small, 8)
        clock.advance(1)

        assert at_once == [410] * 7 + [429]
        assert calls(small, 3) == [410, 410, 429]

    def test_of_handshakes(self, small: Api, clock: ManualClock) -> None:
        """They have a quota of their own."""
        at_once = [small.status(small.url) for _ in range(4)]
        clock.advance(0.25)

        assert at_once == [101] * 3 + [429]
        assert small.status(small.url) == 101

    def test_of_messages(self, small: Api) -> None:
        """A message that is too much is told to its client, which stays connected."""
        with small.open() as client:
            calls(small, 6)
            client.send('{"action": "ask"}')

            assert str(client.receive()).startswith('{"message": "Too Many Requests", "conn')
