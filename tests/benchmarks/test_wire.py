"""The benchmark of a post's bytes runs."""

from __future__ import annotations

from .test_inbound import run
from .wire import IDENTITIES

__all__ = ["TestFigures"]

STEPS = {"path", "request", "request_and_answer", "post"}


class TestFigures:
    """There are figures for each step, of both kinds of identity."""

    def test_shape(self) -> None:
        """Each is some microseconds."""
        figures = run("-m", "tests.benchmarks.wire", "--rounds", "1")["microseconds"]

        assert figures.keys() == IDENTITIES.keys()
        assert figures["lasting"].keys() == figures["passing"].keys() == STEPS
        assert min(*figures["lasting"].values(), *figures["passing"].values()) > 0
