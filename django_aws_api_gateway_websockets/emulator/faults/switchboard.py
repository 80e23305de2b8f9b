"""Where faults are switched on and off, from Python and from any thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from random import Random

from ..clock import Clock
from ..log import Log, LogRecord
from .acts import Acts
from .catalogue import ACTS, Fault, find_fault, read_setting, read_value
from .faults import Faults
from .values import Span, Value

__all__ = ["Switchboard"]


class Switchboard:
    """Switches faults on and off; may be used from any thread.

    Args:
        faults: what is set.
        clock: what ``clock`` moves.
        log: takes a record of each change.
    """

    def __init__(self, faults: Faults, clock: Clock, log: Log) -> None:
        self.faults = faults
        self.clock = clock
        self.log = log
        self._lock = threading.Lock()
        self._line: tuple[asyncio.AbstractEventLoop, Acts] | None = None

    @property
    def seed(self) -> int:
        """What the numbers begin with by which chances and durations are drawn."""
        return self.faults.seed

    def set(self, name: str, value: str | float = "") -> None:
        """Let a fault happen from now on; its numbers begin anew.

        Args:
            name: one of the faults listed in the documentation.
            value: how often, or how long in seconds.

        Raises:
            ValueError: there is no such fault, or it takes no such value.
        """
        fault = find_fault(name)
        read = read_value(fault, str(value))
        self._say(f"{fault}={read}".rstrip("="))
        if fault in ACTS:
            self._act(fault, read)
            return
        self.faults.set(fault, read)
        self._replan(fault)

    def clear(self, *names: str) -> None:
        """Let faults happen no more: those of some names, or all.

        Raises:
            ValueError: there is no such fault.
        """
        faults = [find_fault(name) for name in names] or list(Fault)
        self._say(f"cleared {', '.join(names)}".rstrip())
        self.faults.clear(*faults)
        self._replan(*faults)

    @contextlib.contextmanager
    def on(self, *settings: str) -> Iterator[None]:
        """Let faults happen for as long as the context lasts.

        Args:
            settings: each a ``NAME`` or ``NAME=VALUE``.

        Raises:
            ValueError: there is no such fault, or it takes no such value.
        """
        pairs = [read_setting(setting) for setting in settings]
        for name, value in pairs:
            self.set(name, value)
        try:
            yield
        finally:
            self.clear(*(name for name, _ in pairs))

    def settings(self) -> dict[str, str]:
        """Return the faults that are set and their values; of a number of times, what is left."""
        return {str(fault): value for fault, value in self.faults.settings().items()}

    def fired(self, name: str) -> int:
        """Return how often a fault has happened since it was set last.

        Raises:
            ValueError: there is no such fault.
        """
        return self.faults.fired(find_fault(name))

    def attach(self, acts: Acts) -> None:
        """Do things to connections from now on; called in the thread of the event loop."""
        with self._lock:
            self._line = (asyncio.get_running_loop(), acts)
        acts.plan()

    def detach(self) -> None:
        """Do nothing to connections any more: there are none."""
        with self._lock:
            self._line = None

    def _act(self, fault: Fault, value: Value) -> None:
        """Do what happens once."""
        if isinstance(value, Span):
            self.clock.advance(value.draw(Random(f"{self.seed} {fault}")))
        else:
            self._order(fault)

    def _replan(self, *changed: Fault) -> None:
        """Give up what was planned before a change."""
        if Fault.RESTART_EVERY in changed:
            self._order(Fault.RESTART_EVERY)

    def _order(self, fault: Fault) -> None:
        """Let the thread of the event loop do something, when there is one."""
        with self._lock:
            if self._line is not None:
                loop, acts = self._line
                verbs = {Fault.CUT: acts.cut, Fault.RESTART: acts.restart}
                loop.call_soon_threadsafe(verbs.get(fault, acts.plan))

    def _say(self, detail: str) -> None:
        self.log(LogRecord(kind="fault", at=self.clock.wall(), detail=detail))
