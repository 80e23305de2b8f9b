"""Connections as a whole: those to speak of, broadcasts to them, and their end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import override_settings
from django.utils.connection import ConnectionDoesNotExist
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django import DjangoCaptureOnCommitCallbacks as CaptureCallbacks

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    ConnectionNotReady,
    EndpointUnreachable,
    PayloadTooLarge,
    Throttled,
)
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    DeliveryShard,
    DisconnectReport,
    Payload,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.transports import locmem

from ..connections import (
    closed_in_aws,
    connect,
    fail,
    open_rows,
    pending_rows,
    sent_to,
    transport_settings,
)
from ..tasks import backend_settings, made, work

__all__ = [
    "TestBroadcast",
    "TestBroadcastOnCommit",
    "TestDisconnect",
    "TestEnqueueing",
    "TestLive",
    "TestOfConnection",
    "TestOutlived",
    "TestRecipients",
    "TestUnclosed",
    "TestUpdates",
]

pytestmark = pytest.mark.django_db

TOO_LONG = "x" * 131_072


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


class TestOutlived:
    def test_has_what_aws_has_ended(self) -> None:
        """What is older than any connection is left, closed or not."""
        connect("a", age=timedelta(seconds=7600))
        connect("b", age=timedelta(seconds=7600), connected=False)
        connect("c", age=timedelta(seconds=7400))

        rows = WebSocketSession.objects.outlived().order_by("connection_id")

        assert [row.connection_id for row in rows] == ["a", "b"]


class TestRecipients:
    def test_of_a_channel(self) -> None:
        """A channel is chosen by its name, and goes with other choices."""
        connect("a", channel_name="room")
        connect("b", channel_name="hall")
        connect("c", channel_name="room", connected=False)

        rows = WebSocketSession.objects.in_channel("room").live()

        assert [row.connection_id for row in rows] == ["a"]

    def test_of_a_user(self) -> None:
        """A user's connections are those of all pages that the user has open."""
        ada = User.objects.create(username="ada")
        connect("a", user=ada)
        connect("b", user=User.objects.create(username="bob"))
        connect("c")

        rows = WebSocketSession.objects.live().for_user(ada)

        assert [row.connection_id for row in rows] == ["a"]

    @pytest.mark.parametrize("user", [AnonymousUser(), User(username="new")])
    def test_of_nobody(
        self, user: AnonymousUser, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A message to a user who has no row reaches no visitor."""
        connect("a")

        with django_assert_num_queries(0):
            assert list(WebSocketSession.objects.for_user(user)) == []

    def test_are_the_others(self) -> None:
        """Who speaks need not be told."""
        speaker = connect("a")
        connect("b")

        rows = WebSocketSession.objects.exclude_session(speaker)

        assert [row.connection_id for row in rows] == ["b"]

    def test_are_all_when_nobody_speaks(self) -> None:
        """What happens outside of a connection concerns everybody."""
        connect("a")

        assert WebSocketSession.objects.exclude_session(None).count() == 1


class TestUnclosed:
    def test_has_what_is_connected_or_still_to_be_closed(self) -> None:
        """Left out is what nobody has to close any more."""
        connect("a")
        connect("b", connected=False, close_code="revoked")
        connect("c", connected=False)

        rows = WebSocketSession.objects.unclosed().order_by("connection_id")

        assert [row.connection_id for row in rows] == ["a", "b"]


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

    def test_mark_closed_says_why_aws_has_to_close(self) -> None:
        """The code is kept for whoever closes the connection."""
        connect("a")

        WebSocketSession.objects.all().mark_closed("revoked")

        assert pending_rows() == {"a": "revoked"}

    def test_mark_closed_leaves_nothing_to_close(self) -> None:
        """A connection whose end AWS reports need not be closed any more."""
        connect("a", connected=False, close_code="revoked")

        WebSocketSession.objects.all().mark_closed()

        assert pending_rows() == {}

    def test_confirm_closed_of_one_code_alone(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """What is closed for another reason by now, or open again, is left as it is."""
        connect("a", connected=False, close_code="revoked")
        connect("b", connected=False, close_code="logged_out")
        connect("c", close_code="revoked")

        with django_assert_num_queries(1):
            assert WebSocketSession.objects.all().confirm_closed("revoked") == 1

        assert pending_rows() == {"b": "logged_out"}
        assert WebSocketSession.objects.get(connection_id="c").close_code == "revoked"

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


class TestBroadcast:
    def test_reaches_live_connections_only(self, gateway: ApiGateway) -> None:
        """Closed and outlived ones are left out."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway, connected=False)
        connect("c", api_gateway=gateway, age=timedelta(hours=3))

        report = WebSocketSession.objects.send_message({"text": "hi"})

        assert (report.sent, sent_to()) == (1, ["a"])

    def test_takes_what_is_prepared(self, gateway: ApiGateway) -> None:
        """A payload is sent as it is."""
        connect("a", api_gateway=gateway)

        WebSocketSession.objects.send_message(Payload({"n": 1}))

        assert locmem.outbox[0].text == '{"n": 1}'

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
        """Connections that AWS does not know any more are closed at once."""
        for name in ("a", "b", "c"):
            connect(name, api_gateway=gateway)
        fail("a", ConnectionGone)
        fail("b", ConnectionGone)

        with django_assert_num_queries(2):
            report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.gone) == (1, 2)
        assert open_rows() == ["c"]

    def test_goes_on_after_a_failure(self, gateway: ApiGateway) -> None:
        """The others get their message; the report says what failed, and how."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)
        fail("a", AccessDenied)

        report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.failed, report.reasons) == (1, 1, {"AccessDenied": 1})
        assert open_rows() == ["a", "b"]

    def test_warns_once_of_any_number_of_failures(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """One line counts them by reason."""
        for name, kind in (("a", AccessDenied), ("b", EndpointUnreachable), ("c", AccessDenied)):
            connect(name, api_gateway=gateway)
            fail(name, kind)

        WebSocketSession.objects.send_message({})

        assert caplog.messages == [
            "Failed to send to 3 connections (AccessDenied: 2, EndpointUnreachable: 1)"
        ]

    def test_names_connections_to_who_debugs(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What became of a single connection is a matter of debugging."""
        connect("a", api_gateway=gateway)
        fail("a", AccessDenied)

        with caplog.at_level("DEBUG", "django_aws_api_gateway_websockets.models"):
            WebSocketSession.objects.send_message({})

        assert caplog.messages[0] == (
            "Message to a not delivered: Access was denied (connection a)."
        )

    def test_goes_on_past_a_gateway_without_an_api(self, gateway: ApiGateway) -> None:
        """There is nowhere to post to, which concerns nobody else."""
        target = "http://127.0.0.1/ws/"
        planned = ApiGateway.objects.create(api_name="Plan", target_base_endpoint=target)
        connect("a", api_gateway=planned)
        connect("b", api_gateway=gateway)

        report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.reasons) == (1, {"RuntimeError": 1})

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


class TestBroadcastOnCommit:
    def test_reaches_who_is_there_at_the_commit(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Recipients are looked up after the commit, not before."""
        rows = WebSocketSession.objects.order_by("connection_id")
        row = connect("a", api_gateway=gateway)
        list(rows)

        with django_capture_on_commit_callbacks(execute=True):
            rows.send_message_on_commit({})
            connect("b", api_gateway=gateway)
            WebSocketSession.objects.filter(pk=row.pk).mark_closed()
            assert sent_to() == []

        assert sent_to() == ["b"]

    def test_sends_what_the_data_was(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """What happens to the data before the commit does not matter."""
        connect("a", api_gateway=gateway)
        data = {"n": 1}

        with django_capture_on_commit_callbacks(execute=True):
            WebSocketSession.objects.send_message_on_commit(data)
            data["n"] = 2

        assert [message.json for message in locmem.outbox] == [{"n": 1}]

    def test_sends_nothing_after_a_rollback(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Nobody hears of what did not happen."""
        connect("a", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            WebSocketSession.objects.send_message_on_commit({})
            transaction.set_rollback(True)

        assert sent_to() == []

    def test_refuses_at_once_what_cannot_be_sent(self, gateway: ApiGateway) -> None:
        """The caller hears of a message that is none."""
        connect("a", api_gateway=gateway)

        with pytest.raises(PayloadTooLarge):
            WebSocketSession.objects.send_message_on_commit(TOO_LONG)

    def test_waits_for_the_database_that_is_named(self, gateway: ApiGateway) -> None:
        """A database that is not configured has no commit."""
        connect("a", api_gateway=gateway)

        with pytest.raises(ConnectionDoesNotExist):
            WebSocketSession.objects.send_message_on_commit({}, using="elsewhere")

    def test_does_not_fail_after_the_commit(
        self, django_capture_on_commit_callbacks: CaptureCallbacks, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The work is done; the failure is in the log."""
        with django_capture_on_commit_callbacks(execute=True):
            WebSocketSession.objects.send_message_on_commit({}, max_workers=0)

        assert "max_workers must be greater than 0" in caplog.text


class TestEnqueueing:
    @pytest.fixture(autouse=True)
    def backend(self, settings: Settings) -> None:
        """Keep tasks until they are run."""
        settings.TASKS = {"default": backend_settings()}

    def test_waits_for_commit_and_worker(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Who is there at the commit gets what the data was before it."""
        data = {"n": 1}
        row = connect("a", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            WebSocketSession.objects.enqueue_message(data)
            data["n"] = 2
            connect("b", api_gateway=gateway)
            WebSocketSession.objects.filter(pk=row.pk).mark_closed()
            assert made() == []
        assert sent_to() == []
        work()

        assert [(m.connection_id, m.json) for m in locmem.outbox] == [("b", {"n": 1})]

    def test_reaches_live_connections_only(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Others are not even stored."""
        row = connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway, connected=False)
        connect("c", api_gateway=gateway, age=timedelta(hours=3))

        with django_capture_on_commit_callbacks(execute=True):
            WebSocketSession.objects.enqueue_message({})

        assert DeliveryShard.objects.get().keys == [row.pk]

    def test_enqueues_nothing_after_a_rollback(
        self, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """Nobody hears of what did not happen."""
        connect("a")

        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            WebSocketSession.objects.enqueue_message({})
            transaction.set_rollback(True)

        assert made() == []

    def test_refuses_at_once_what_cannot_be_sent(self) -> None:
        """The caller hears of a message that is none."""
        with pytest.raises(PayloadTooLarge):
            WebSocketSession.objects.enqueue_message(TOO_LONG)

    def test_refuses_at_once_to_send_without_workers(self) -> None:
        """A task could only fail."""
        with pytest.raises(ValueError, match=r"^max_workers must be greater than 0$"):
            WebSocketSession.objects.enqueue_message({}, max_workers=0)

    def test_refuses_at_once_without_a_backend(self, settings: Settings) -> None:
        """The caller hears of a project that runs no tasks."""
        settings.WEBSOCKETS = {"task_backend": "absent"}

        with pytest.raises(ImproperlyConfigured, match="absent"):
            WebSocketSession.objects.enqueue_message({})

    def test_waits_for_the_database_that_is_named(self) -> None:
        """A database that is not configured has no commit."""
        with pytest.raises(ConnectionDoesNotExist):
            WebSocketSession.objects.enqueue_message({}, using="elsewhere")

    def test_can_be_awaited(
        self, gateway: ApiGateway, django_capture_on_commit_callbacks: CaptureCallbacks
    ) -> None:
        """The asynchronous twin enqueues the same."""
        connect("a", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            async_to_sync(WebSocketSession.objects.all().aenqueue_message)({}, max_workers=2)
        work()

        assert sent_to() == ["a"]


class TestDisconnect:
    def test_closes_rows_and_connections(self, gateway: ApiGateway) -> None:
        """Each client is told why before its connection ends, and nothing is left to do."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        report = WebSocketSession.objects.disconnect()

        assert report == DisconnectReport(closed=2, gone=0, not_ready=0, failed=0, skipped=0)
        assert [message.json for message in locmem.outbox] == [
            {"ws": "close", "code": "revoked", "reconnect": False}
        ] * 2
        assert closed_in_aws() == ["a", "b"]
        assert (open_rows(), pending_rows()) == ([], {})

    def test_tells_code_and_whether_to_come_back(self, gateway: ApiGateway) -> None:
        """Both are the caller's."""
        connect("a", api_gateway=gateway)

        WebSocketSession.objects.disconnect("moved", reconnect=True)

        assert locmem.outbox[0].json == {"ws": "close", "code": "moved", "reconnect": True}

    def test_keeps_to_its_queryset(self, gateway: ApiGateway) -> None:
        """A user's connections are addressed through the user, also by what the end changes."""
        ada = User.objects.create(username="ada")
        connect("a", api_gateway=gateway, user=ada)
        connect("b", api_gateway=gateway)

        assert ada.websocket_sessions.live().disconnect().closed == 1

        assert (closed_in_aws(), open_rows()) == (["a"], ["b"])

    def test_leaves_alone_what_is_closed(self, gateway: ApiGateway) -> None:
        """A session that has ended is neither told nor changed."""
        row = connect("a", api_gateway=gateway, connected=False)

        report = WebSocketSession.objects.disconnect()

        assert report == DisconnectReport(closed=0, gone=0, not_ready=0, failed=0, skipped=0)
        assert sent_to() == []
        assert WebSocketSession.objects.get().updated_on == row.updated_on

    def test_closes_what_is_still_to_be_closed(self, gateway: ApiGateway) -> None:
        """What failed earlier is tried again."""
        connect("a", api_gateway=gateway, connected=False, close_code="logged_out")

        assert WebSocketSession.objects.disconnect("banned").closed == 1
        assert pending_rows() == {}

    def test_takes_the_same_statements_for_any_number(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Rows are closed in one statement, read in one, and confirmed in one."""
        for number in range(12):
            connect(str(number), api_gateway=gateway)

        with django_assert_num_queries(3):
            assert WebSocketSession.objects.disconnect().closed == 12

    def test_works_through_more_than_one_chunk(self, gateway: ApiGateway) -> None:
        """More sessions than are held in memory at once are all closed."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=str(number), api_gateway=gateway)
            for number in range(501)
        )

        assert WebSocketSession.objects.disconnect().closed == 501
        assert (open_rows(), pending_rows()) == ([], {})

    def test_goes_through_each_gateway(self, gateway: ApiGateway) -> None:
        """Sessions of several gateways are closed in one call."""
        other = ApiGateway.objects.create(api_name="Other", api_endpoint="ws://127.0.0.1:9/other")
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=other)

        WebSocketSession.objects.disconnect(max_workers=1)

        assert sorted(connection.management_url for connection in locmem.closed) == [
            "http://127.0.0.1:9/other/production",
            "https://abc123defg.execute-api.eu-west-1.amazonaws.com/live",
        ]

    def test_counts_what_was_gone(self, gateway: ApiGateway) -> None:
        """A connection that AWS does not know any more needs no closing."""
        connect("a", api_gateway=gateway)
        fail("a", ConnectionGone)

        assert WebSocketSession.objects.disconnect().gone == 1
        assert (open_rows(), pending_rows()) == ([], {})

    def test_keeps_in_mind_what_is_not_ready(self, gateway: ApiGateway) -> None:
        """A young connection is closed as a row, and still to be closed in AWS."""
        connect("a", age=timedelta(0), api_gateway=gateway)
        fail("a", ConnectionGone)
        connect("b", api_gateway=gateway)
        fail("b", ConnectionNotReady)

        assert WebSocketSession.objects.disconnect().not_ready == 2
        assert (open_rows(), pending_rows()) == ([], {"a": "revoked", "b": "revoked"})

    @pytest.mark.parametrize("kind", [AccessDenied, EndpointUnreachable, Throttled])
    def test_keeps_in_mind_what_failed(
        self, gateway: ApiGateway, kind: type[Throttled], caplog: pytest.LogCaptureFixture
    ) -> None:
        """The others are closed; the log has one line for those that are still to be closed."""
        for name in ("a", "b", "c"):
            connect(name, api_gateway=gateway)
        fail("a", kind)
        fail("b", kind)

        report = WebSocketSession.objects.disconnect()

        assert (report.closed, report.failed) == (1, 2)
        assert (open_rows(), pending_rows()) == ([], {"a": "revoked", "b": "revoked"})
        assert caplog.messages == ["Failed to close 2 connections"]

    def test_goes_on_past_a_gateway_without_an_api(self, gateway: ApiGateway) -> None:
        """There is nowhere to close it, which concerns nobody else."""
        planned = ApiGateway.objects.create(
            api_name="Plan", target_base_endpoint="http://127.0.0.1/ws/"
        )
        connect("a", api_gateway=planned)
        connect("b", api_gateway=gateway)

        report = WebSocketSession.objects.disconnect()

        assert (report.closed, report.failed, pending_rows()) == (1, 1, {"a": "revoked"})

    def test_only_closes_the_row_without_gateway(self) -> None:
        """There is no connection to close."""
        connect("a")

        assert WebSocketSession.objects.disconnect().skipped == 1
        assert (open_rows(), pending_rows()) == ([], {})

    def test_refuses_what_is_no_code(self, gateway: ApiGateway) -> None:
        """It says so before anything has changed."""
        connect("a", api_gateway=gateway)

        with pytest.raises(ValueError, match="not 'Bye!'"):
            WebSocketSession.objects.disconnect("Bye!")

        assert open_rows() == ["a"]

    def test_refuses_to_close_by_nobody(self) -> None:
        """At least one worker is needed, before anything has changed."""
        connect("a")

        with pytest.raises(ValueError, match="max_workers"):
            WebSocketSession.objects.disconnect(max_workers=0)

        assert open_rows() == ["a"]

    @override_settings(WEBSOCKETS=transport_settings("tests.connections.DeafTransport"))
    def test_refuses_a_transport_that_cannot_close(self) -> None:
        """It says so before anything has changed."""
        connect("a")

        with pytest.raises(ImproperlyConfigured, match="DeafTransport cannot close connections"):
            WebSocketSession.objects.disconnect()

        assert open_rows() == ["a"]

    def test_can_be_awaited(self, gateway: ApiGateway) -> None:
        """The asynchronous twin closes the same."""
        connect("a", api_gateway=gateway)

        disconnect = async_to_sync(WebSocketSession.objects.all().adisconnect)
        report = disconnect("moved", reconnect=True, max_workers=2)

        assert (report.closed, locmem.outbox[0].json["reconnect"]) == (1, True)
