"""What a probe of a gateway says while it goes along, and how it ends when a hop fails."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Level", "Line", "ProbeFailed"]


class Level(Enum):
    """How much a line matters."""

    DETAIL = "detail"
    PASSED = "passed"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that a probe has found; the text holds no token, cookie, secret or key."""

    text: str
    level: Level = Level.PASSED


class ProbeFailed(Exception):
    """A hop failed, so there is no way further.

    Args:
        fact: what happened.
        advice: the likely cause, and what to do.
    """

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(fact, advice)
        self.fact = fact
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.fact}. {self.advice}"
