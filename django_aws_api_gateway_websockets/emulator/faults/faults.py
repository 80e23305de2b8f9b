"""The faults that are set, and whether each happens now: nothing but a seed decides that."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

from .catalogue import Fault
from .values import Chance, Span, Value

__all__ = ["Faults"]


class Faults:
    """The faults that are set; may be used from any thread.

    Each fault draws from numbers of its own, which begin anew whenever it is set, so that the same
    events meet the same fate again.

    Args:
        seed: begins the numbers.
    """

    quiet: bool
    """Whether no fault is set; then nothing else needs to be asked."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.quiet = True
        self._lock = threading.Lock()
        self._switches: dict[Fault, _Switch] = {}
        self._fired: Counter[Fault] = Counter()

    def set(self, fault: Fault, value: Value) -> None:
        """Let a fault happen from now on."""
        with self._lock:
            self._switches[fault] = _Switch(value, Random(f"{self.seed} {fault}"))
            self._fired.pop(fault, None)
            self.quiet = False

    def clear(self, *faults: Fault) -> None:
        """Let faults happen no more."""
        with self._lock:
            for fault in faults:
                self._switches.pop(fault, None)
            self.quiet = not self._switches

    def settings(self) -> dict[Fault, str]:
        """Return the values of the faults that are set, as text; of a count, what is left."""
        with self._lock:
            return {fault: str(switch.value) for fault, switch in self._switches.items()}

    def fired(self, fault: Fault) -> int:
        """Return how often a fault has happened since it was set last."""
        return self._fired[fault]

    def hits(self, fault: Fault) -> bool:
        """Tell whether a fault that has a chance happens now."""
        with self._lock:
            switch = self._switches.get(fault)
            if switch is None or not switch.hits():
                return False
            self._fired[fault] += 1
            if switch.value == Chance(times=0):
                del self._switches[fault]
                self.quiet = not self._switches
            return True

    def seconds(self, fault: Fault) -> float | None:
        """Return how long a fault that takes time takes now; None when it is not set."""
        with self._lock:
            switch = self._switches.get(fault)
            if switch is None:
                return None
            self._fired[fault] += 1
            return switch.seconds()


class _Switch:
    """A fault that is set."""

    def __init__(self, value: Value, random: Random) -> None:
        self.value = value
        self._random = random

    def hits(self) -> bool:
        """Draw, or count down."""
        assert isinstance(self.value, Chance)
        if self.value.times is None:
            return self._random.random() < self.value.probability
        self.value = Chance(times=self.value.times - 1)
        return True

    def seconds(self) -> float:
        """Draw."""
        assert isinstance(self.value, Span)
        return self.value.draw(self._random)
