"""Idle and lifetime limits."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.timers import Deadlines


class TestIdleLimit:
    """Ten minutes without a message."""

    def test_is_reached_after_600_seconds(self) -> None:
        """The limit is reached at the second, not before."""
        deadlines = Deadlines()
        deadlines.add("a", 0.0)

        assert deadlines.next_at() == 600.0
        assert deadlines.due(599.9) == []
        assert deadlines.due(600.0) == ["a"]

    def test_starts_again_with_a_touch(self) -> None:
        """A touched connection waits behind one that was not."""
        deadlines = Deadlines()
        deadlines.add("a", 0.0)
        deadlines.add("b", 1.0)

        deadlines.touch("a", 100.0)

        assert deadlines.next_at() == 601.0
        assert deadlines.due(650.0) == ["b"]

    def test_ignores_what_it_does_not_know(self) -> None:
        """A touch after the end brings nothing back."""
        deadlines = Deadlines()

        deadlines.touch("a", 0.0)
        deadlines.discard("a")

        assert deadlines.next_at() is None


class TestLifetimeLimit:
    """Two hours in all."""

    def test_is_reached_whatever_is_touched(self) -> None:
        """Messages do not prolong it."""
        deadlines = Deadlines()
        deadlines.add("a", 0.0)

        deadlines.touch("a", 7000.0)

        assert deadlines.next_at() == 7200.0
        assert deadlines.due(7200.0) == ["a"]

    def test_counts_a_connection_once(self) -> None:
        """A connection that reached both limits is due once."""
        deadlines = Deadlines()
        deadlines.add("a", 0.0)

        assert deadlines.due(7200.0) == ["a"]

    def test_forgets_what_is_discarded(self) -> None:
        """A closed connection has no limits."""
        deadlines = Deadlines()
        deadlines.add("a", 0.0)

        deadlines.discard("a")

        assert (deadlines.next_at(), deadlines.due(9000.0)) == (None, [])
