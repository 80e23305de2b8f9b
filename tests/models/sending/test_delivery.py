"""What became of many connections."""

from __future__ import annotations

import dataclasses

import pytest

from django_aws_api_gateway_websockets.models.sending.delivery import (
    OPENING,
    THROTTLED,
    DeliveryReport,
    DisconnectReport,
    Outcome,
    Result,
    Tally,
)

__all__ = ["TestOutcome", "TestReport", "TestTally"]

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

    def test_can_be_kept_in_a_set(self) -> None:
        """A report does not change."""
        assert len({report(1), report(1), report(2)}) == 2

    def test_counts_the_others(self) -> None:
        """What was not accepted is counted by what became of it."""
        assert dataclasses.asdict(report(0)) == {
            "sent": 0,
            "gone": 1,
            "not_ready": 2,
            "failed": 3,
            "skipped": 4,
            "reasons": {},
            "duration": 0.0,
        }


class TestTally:
    def test_counts_by_outcome(self) -> None:
        """Each result counts under its outcome, as often as it was there."""
        tally = Tally()
        tally.add(Result(Outcome.SENT), 3)
        tally.add(Result(Outcome.GONE))
        tally.add(OPENING)
        tally.add(Result(Outcome.SKIPPED))

        assert tally.report(duration=1.5) == DeliveryReport(
            sent=3, gone=1, not_ready=1, failed=0, skipped=1, duration=1.5
        )

    def test_counts_failures_by_reason(self) -> None:
        """Reasons are in the order of their names, and add up to what failed."""
        tally = Tally()
        tally.add(THROTTLED, 2)
        tally.add(Result(Outcome.FAILED, "AccessDenied"))

        report = tally.report(duration=0.0)

        assert report.failed == 3
        assert list(report.reasons.items()) == [("AccessDenied", 1), ("Throttled", 2)]

    def test_has_no_reason_for_what_did_not_fail(self) -> None:
        """Neither what was never counted nor what is not ready is a failure."""
        tally = Tally()
        tally.add(THROTTLED, 0)
        tally.add(Result(Outcome.NOT_READY, "ConnectionNotReady"))

        assert tally.report(duration=0.0).reasons == {}


class TestOutcome:
    def test_has_a_count_for_each(self) -> None:
        """Every outcome has its count in a report."""
        reports = (DeliveryReport, DisconnectReport)
        counts = {field.name for report in reports for field in dataclasses.fields(report)}

        assert {outcome.name.lower() for outcome in Outcome} == counts - {"duration", "reasons"}
