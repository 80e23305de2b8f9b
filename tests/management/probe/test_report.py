"""What a probe says."""

from __future__ import annotations

from django_aws_api_gateway_websockets.management.probe.report import ProbeFailed

__all__ = ["TestProbeFailed"]


class TestProbeFailed:
    def test_says_the_fact_and_then_the_action(self) -> None:
        """Both are sentences of one text."""
        assert str(ProbeFailed("nothing listens", "Start it.")) == "nothing listens. Start it."
