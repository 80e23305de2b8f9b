"""The benchmark of inbound events runs, and each event keeps to its budget of statements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.settings import DB

from .inbound import CHECKOUT, DATABASES
from .rounds import BROWSERS

__all__ = ["TestFigures", "TestWhatDoesNotAnswer"]

BUDGET = {"token": 4, "connect": 9, "message": 2, "disconnect": 1}
DATABASE = DB if DB in DATABASES else "sqlite"
FIGURES = {"events_per_second", "statements"}
MODULE = "tests.benchmarks.inbound"
SCRIPT = "tests/benchmarks/inbound.py"


def run(*arguments: str, **environment: str) -> Any:
    """Run the benchmark in a process of its own, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        check=True,
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        text=True,
        timeout=120,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def figures() -> Any:
    """Return the figures of two rounds on the database under test."""
    return run("-m", MODULE, "--rounds", "2", "--database", DATABASE)["databases"][DATABASE]


class TestFigures:
    """There are figures for each kind of event, of our view and of the bare one."""

    @pytest.mark.parametrize("kind", BUDGET)
    def test_shape(self, figures: Any, kind: str) -> None:
        """Rates and statements of both, and the ratio of the rates."""
        assert figures[kind].keys() == {"view", "bare", "ratio", "events"}
        assert figures[kind]["view"].keys() == figures[kind]["bare"].keys() == FIGURES
        assert figures[kind]["events"] == 2 * BROWSERS

    @pytest.mark.parametrize(("kind", "budget"), BUDGET.items())
    def test_statements(self, figures: Any, kind: str, budget: int) -> None:
        """Our view runs no more statements than it may, and the bare one as many as that."""
        assert 0 < figures[kind]["view"]["statements"] <= budget
        assert figures[kind]["bare"]["statements"] == budget


class TestWhatDoesNotAnswer:
    """A database that is not there does not keep the others from being measured."""

    def test_skipped(self) -> None:
        """The figures of the one, a note about the other; one round takes place in no time."""
        printed = run(SCRIPT, "--seconds", "0", PGHOST="127.0.0.1", PGPORT="1")

        assert printed.keys() == {"python", "django", "databases"}
        assert printed["databases"]["sqlite"]["message"]["events"] == BROWSERS
        assert printed["databases"]["postgresql"].keys() == {"skipped"}
