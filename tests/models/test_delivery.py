"""What became of many connections."""

from __future__ import annotations

import dataclasses

import pytest

from django_aws_api_gateway_websockets.models.delivery import (
    DeliveryReport,
    DisconnectReport,
    Outcome,
)

__all__ = ["TestOutcome", "TestReport"]

ACCEPTED = {"ResponseMetadata": {"HTTPStatusCode": 200}}


def report(sent: int) -> DeliveryReport:
    """Return a report of so many accepted posts."""
    return DeliveryReport(sent=sent, gone=1, not_ready=2, failed=3, skipped=4)


class TestReport:
    def test_is_as_long_as_posts_were_accepted(self) -> None:
        """Only what AWS accepted counts into the length."""
        assert len(report(2)) == 2

    def test_is_false_when_nothing_was_sent(self) -> None:
        """An empty result is false, as an empty list is."""
        assert not report(0)

    def test_holds_a_response_for_each_accepted_post(self) -> None:
        """Each item is what boto3 answers to a post."""
        assert list(report(2)) == [ACCEPTED, ACCEPTED]

    def test_can_be_indexed_from_the_end(self) -> None:
        """Negative positions count from the end."""
        assert report(1)[-1] == ACCEPTED

    def test_ends(self) -> None:
        """There is no item behind the last."""
        with pytest.raises(IndexError):
            report(1)[1]

    def test_can_be_sliced(self) -> None:
        """A slice is a list."""
        assert report(3)[1:] == [ACCEPTED, ACCEPTED]

    def test_counts_the_others(self) -> None:
        """What was not accepted is counted by what became of it."""
        assert dataclasses.asdict(report(0)) == {
            "sent": 0,
            "gone": 1,
            "not_ready": 2,
            "failed": 3,
            "skipped": 4,
        }


class TestOutcome:
    def test_has_a_count_for_each(self) -> None:
        """Every outcome has its count in a report."""
        reports = (DeliveryReport, DisconnectReport)
        counts = {field.name for report in reports for field in dataclasses.fields(report)}

        assert {outcome.name.lower() for outcome in Outcome} == counts
