"""Connections as rows, and what is sent to them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from botocore.exceptions import ClientError
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils.connection import ConnectionDoesNotExist
from pytest_django import DjangoAssertNumQueries
from pytest_django import DjangoCaptureOnCommitCallbacks as CaptureCallbacks

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    ConnectionNotReady,
    PayloadTooLarge,
    Throttled,
)
from django_aws_api_gateway_websockets.models import ApiGateway, Payload, WebSocketSession
from django_aws_api_gateway_websockets.models.opening import handling_connect
from django_aws_api_gateway_websockets.models.tokens import hash_user_auth
from django_aws_api_gateway_websockets.signals import sessions_gone
from django_aws_api_gateway_websockets.testing import failing_transport
from django_aws_api_gateway_websockets.transports import locmem

from ..connections import (
    LOCMEM,
    closed_in_aws,
    connect,
    fail,
    open_rows,
    pending_rows,
    sent_to,
    transport_settings,
)
from .receiving import received

__all__ = [
    "TestDisconnect",
    "TestGone",
    "TestInfo",
    "TestLogin",
    "TestRow",
    "TestSendMessage",
    "TestSendMessageOnCommit",
]

pytestmark = pytest.mark.django_db

CONSOLE = "django_aws_api_gateway_websockets.transports.console.ConsoleTransport"
TOO_LONG = "x" * 131_072


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

    def test_takes_what_is_prepared(self, gateway: ApiGateway) -> None:
        """A payload is sent as it is."""
        connect("a", api_gateway=gateway).send_message(Payload({"n": 1}))

        assert locmem.outbox[0].text == '{"n": 1}'

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
        with pytest.raises(ValueError, match="Session a has no API Gateway"):
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

    def test_closes_what_aws_has_ended_without_asking(self, gateway: ApiGateway) -> None:
        """Nothing is posted to a connection that no longer can be."""
        row = connect("a", age=timedelta(hours=3), api_gateway=gateway)

        assert row.send_message({}) is None
        assert (row.connected, open_rows(), sent_to()) == (False, [], [])

    def test_takes_the_grace_of_the_settings(self, gateway: ApiGateway) -> None:
        """The project may say how long a row is young."""
        row = connect("a", age=timedelta(seconds=20), api_gateway=gateway)
        fail("a", ConnectionGone)

        with override_settings(WEBSOCKETS=transport_settings(LOCMEM, gone_grace_seconds=30)):
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

    def test_refuses_the_connection_that_is_opening(self, gateway: ApiGateway) -> None:
        """A handshake that waits for the message is told so, and the row stays."""
        row = connect("a", age=timedelta(0), api_gateway=gateway)

        with handling_connect("a"), pytest.raises(ConnectionNotReady):
            row.send_message({})

        assert (sent_to(), open_rows()) == ([], ["a"])

    def test_can_be_awaited(self, gateway: ApiGateway) -> None:
        """The asynchronous twin sends the same."""
        row = connect("a", api_gateway=gateway)

        response = async_to_sync(row.asend_message)({"n": 1})

        assert response == {"ResponseMetadata": {"HTTPStatusCode": 200}}
        assert locmem.outbox[0].json == {"n": 1}


class TestGone:
    def test_is_told_once(self, gateway: ApiGateway) -> None:
        """A session whose row is closed already is no news."""
        row = connect("a", api_gateway=gateway)
        fail("a", ConnectionGone)

        with received(sessions_gone) as calls:
            row.send_message({})
            row.send_message({})

        assert calls == [{"sender": WebSocketSession, "count": 1, "keys": (row.pk,)}]

    def test_is_told_of_what_aws_has_ended(self, gateway: ApiGateway) -> None:
        """Nobody has to ask for it."""
        row = connect("a", age=timedelta(hours=3), api_gateway=gateway)

        with received(sessions_gone) as calls:
            row.info()

        assert [call["keys"] for call in calls] == [(row.pk,)]


class TestSendMessageOnCommit:
    def test_sends_after_the_commit(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Until then nothing is sent."""
        row = connect("a", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            row.send_message_on_commit({})
            assert sent_to() == []

        assert sent_to() == ["a"]

    def test_sends_what_the_data_was(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """What happens to the data before the commit does not matter."""
        row = connect("a", api_gateway=gateway)
        data = {"n": 1}

        with django_capture_on_commit_callbacks(execute=True):
            row.send_message_on_commit(data)
            data["n"] = 2

        assert [message.json for message in locmem.outbox] == [{"n": 1}]

    def test_sends_nothing_after_a_rollback(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Nobody hears of what did not happen."""
        row = connect("a", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            row.send_message_on_commit({})
            transaction.set_rollback(True)

        assert sent_to() == []

    def test_refuses_at_once_what_cannot_be_sent(self, gateway: ApiGateway) -> None:
        """The caller hears of a message that is none."""
        row = connect("a", api_gateway=gateway)

        with pytest.raises(PayloadTooLarge):
            row.send_message_on_commit(TOO_LONG)

    def test_waits_for_the_database_that_is_named(self, gateway: ApiGateway) -> None:
        """A database that is not configured has no commit."""
        row = connect("a", api_gateway=gateway)

        with pytest.raises(ConnectionDoesNotExist):
            row.send_message_on_commit({}, using="elsewhere")

    def test_does_not_fail_after_the_commit(
        self,
        gateway: ApiGateway,
        django_capture_on_commit_callbacks: CaptureCallbacks,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The work is done; the failure is in the log."""
        row = connect("a", api_gateway=gateway)

        with failing_transport(AccessDenied), django_capture_on_commit_callbacks(execute=True):
            row.send_message_on_commit({})

        assert "send_message_on_commit" in caplog.text
        assert "ForbiddenException" in caplog.text


class TestInfo:
    def test_says_what_aws_knows(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Asked is AWS, and not the database."""
        connect("a", api_gateway=gateway)
        row = WebSocketSession.objects.select_related("api_gateway").get()

        with django_assert_num_queries(0):
            info = row.info()

        assert info is not None
        assert info.source_ip == "127.0.0.1"

    def test_closes_a_session_that_is_gone(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The row says so from then on."""
        row = connect("a", api_gateway=gateway)
        fail("a", ConnectionGone)

        with django_assert_num_queries(2):
            assert row.info() is None

        assert (row.connected, open_rows()) == (False, [])

    def test_keeps_a_session_that_is_not_ready(self, gateway: ApiGateway) -> None:
        """A young row stays."""
        row = connect("a", age=timedelta(0), api_gateway=gateway)
        fail("a", ConnectionGone)

        assert row.info() is None
        assert (row.connected, open_rows()) == (True, ["a"])

    def test_does_not_ask_for_what_aws_has_ended(self, gateway: ApiGateway) -> None:
        """Age is answer enough."""
        row = connect("a", age=timedelta(hours=3), api_gateway=gateway)
        fail("a", Throttled)

        assert row.info() is None
        assert open_rows() == []

    def test_lets_the_error_of_aws_through(self, gateway: ApiGateway) -> None:
        """As in sending, it is that of boto3."""
        row = connect("a", api_gateway=gateway)

        with failing_transport(AccessDenied), pytest.raises(ClientError, match="Forbidden"):
            row.info()

    def test_refuses_a_session_without_gateway(self) -> None:
        """There is nobody to ask."""
        with pytest.raises(ValueError, match=r"^Session a has no API Gateway\.$"):
            connect("a").info()

    @override_settings(WEBSOCKETS=transport_settings(CONSOLE))
    def test_refuses_a_transport_that_cannot_describe(self, gateway: ApiGateway) -> None:
        """The console knows nothing of connections."""
        with pytest.raises(ImproperlyConfigured) as caught:
            connect("a", api_gateway=gateway).info()

        assert str(caught.value) == (
            'WEBSOCKETS["transport"]: ConsoleTransport cannot describe connections.'
        )

    def test_can_be_awaited(self, gateway: ApiGateway) -> None:
        """The asynchronous twin asks the same."""
        assert async_to_sync(connect("a", api_gateway=gateway).ainfo)() is not None


class TestDisconnect:
    def test_closes_row_and_connection(self, gateway: ApiGateway) -> None:
        """The client is told why before its connection ends, and nothing is left to do."""
        row = connect("a", api_gateway=gateway)

        assert row.disconnect() is True

        assert locmem.outbox[0].json == {"ws": "close", "code": "revoked", "reconnect": False}
        assert (closed_in_aws(), open_rows(), pending_rows()) == (["a"], [], {})
        assert (row.connected, row.close_code) == (False, None)
        assert row.updated_on == WebSocketSession.objects.get().updated_on

    def test_tells_code_and_whether_to_come_back(self, gateway: ApiGateway) -> None:
        """Both are the caller's."""
        connect("a", api_gateway=gateway).disconnect("moved", reconnect=True)

        assert locmem.outbox[0].json == {"ws": "close", "code": "moved", "reconnect": True}

    def test_takes_three_statements(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The row is closed, its gateway is loaded, and the end is confirmed."""
        row = connect("a", api_gateway=gateway)

        with django_assert_num_queries(3):
            row.disconnect()

    def test_changes_nothing_else(self, gateway: ApiGateway) -> None:
        """What another worker stored meanwhile stays."""
        row = connect("a", api_gateway=gateway)
        WebSocketSession.objects.update(request_count=7, channel_name="room")

        row.disconnect()

        row = WebSocketSession.objects.get()
        assert (row.request_count, row.channel_name) == (7, "room")

    def test_leaves_alone_what_is_closed(self, gateway: ApiGateway) -> None:
        """The row decides, not what an instance remembers of it."""
        row = connect("a", api_gateway=gateway)
        WebSocketSession.objects.all().mark_closed()

        assert row.disconnect() is False
        assert (sent_to(), row.connected, pending_rows()) == ([], False, {})

    def test_only_closes_the_row_without_gateway(self) -> None:
        """There is no connection to close."""
        assert connect("a").disconnect() is False
        assert (open_rows(), pending_rows()) == ([], {})

    def test_is_not_true_of_what_was_gone(self, gateway: ApiGateway) -> None:
        """A connection that AWS does not know any more needs no closing."""
        row = connect("a", api_gateway=gateway)
        fail("a", ConnectionGone)

        assert row.disconnect() is False
        assert pending_rows() == {}

    def test_keeps_in_mind_what_is_not_ready(self, gateway: ApiGateway) -> None:
        """A young connection is closed as a row, and still to be closed."""
        row = connect("a", age=timedelta(0), api_gateway=gateway)
        fail("a", ConnectionGone)

        assert row.disconnect() is False
        assert (row.connected, row.close_code) == (False, "revoked")
        assert pending_rows() == {"a": "revoked"}

    def test_lets_the_error_of_aws_through(self, gateway: ApiGateway) -> None:
        """The row is closed all the same, and still to be closed in AWS."""
        error = ClientError({"Error": {"Code": "LimitExceededException"}}, "DeleteConnection")
        row = connect("a", api_gateway=gateway)
        fail("a", Throttled, cause=error)

        with pytest.raises(ClientError) as caught:
            row.disconnect()

        assert caught.value is error
        assert (open_rows(), pending_rows()) == ([], {"a": "revoked"})

    def test_lets_an_error_without_cause_through(self, gateway: ApiGateway) -> None:
        """An error that boto3 did not raise is our own."""
        row = connect("a", api_gateway=gateway)
        fail("a", Throttled)

        with pytest.raises(Throttled):
            row.disconnect()

    @override_settings(WEBSOCKETS=transport_settings("tests.connections.DeafTransport"))
    def test_refuses_a_transport_that_cannot_close(self, gateway: ApiGateway) -> None:
        """It says so before anything has changed."""
        row = connect("a", api_gateway=gateway)

        with pytest.raises(ImproperlyConfigured, match="DeafTransport cannot close connections"):
            row.disconnect()

        assert open_rows() == ["a"]

    def test_refuses_what_is_no_code(self, gateway: ApiGateway) -> None:
        """It says so before anything has changed."""
        row = connect("a", api_gateway=gateway)

        with pytest.raises(ValueError, match="not 'Bye!'"):
            row.disconnect("Bye!")

        assert open_rows() == ["a"]

    def test_can_be_awaited(self, gateway: ApiGateway) -> None:
        """The asynchronous twin closes the same."""
        row = connect("a", api_gateway=gateway)

        assert async_to_sync(row.adisconnect)("moved", reconnect=True) is True
        assert locmem.outbox[0].json == {"ws": "close", "code": "moved", "reconnect": True}


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
