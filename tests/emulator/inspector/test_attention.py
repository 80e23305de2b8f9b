"""How much is kept."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.inspector.attention import Attention

__all__ = ["TestAttention"]


def wanted(attention: Attention, count: int = 150) -> int:
    """Return how many of some events at once are kept whole."""
    return sum(attention.wants() for _ in range(count))


class TestAttention:
    """It depends on who looks."""

    def test_nobody(self) -> None:
        """A hundred events in each second."""
        clock = ManualClock()
        attention = Attention(clock.now)

        first, again = wanted(attention), wanted(attention)
        clock.advance(1)

        assert (first, again, wanted(attention)) == (100, 0, 100)

    def test_somebody(self) -> None:
        """All of them, for a minute after the last news."""
        clock = ManualClock()
        attention = Attention(clock.now)

        attention.look()
        looked = wanted(attention)
        clock.advance(60)

        assert (looked, wanted(attention)) == (150, 100)
