"""Threads that their caller can leave behind."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from django_aws_api_gateway_websockets.workers import THREADS_PER_PROCESS, run_until

__all__ = ["TestRunUntil"]

PATIENCE = 5.0


def soon(seconds: float = PATIENCE) -> float:
    """Return a moment to come."""
    return monotonic() + seconds


def workers() -> list[threading.Thread]:
    """Return the threads that are at work."""
    return [thread for thread in threading.enumerate() if thread.name == "websocket-worker"]


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return an event to hang on, until the test has ended."""
    event = threading.Event()
    yield event
    event.set()
    for thread in workers():
        thread.join(PATIENCE)


class TestRunUntil:
    def test_returns_items_with_results(self) -> None:
        """Each item comes with what the function made of it."""
        assert sorted(run_until(soon(), str, range(25))) == [(n, str(n)) for n in range(25)]

    def test_returns_what_is_raised(self) -> None:
        """An error of one item is its result."""
        ((item, result),) = run_until(soon(), int, ["x"])

        assert item == "x"
        assert isinstance(result, ValueError)

    def test_does_nothing_for_nothing(self) -> None:
        """Without items it returns at once."""
        assert run_until(soon(), str, []) == []

    def test_runs_several_at_once(self) -> None:
        """Ten items that wait for each other are done."""
        barrier = threading.Barrier(10)

        results = run_until(soon(), lambda n: barrier.wait(PATIENCE), range(10))

        assert len(results) == 10

    def test_leaves_behind_what_hangs(self, gate: threading.Event) -> None:
        """At the deadline it returns with what is done by then."""
        started = monotonic()

        results = run_until(soon(0.2), lambda n: n or gate.wait(), [1, 0, 2])

        assert sorted(n for n, _ in results) == [1, 2]
        assert monotonic() - started < PATIENCE

    def test_begins_nothing_after_the_deadline(self, gate: threading.Event) -> None:
        """A thread that comes free too late takes nothing more."""
        begun: list[int] = []

        def begin(item: int) -> None:
            begun.append(item)
            gate.wait()

        run_until(soon(0.2), begin, range(11))
        gate.set()

        assert sorted(begun) == list(range(10))

    def test_begins_nothing_when_it_is_too_late(self) -> None:
        """A deadline that has passed leaves time for nothing."""
        assert run_until(soon(-1), str, [1]) == []

    def test_returns_at_once_while_too_many_hang(self, gate: threading.Event) -> None:
        """Threads that hang do not pile up, and nobody waits for them again."""
        while len(workers()) < THREADS_PER_PROCESS:
            run_until(soon(0.2), lambda n: gate.wait(), range(10))
        started = monotonic()

        assert run_until(soon(), str, [1]) == []
        assert monotonic() - started < PATIENCE

    def test_does_not_keep_the_process(self) -> None:
        """The interpreter ends while a thread hangs."""
        code = (
            "import threading, time\n"
            "from django_aws_api_gateway_websockets.workers import run_until\n"
            "run_until(time.monotonic() + 0.1, lambda n: threading.Event().wait(), [1])\n"
        )

        done = subprocess.run([sys.executable, "-c", code], timeout=20)

        assert done.returncode == 0
