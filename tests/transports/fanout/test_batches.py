"""Posts of one message are signed one by one, and told of together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer
from django_aws_api_gateway_websockets.transports.fanout.batches import (
    ACCEPTED,
    SETTLED,
    UNSETTLED,
    Batch,
    Target,
)

__all__ = ["TestRequest", "TestStatuses", "TestTarget"]

HOST = "abc.execute-api.eu-west-1.amazonaws.com"
NOON = 1_767_268_800.0  # on the first of January 2026
CREDENTIALS = Credentials(access_key="AKIDEXAMPLE", secret_key="x")
TARGET = Target(
    host=HOST, port=443, tls=True, ca_bundle=None, connect_timeout=5.0, read_timeout=10.0
)


@pytest.fixture
def told() -> list[Batch]:
    """Return where batches go that are done."""
    return []


@pytest.fixture
def batch(told: list[Batch]) -> Batch:
    """Return two posts."""
    return Batch(
        parts=["a%3D", "b%3D"],
        encoder=PostEncoder(
            host=HOST,
            connections="/live/@connections",
            body=b'{"n": 1}',
            signer=Signer(CREDENTIALS, "eu-west-1"),
        ),
        done=told.append,
    )


class TestRequest:
    def test_is_a_post_of_the_message(self, batch: Batch) -> None:
        """It goes to the connection, and carries the message as it is."""
        head, body = batch.encode(1, NOON).split(b"\r\n\r\n")

        lines = head.decode().split("\r\n")
        assert lines[:2] == ["POST /live/@connections/b%3D HTTP/1.1", f"Host: {HOST}"]
        assert (lines[-1], body) == ("Content-Length: 8", b'{"n": 1}')

    def test_is_signed_at_that_moment(self, batch: Batch) -> None:
        """A post that has waited is not signed for the time when the batch was made."""
        now, later = batch.encode(0, NOON), batch.encode(0, NOON + 600)

        assert b"X-Amz-Date: 20260101T120000Z\r\n" in now
        assert b"X-Amz-Date: 20260101T121000Z\r\n" in later
        assert now.count(b"Credential=AKIDEXAMPLE/20260101/eu-west-1/execute-api/") == 1


class TestStatuses:
    def test_are_unsettled_at_first(self, batch: Batch) -> None:
        """Nothing is known before there are answers."""
        assert batch.statuses == [UNSETTLED, UNSETTLED]

    def test_are_in_the_order_of_the_posts(self, batch: Batch) -> None:
        """Whichever is answered first."""
        batch.settle(1, 410)
        batch.settle(0, ACCEPTED)

        assert batch.statuses == [ACCEPTED, 410]

    def test_are_told_when_all_are_known(self, batch: Batch, told: list[Batch]) -> None:
        """The last answer of a batch is that of the batch."""
        batch.settle(1, UNSETTLED)
        before = list(told)
        batch.settle(0, ACCEPTED)

        assert (before, told) == ([], [batch])

    def test_leave_nothing_to_find_out(self) -> None:
        """Accepted, gone and throttled are clear; any other status is for boto3 to explain."""
        assert sorted(SETTLED) == [200, 410, 429]


class TestTarget:
    def test_is_the_same_to_all_lanes(self) -> None:
        """Two stages of one host share its connections."""
        assert len({TARGET, replace(TARGET)}) == 1

    @pytest.mark.parametrize("change", [{"port": 8443}, {"read_timeout": 1.0}, {"ca_bundle": "x"}])
    def test_is_another_one(self, change: dict[str, int | float | str]) -> None:
        """Other time-outs and other authorities have connections of their own."""
        assert replace(TARGET, **change) != TARGET  # type: ignore[arg-type]
