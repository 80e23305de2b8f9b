"""The values of faults."""

from __future__ import annotations

from random import Random

import pytest

from django_aws_api_gateway_websockets.emulator.faults.values import Chance, Nothing, Span


class TestChance:
    """How often."""

    @pytest.mark.parametrize(
        ("text", "chance", "shown"),
        [
            ("", Chance(), "1"),
            ("1", Chance(1.0), "1"),
            ("0.25", Chance(0.25), "0.25"),
            ("0", Chance(0.0), "0"),
            ("3x", Chance(times=3), "3x"),
        ],
    )
    def test_reads(self, text: str, chance: Chance, shown: str) -> None:
        """A probability, or a number of times; without a word it is always."""
        read = Chance.parse(text)

        assert (read, str(read)) == (chance, shown)

    @pytest.mark.parametrize("text", ["often", "-1", "1.1", "2", "0x", "x", "nan", "1e-3", "٣x"])
    def test_takes_nothing_else(self, text: str) -> None:
        """What is neither is nothing."""
        assert Chance.parse(text) is None


class TestSpan:
    """How long."""

    @pytest.mark.parametrize(
        ("text", "span", "shown"),
        [
            ("2", Span(2.0, 2.0), "2"),
            ("0.05-0.2", Span(0.05, 0.2), "0.05-0.2"),
            ("0", Span(0.0, 0.0), "0"),
        ],
    )
    def test_reads(self, text: str, span: Span, shown: str) -> None:
        """One number of seconds, or two."""
        read = Span.parse(text)

        assert (read, str(read)) == (span, shown)

    @pytest.mark.parametrize("text", ["", "soon", "-1", "2-1", "1-", "1-2-3", "1e3", "1234567"])
    def test_takes_nothing_else(self, text: str) -> None:
        """A duration has no usual value, and its least is not more than its most."""
        assert Span.parse(text) is None

    def test_draws_between_its_ends(self) -> None:
        """The same numbers give the same seconds."""
        span = Span(1.0, 3.0)

        drawn = [span.draw(Random(seed)) for seed in (7, 7, 8)]

        assert drawn[0] == drawn[1] != drawn[2]
        assert min(drawn) >= 1.0
        assert max(drawn) <= 3.0


class TestNothing:
    """No value."""

    def test_reads(self) -> None:
        """An empty text is none."""
        assert str(Nothing.parse("")) == ""

    def test_takes_nothing_else(self) -> None:
        """Anything is too much."""
        assert Nothing.parse("1") is None
