"""Who is sent to: what a message needs of each session, read in one query."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.models.opening import handling_connect
from django_aws_api_gateway_websockets.models.sending.delivery import NOT_READY, Outcome, Result
from django_aws_api_gateway_websockets.models.sending.recipients import Recipient, RecipientReader
from django_aws_api_gateway_websockets.testing import Clock

from ...connections import connect

__all__ = ["TestAddress", "TestAge", "TestObstacle", "TestReading"]

pytestmark = pytest.mark.django_db

AWS = "https://abc123defg.execute-api.eu-west-1.amazonaws.com"
ENDPOINT = "wss://abc123defg.execute-api.eu-west-1.amazonaws.com"
MAPPED = ApiGateway.ProvisioningStatus.MAPPED


def read() -> dict[str, Recipient]:
    """Return all sessions by the names of their connections."""
    [chunk] = RecipientReader().read(WebSocketSession.objects.all(), 100)
    return {recipient.connection_id: recipient for recipient in chunk}


class TestReading:
    def test_has_what_a_message_needs(self, gateway: ApiGateway) -> None:
        """Which row and which connection it is, and where it is reached."""
        row = connect("a", api_gateway=gateway)

        assert read() == {"a": Recipient(row.pk, "a", False, f"{AWS}/live", None)}

    def test_takes_one_query(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """However many chunks and gateways there are."""
        other = ApiGateway.objects.create(api_name="Other", api_endpoint="ws://127.0.0.1:9/other")
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=other)
        connect("c", api_gateway=gateway)

        with django_assert_num_queries(1):
            chunks = list(RecipientReader().read(WebSocketSession.objects.order_by("pk"), 2))

        assert [[r.connection_id for r in chunk] for chunk in chunks] == [["a", "b"], ["c"]]
        assert chunks[0][1].management_url == "http://127.0.0.1:9/other/production"

    def test_of_nobody(self) -> None:
        """There is no chunk without a session."""
        assert list(RecipientReader().read(WebSocketSession.objects.all(), 2)) == []

    def test_keeps_to_the_order(self, gateway: ApiGateway) -> None:
        """The caller may want some to be sent to before others."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        [chunk] = RecipientReader().read(WebSocketSession.objects.order_by("-pk"), 2)

        assert [recipient.connection_id for recipient in chunk] == ["b", "a"]


class TestAddress:
    @pytest.mark.parametrize(
        ("fields", "url"),
        [
            ({"api_id": "abc123defg"}, f"{AWS}/live"),
            ({"api_endpoint": ENDPOINT, "domain_name": "ws.test"}, "https://ws.test"),
            (
                {"api_endpoint": ENDPOINT, "domain_name": "ws.test", "certificate_arn": "arn"},
                f"{AWS}/live",
            ),
            (
                {
                    "api_endpoint": ENDPOINT,
                    "domain_name": "ws.test",
                    "certificate_arn": "arn",
                    "provisioning_status": MAPPED,
                },
                "https://ws.test",
            ),
            (
                {
                    "api_endpoint": ENDPOINT,
                    "domain_name": "ws.test",
                    "certificate_arn": "arn",
                    "api_created": True,
                    "custom_domain_created": True,
                },
                "https://ws.test",
            ),
        ],
    )
    def test_is_that_of_the_gateway(
        self, fields: dict[str, Any], url: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """What the row says of its URL is read with the session, without another query."""
        gateway = ApiGateway.objects.create(api_name="Chat", stage_name="live", **fields)
        connect("a", api_gateway=gateway)

        with django_assert_num_queries(1):
            address = read()["a"].management_url

        assert address == gateway.management_url == url

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [({}, "RuntimeError"), ({"api_endpoint": "wss://[::1"}, "ValueError")],
    )
    def test_may_be_none(
        self,
        fields: dict[str, str],
        reason: str,
        caplog: pytest.LogCaptureFixture,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        """The message fails; who debugs is told why, once for the gateway."""
        gateway = ApiGateway.objects.create(api_name="Plan", **fields)
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        with caplog.at_level("DEBUG"), django_assert_num_queries(1):
            obstacles = {recipient.obstacle for recipient in read().values()}

        assert obstacles == {Result(Outcome.FAILED, reason)}
        messages = [text for text in caplog.messages if text.startswith("Nothing can be sent")]
        assert len(messages) == 1
        assert messages[0].startswith("Nothing can be sent through Plan: ")


class TestObstacle:
    def test_is_that_there_is_no_gateway(self) -> None:
        """There is nowhere to post to."""
        connect("a")

        assert read()["a"].obstacle == Result(Outcome.SKIPPED)

    def test_is_that_the_connection_has_ended(self, gateway: ApiGateway) -> None:
        """AWS has ended what is older than any connection."""
        connect("old", timedelta(seconds=7501), api_gateway=gateway)
        connect("young", timedelta(seconds=7400), api_gateway=gateway)

        recipients = read()

        assert recipients["old"].obstacle == Result(Outcome.GONE)
        assert recipients["young"].obstacle is None

    @override_settings(WEBSOCKETS={"session_max_age_seconds": 60})
    def test_takes_the_age_of_the_settings(self, gateway: ApiGateway) -> None:
        """The project may say what is old."""
        connect("a", timedelta(seconds=61), api_gateway=gateway)

        assert read()["a"].obstacle == Result(Outcome.GONE)

    def test_may_come_up_meanwhile(self, gateway: ApiGateway) -> None:
        """Who becomes too old while others are sent to is gone."""
        connect("a", timedelta(seconds=7490), api_gateway=gateway)
        connect("b", timedelta(seconds=7490), api_gateway=gateway)

        with Clock() as clock:
            chunks = RecipientReader().read(WebSocketSession.objects.all(), 1)
            [first] = next(chunks)
            clock.advance(seconds=11)
            [second] = next(chunks)

        assert (first.obstacle, second.obstacle) == (None, Result(Outcome.GONE))

    def test_is_no_end_without_a_gateway(self) -> None:
        """What belongs to no gateway is left as it is, however old."""
        connect("a", timedelta(hours=3))

        assert read()["a"].obstacle == Result(Outcome.SKIPPED)

    def test_of_a_gateway_without_an_address_may_be_the_end(self) -> None:
        """Who has ended needs no address."""
        gateway = ApiGateway.objects.create(api_name="Plan")
        connect("a", timedelta(hours=3), api_gateway=gateway)

        assert read()["a"].obstacle == Result(Outcome.GONE)

    def test_is_that_the_connection_opens(self, gateway: ApiGateway) -> None:
        """AWS opens it when its own handshake has been answered, and the others are open."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        with handling_connect("a"):
            recipients = read()

        assert (recipients["a"].obstacle, recipients["b"].obstacle) == (NOT_READY, None)


class TestAge:
    @pytest.mark.parametrize(("seconds", "young"), [(0, True), (9, True), (11, False)])
    def test_is_that_of_the_handshake(self, gateway: ApiGateway, seconds: int, young: bool) -> None:
        """For ten seconds AWS may call gone what is not open yet."""
        connect("a", timedelta(seconds=seconds), api_gateway=gateway)

        assert read()["a"].is_young is young

    @override_settings(WEBSOCKETS={"gone_grace_seconds": 60})
    def test_that_counts_is_one_of_the_settings(self, gateway: ApiGateway) -> None:
        """The project may say for how long."""
        connect("a", timedelta(seconds=59), api_gateway=gateway)
        connect("b", timedelta(seconds=61), api_gateway=gateway)

        recipients = read()

        assert (recipients["a"].is_young, recipients["b"].is_young) == (True, False)
