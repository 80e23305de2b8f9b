"""Connections as rows, and what is sent to them."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from botocore.exceptions import ClientError
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.exceptions import (
    ConnectionGone,
    PayloadTooLarge,
    Throttled,
    TransportError,
)
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.models.tokens import hash_user_auth
from django_aws_api_gateway_websockets.transports import locmem

__all__ = [
    "TestBroadcast",
    "TestLive",
    "TestLogin",
    "TestOfConnection",
    "TestRow",
    "TestSendMessage",
    "TestUpdates",
]

pytestmark = pytest.mark.django_db

OLD = timedelta(minutes=5)
TOO_LONG = "x" * 131_072


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is deployed."""
    return ApiGateway.objects.create(
        api_name="Chat",
        api_id="abc123defg",
        api_endpoint="wss://abc123defg.execute-api.eu-west-1.amazonaws.com",
        stage_name="live",
    )


def connect(connection_id: str, age: timedelta = OLD, **fields: Any) -> WebSocketSession:
    """Return a stored connection of some age."""
    row = WebSocketSession.objects.create(connection_id=connection_id, **fields)
    moment = timezone.now() - age
    WebSocketSession.objects.filter(pk=row.pk).update(created_on=moment, updated_on=moment)
    return WebSocketSession.objects.get(pk=row.pk)


def sent_to() -> list[str]:
    """Return the connections that were sent something, in order."""
    return [message.connection_id for message in locmem.outbox]


def open_rows() -> list[str]:
    """Return the connections that still count as open."""
    rows = WebSocketSession.objects.filter(connected=True).order_by("connection_id")
    return [row.connection_id for row in rows]


def fail(connection_id: str, kind: type[TransportError], cause: Exception | None = None) -> None:
    """Let the transport fail for a connection."""
    error = kind(connection_id)
    error.__cause__ = cause
    locmem.failures[connection_id] = error


class TestRow:
    def test_starts_connected_and_counted_once(self) -> None:
        """The ``$connect`` itself is the first request."""
        row = WebSocketSession.objects.create(connection_id="a")

        assert (row.connected, row.request_count, row.channel_name) == (True, 1, "")
        assert (row.user, row.api_gateway) == (None, None)

    def test_is_known_by_its_connection_id(self) -> None:
        """The text of a session is the id."""
        assert str(WebSocketSession(connection_id="a=")) == "a="

    def test_shows_no_hash(self) -> None:
        """A session in a log or a traceback tells nothing that recognises a login."""
        row = WebSocketSession(connection_id="a", session_key_hash="5" * 64, auth_hash="7" * 64)

        assert repr(row) == "<WebSocketSession: a>"

    def test_exists_once(self) -> None:
        """Two rows for one connection cannot exist."""
        connect("a")

        with pytest.raises(IntegrityError):
            WebSocketSession.objects.create(connection_id="a")

    def test_is_found_from_user_and_gateway(self, gateway: ApiGateway) -> None:
        """Both know their sessions, and can send to them."""
        user = User.objects.create(username="ada")
        connect("a", user=user, api_gateway=gateway)

        assert user.websocket_sessions.send_message({}).sent == 1
        assert gateway.sessions.send_message({}).sent == 1

    def test_goes_with_its_user(self) -> None:
        """Sessions of a deleted user are deleted."""
        connect("a", user=User.objects.create(username="ada"))

        User.objects.all().delete()

        assert not WebSocketSession.objects.exists()

    def test_outlives_its_gateway(self, gateway: ApiGateway) -> None:
        """Sessions of a deleted gateway stay as closed ones."""
        connect("a", api_gateway=gateway)

        gateway.delete()

        row = WebSocketSession.objects.get()
        assert (row.api_gateway, row.connected) == (None, False)


class TestLive:
    def test_leaves_out_what_is_closed(self) -> None:
        """A closed connection is not live."""
        connect("a", connected=False)

        assert not WebSocketSession.objects.live().exists()

    @pytest.mark.parametrize(("seconds", "expected"), [(7400, True), (7600, False)])
    def test_leaves_out_what_aws_has_ended(self, seconds: int, expected: bool) -> None:
        """No connection lives longer than two hours and some slack."""
        connect("a", age=timedelta(seconds=seconds))

        assert WebSocketSession.objects.live().exists() is expected

    @override_settings(WEBSOCKETS={"session_max_age_seconds": 60})
    def test_takes_the_age_of_the_settings(self) -> None:
        """The project may say what is old."""
        connect("a", age=timedelta(seconds=61))

        assert not WebSocketSession.objects.live().exists()


class TestOfConnection:
    def test_finds_a_connection_of_its_api(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The API and the connection are looked up in one query."""
        row = connect("a", api_gateway=gateway)

        with django_assert_num_queries(1):
            assert WebSocketSession.objects.of_connection("a", "abc123defg").get() == row

    @pytest.mark.parametrize(
        ("connection_id", "api_id"), [("b", "abc123defg"), ("a", "another123"), ("a", "")]
    )
    def test_finds_no_other(self, gateway: ApiGateway, connection_id: str, api_id: str) -> None:
        """Another connection, and the same one of another API, are not found."""
        connect("a", api_gateway=gateway)

        assert not WebSocketSession.objects.of_connection(connection_id, api_id).exists()

    @pytest.mark.parametrize("without_gateway", [True, False])
    def test_finds_sessions_without_gateway_when_asked(self, without_gateway: bool) -> None:
        """A view that is pinned to an API without a row still knows its connections."""
        connect("a")

        rows = WebSocketSession.objects.of_connection(
            "a", "abc123defg", without_gateway=without_gateway
        )

        assert rows.exists() is without_gateway


class TestUpdates:
    def test_mark_closed_in_one_statement(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Any number of sessions is closed at once, and counted."""
        before = connect("a").updated_on
        connect("b")

        with django_assert_num_queries(1):
            assert WebSocketSession.objects.all().mark_closed() == 2

        assert open_rows() == []
        assert WebSocketSession.objects.get(connection_id="a").updated_on > before

    def test_count_a_request_in_one_statement(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The database adds, so that two workers cannot lose a request."""
        row = connect("a")
        before = row.updated_on

        with django_assert_num_queries(1):
            assert WebSocketSession.objects.all().count_request() == 1

        row.refresh_from_db()
        assert row.request_count == 2
        assert row.updated_on > before


class TestSendMessage:
    def test_posts_json(self, gateway: ApiGateway) -> None:
        """The message goes to the stage of the session's gateway."""
        response = connect("a", api_gateway=gateway).send_message({"text": "é"})

        (message,) = locmem.outbox
        assert response == {"ResponseMetadata": {"HTTPStatusCode": 200}}
        assert message.json == {"text": "é"}
        assert message.management_url == (
            "https://abc123defg.execute-api.eu-west-1.amazonaws.com/live"
        )

    def test_takes_what_django_can_serialise(self, gateway: ApiGateway) -> None:
        """A UUID is no obstacle."""
        connect("a", api_gateway=gateway).send_message({"id": UUID(int=1)})

        assert locmem.outbox[0].json == {"id": "00000000-0000-0000-0000-000000000001"}

    def test_takes_no_query_with_its_gateway_at_hand(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Sending reads nothing from the database."""
        connect("a", api_gateway=gateway)
        row = WebSocketSession.objects.select_related("api_gateway").get()

        with django_assert_num_queries(0):
            row.send_message({})

    def test_takes_one_query_for_its_gateway(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A gateway that is not at hand is loaded."""
        row = connect("a", api_gateway=gateway)

        with django_assert_num_queries(1):
            row.send_message({})

    def test_refuses_a_session_without_gateway(self) -> None:
        """Without a gateway there is nowhere to post to."""
        with pytest.raises(ValueError, match="Session a has no API Gateway to send through"):
            connect("a").send_message({})

    def test_refuses_what_aws_does_not_carry(self, gateway: ApiGateway) -> None:
        """More than 128 KB of JSON is a ValueError, and nothing is sent."""
        row = connect("a", api_gateway=gateway)

        with pytest.raises(ValueError, match="Message exceeds AWS limit") as caught:
            row.send_message(TOO_LONG)

        assert isinstance(caught.value, PayloadTooLarge)
        assert sent_to() == []

    @override_settings(AWS_GATEWAY_REGION_NAME=None)
    def test_asks_for_a_region_when_the_row_has_no_endpoint(self) -> None:
        """A row of 4.1 without an endpoint needs the setting."""
        gateway = ApiGateway.objects.create(api_name="Old", api_id="abc123defg")
        row = connect("a", api_gateway=gateway)

        with pytest.raises(RuntimeError) as caught:
            row.send_message({})

        assert str(caught.value) == (
            "AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"
        )

    def test_closes_a_session_that_is_gone(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """One update closes the row, and the instance knows."""
        row = connect("a", api_gateway=gateway)
        fail("a", ConnectionGone)

        with django_assert_num_queries(2):
            assert row.send_message({}) is None

        assert row.connected is False
        assert WebSocketSession.objects.get().connected is False
        assert WebSocketSession.objects.get().updated_on > row.created_on

    def test_keeps_a_session_that_is_not_ready(self, gateway: ApiGateway) -> None:
        """AWS answers 410 before the browser is told 101, too; a young row stays."""
        row = connect("a", age=timedelta(0), api_gateway=gateway)
        fail("a", ConnectionGone)

        assert row.send_message({}) is None
        assert (row.connected, open_rows()) == (True, ["a"])

    def test_takes_the_grace_of_the_settings(self, gateway: ApiGateway) -> None:
        """The project may say how long a row is young."""
        row = connect("a", age=timedelta(seconds=20), api_gateway=gateway)
        fail("a", ConnectionGone)
        locmem_with_grace = {
            "gone_grace_seconds": 30,
            "transport": {
                "BACKEND": "django_aws_api_gateway_websockets.transports.locmem.LocMemTransport"
            },
        }

        with override_settings(WEBSOCKETS=locmem_with_grace):
            row.send_message({})

        assert open_rows() == ["a"]

    def test_lets_the_error_of_aws_through(self, gateway: ApiGateway) -> None:
        """Callers of 4.1 catch boto3's errors."""
        error = ClientError({"Error": {"Code": "LimitExceededException"}}, "PostToConnection")
        row = connect("a", api_gateway=gateway)
        fail("a", Throttled, cause=error)

        with pytest.raises(ClientError) as caught:
            row.send_message({})

        assert caught.value is error

    def test_lets_an_error_without_cause_through(self, gateway: ApiGateway) -> None:
        """An error that boto3 did not raise is our own."""
        row = connect("a", api_gateway=gateway)
        fail("a", Throttled)

        with pytest.raises(Throttled):
            row.send_message({})

    def test_can_be_awaited(self, gateway: ApiGateway) -> None:
        """The asynchronous twin sends the same."""
        row = connect("a", api_gateway=gateway)

        response = async_to_sync(row.asend_message)({"n": 1})

        assert response == {"ResponseMetadata": {"HTTPStatusCode": 200}}
        assert locmem.outbox[0].json == {"n": 1}


class TestBroadcast:
    def test_reaches_live_connections_only(self, gateway: ApiGateway) -> None:
        """Closed and outlived ones are left out."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway, connected=False)
        connect("c", api_gateway=gateway, age=timedelta(hours=3))

        report = WebSocketSession.objects.send_message({"text": "hi"})

        assert (report.sent, sent_to()) == (1, ["a"])

    def test_keeps_to_its_queryset(self, gateway: ApiGateway) -> None:
        """A channel is addressed by a filter."""
        connect("a", api_gateway=gateway, channel_name="room")
        connect("b", api_gateway=gateway, channel_name="hall")

        WebSocketSession.objects.filter(channel_name="room").send_message({})

        assert sent_to() == ["a"]

    def test_sends_through_each_gateway(self, gateway: ApiGateway) -> None:
        """Sessions of several gateways are reached in one call."""
        other = ApiGateway.objects.create(api_name="Other", api_endpoint="ws://127.0.0.1:9/other")
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=other)

        WebSocketSession.objects.send_message({}, max_workers=1)

        assert sorted(message.management_url for message in locmem.outbox) == [
            "http://127.0.0.1:9/other/production",
            "https://abc123defg.execute-api.eu-west-1.amazonaws.com/live",
        ]

    def test_takes_one_query_for_any_number(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Sessions come with their gateways."""
        for number in range(12):
            connect(str(number), api_gateway=gateway)

        with django_assert_num_queries(1):
            assert len(WebSocketSession.objects.send_message({})) == 12

    def test_works_through_more_than_one_chunk(self, gateway: ApiGateway) -> None:
        """More recipients than are held in memory at once are all reached."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=str(number), api_gateway=gateway)
            for number in range(501)
        )

        assert WebSocketSession.objects.send_message({}).sent == 501

    def test_closes_what_is_gone_in_one_update(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Old connections that AWS does not know are closed, young ones wait."""
        for name in ("a", "b", "c"):
            connect(name, api_gateway=gateway)
            fail(name, ConnectionGone)
        WebSocketSession.objects.filter(connection_id="c").update(created_on=timezone.now())

        with django_assert_num_queries(2):
            report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.gone, report.not_ready) == (0, 2, 1)
        assert open_rows() == ["c"]

    def test_goes_on_after_a_failure(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The others get their message; the log names the connection that did not."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)
        fail("a", Throttled)

        report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.failed, open_rows()) == (1, 1, ["a", "b"])
        assert caplog.messages == [
            "Message to a not delivered: The request was throttled (connection a)."
        ]

    def test_goes_on_past_a_gateway_without_an_api(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """There is nowhere to post to, which concerns nobody else."""
        target = "http://127.0.0.1/ws/"
        planned = ApiGateway.objects.create(api_name="Plan", target_base_endpoint=target)
        connect("a", api_gateway=planned)
        connect("b", api_gateway=gateway)

        report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.failed) == (1, 1)
        assert caplog.messages == [
            "Message to a not delivered: Plan has no API yet; create it first."
        ]

    def test_skips_sessions_without_gateway(self, caplog: pytest.LogCaptureFixture) -> None:
        """They are counted, told of once, and left as they are."""
        connect("a")
        connect("b")

        report = WebSocketSession.objects.send_message({})

        assert (report.skipped, open_rows()) == (2, ["a", "b"])
        assert caplog.messages == ["Skipped 2 sessions that belong to no API Gateway"]

    def test_refuses_what_aws_does_not_carry(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A message that is too long is refused before anything is read."""
        with django_assert_num_queries(0), pytest.raises(PayloadTooLarge):
            WebSocketSession.objects.send_message(TOO_LONG)

    def test_refuses_to_send_by_nobody(self) -> None:
        """At least one worker is needed."""
        with pytest.raises(ValueError, match="max_workers"):
            WebSocketSession.objects.send_message({}, max_workers=0)

    def test_leaves_no_thread_behind(self, gateway: ApiGateway) -> None:
        """All workers have ended when the report is there."""
        connect("a", api_gateway=gateway)
        before = threading.active_count()

        WebSocketSession.objects.send_message({})

        assert threading.active_count() == before

    def test_can_be_awaited(self, gateway: ApiGateway) -> None:
        """The asynchronous twin sends the same."""
        connect("a", api_gateway=gateway)

        report = async_to_sync(WebSocketSession.objects.all().asend_message)({})

        assert (report.sent, sent_to()) == (1, ["a"])


class TestLogin:
    def test_of_nobody_is_current(self) -> None:
        """A session without a user has no login that could end."""
        assert WebSocketSession().login_is_current()

    def test_is_current_with_the_same_password(self) -> None:
        """The login is that of the beginning."""
        user = User(password="one")

        assert WebSocketSession(user=user, auth_hash=hash_user_auth(user)).login_is_current()

    def test_ends_with_the_password(self) -> None:
        """A changed password ends it."""
        old = hash_user_auth(User(password="one"))

        row = WebSocketSession(user=User(password="two"), auth_hash=old)

        assert not row.login_is_current()

    def test_ends_with_the_account(self) -> None:
        """A deactivated user has no login, even where no hash is stored."""
        assert not WebSocketSession(user=User(is_active=False)).login_is_current()

    def test_is_current_where_no_hash_is_stored(self) -> None:
        """Rows from before hashes were stored are believed."""
        assert WebSocketSession(user=User()).login_is_current()

    def test_survives_a_rotation_of_the_secret_key(self) -> None:
        """A hash under a fallback key is as good."""
        user = User(password="one")
        old = hash_user_auth(user)
        rotated = override_settings(
            SECRET_KEY="the-new-key", SECRET_KEY_FALLBACKS=["test-only-" + "x" * 50]
        )

        with rotated:
            assert WebSocketSession(user=user, auth_hash=old).login_is_current()
