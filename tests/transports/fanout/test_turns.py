"""The loop and those who read for it let each other work, and wait for nobody who is slow."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from django_aws_api_gateway_websockets.transports.fanout.turns import PoliteSelector, Turns

__all__ = ["TestLoop", "TestReading"]

PATIENCE = 5.0


def waits(thread: threading.Thread) -> bool:
    """Return whether a thread is still at it after a moment."""
    thread.join(0.005)
    return thread.is_alive()


class Reader:
    """Items that come when they may, read in a thread."""

    def __init__(self, turns: Turns) -> None:
        self.reads = threading.Event()
        self.may_go_on = threading.Event()
        self.got: list[int] = []
        self._turns = turns
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.got.extend(self._turns.read(self._items()))

    def _items(self) -> Iterator[int]:
        self.reads.set()
        self.may_go_on.wait(PATIENCE)
        yield 1


@pytest.fixture
def turns() -> Turns:
    """Return turns that nobody takes yet."""
    return Turns()


class TestReading:
    def test_gives_all_items(self, turns: Turns) -> None:
        """In their order, and none if there are none."""
        assert (list(turns.read([1, 2])), list(turns.read([]))) == ([1, 2], [])

    def test_passes_errors_on(self, turns: Turns) -> None:
        """The next one reads all the same."""
        with pytest.raises(ZeroDivisionError):
            list(turns.read(1 // number for number in (0,)))

        assert list(turns.read([1])) == [1]

    def test_waits_for_the_loop(self, turns: Turns) -> None:
        """What the loop does is done first."""
        turns.begin_work()
        reader = Reader(turns)
        came_at_once = reader.reads.wait(0.002)
        turns.end_work()

        assert (came_at_once, reader.reads.wait(PATIENCE)) == (False, True)
        reader.may_go_on.set()
        reader.thread.join(PATIENCE)
        assert reader.got == [1]

    def test_does_not_wait_for_a_loop_that_is_busy_for_long(self, turns: Turns) -> None:
        """The recipients are needed."""
        turns.begin_work()

        assert list(turns.read([1])) == [1]


class TestLoop:
    def test_waits_for_who_reads(self, turns: Turns) -> None:
        """It goes on when the reader is done."""
        reader = Reader(turns)
        reader.reads.wait(PATIENCE)
        loop = threading.Thread(target=turns.begin_work, daemon=True)
        loop.start()

        waited = waits(loop)
        reader.may_go_on.set()
        loop.join(PATIENCE)

        assert (waited, loop.is_alive()) == (True, False)

    def test_does_not_wait_for_a_slow_database(self, turns: Turns) -> None:
        """Others have posts under way; after the patience it waits no more, however often."""
        reader = Reader(turns)
        reader.reads.wait(PATIENCE)

        for _ in range(1000):  # of these only the first waits
            turns.begin_work()
            turns.end_work()

        assert reader.got == []
        reader.may_go_on.set()
        reader.thread.join(PATIENCE)

    def test_finds_what_is_ready(self, turns: Turns) -> None:
        """The selector is one as any other."""
        selector = PoliteSelector(turns)
        ours, theirs = socket.socketpair()
        with selector, ours, theirs:
            key = selector.register(ours, 1)
            nothing = selector.select(0)
            theirs.send(b"x")

            assert (nothing, selector.select(PATIENCE)) == ([], [(key, 1)])
