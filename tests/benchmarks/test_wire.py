"""The benchmark of a post's bytes runs."""

from __future__ import annotations

import json

import pytest

from .wire import main

__all__ = ["TestFigures"]

STEPS = {"path", "signature", "request", "request_and_answer", "post"}


class TestFigures:
    """There are figures for each step, of both kinds of identity."""

    @pytest.mark.parametrize("identity", ["lasting", "passing"])
    def test_shape(self, capsys: pytest.CaptureFixture[str], identity: str) -> None:
        """Each is some microseconds."""
        main(["--rounds", "1"])

        figures = json.loads(capsys.readouterr().out)["microseconds"][identity]
        assert figures.keys() == STEPS
        assert min(figures.values()) > 0
