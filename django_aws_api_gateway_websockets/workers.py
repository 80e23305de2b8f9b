"""Runs a function in threads that the caller can leave behind when a deadline has passed.

The threads of an executor are waited for, at the latest when the interpreter ends; these are not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

__all__ = ["run_until"]

THREADS_PER_CALL = 10
"""Most threads that one call starts."""
THREADS_PER_PROCESS = 50
"""Most threads that there are; while so many hang, calls return at once with what they have."""

_THREAD_NAME = "websocket-worker"

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_until(
    deadline: float, function: Callable[[Item], Result], items: Iterable[Item]
) -> list[tuple[Item, Result | Exception]]:
    """Return the items that were done in time, each with what ``function`` returned or raised.

    No thread begins another item after the deadline; what it has begun, it goes on with.

    Args:
        deadline: a moment of ``time.monotonic()``.
        function: called by several threads at once; it should not use the database.
        items: what to call it with.
    """
    todo: SimpleQueue[Item] = SimpleQueue()
    done: SimpleQueue[tuple[Item, Result | Exception]] = SimpleQueue()
    for item in items:
        todo.put(item)

    def work() -> None:
        with suppress(Empty):
            while monotonic() < deadline:
                item = todo.get_nowait()
                done.put((item, _outcome(function, item)))

    expected = todo.qsize()
    return _collect(done, expected if _start(work, expected) else 0, deadline)


def _outcome(function: Callable[[Item], Result], item: Item) -> Result | Exception:
    try:
        return function(item)
    except Exception as error:
        return error


def _start(work: Callable[[], None], wanted: int) -> bool:
    """Start threads, as many as may be; return whether there is one at least."""
    running = sum(thread.name == _THREAD_NAME for thread in threading.enumerate())
    count = min(wanted, THREADS_PER_CALL, THREADS_PER_PROCESS - running)
    for _ in range(count):
        threading.Thread(target=work, name=_THREAD_NAME, daemon=True).start()
    return count > 0


def _collect(done: SimpleQueue[Item], expected: int, deadline: float) -> list[Item]:
    results: list[Item] = []
    with suppress(Empty):
        while len(results) < expected:
            results.append(done.get(timeout=max(0.0, deadline - monotonic())))
    return results
