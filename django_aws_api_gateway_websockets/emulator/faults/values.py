"""The values of faults: how often something happens, how long something takes, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Self

__all__ = ["Chance", "Nothing", "Span", "Value"]

_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_CHANCE = re.compile(_NUMBER)
_TIMES = re.compile("([1-9][0-9]{0,5})x")
_SPAN = re.compile(f"({_NUMBER})(?:-({_NUMBER}))?")


@dataclass(frozen=True, slots=True)
class Chance:
    """How often something happens.

    Args:
        probability: from 0 to 1.
        times: how often it happens without fail, before it happens no more; None for no end.
    """

    FORM: ClassVar[str] = "a probability from 0 to 1, or a number of times such as 3x"

    probability: float = 1.0
    times: int | None = None

    def __str__(self) -> str:
        return f"{self.probability:g}" if self.times is None else f"{self.times}x"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what a text says, which is always when it is empty; None when it says nothing."""
        if times := _TIMES.fullmatch(text):
            return cls(times=int(times[1]))
        if text and not _CHANCE.fullmatch(text):
            return None
        probability = float(text or 1)
        return cls(probability) if probability <= 1 else None


@dataclass(frozen=True, slots=True)
class Span:
    """How long something takes, in seconds: each time anew, from the least to the most."""

    FORM: ClassVar[str] = "seconds, or the least and the most of them such as 0.05-0.2"

    least: float
    most: float

    def __str__(self) -> str:
        return "-".join(f"{seconds:g}" for seconds in dict.fromkeys((self.least, self.most)))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what a text says; None when it says nothing."""
        found = _SPAN.fullmatch(text)
        if found is None:
            return None
        span = cls(float(found[1]), float(found[2] or found[1]))
        return span if span.least <= span.most else None

    def draw(self, random: Random) -> float:
        """Return a number of seconds."""
        return random.uniform(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value."""

    FORM: ClassVar[str] = "no value"

    def __str__(self) -> str:
        return ""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return itself for an empty text, else None."""
        return None if text else cls()


Value = Chance | Span | Nothing
