"""Connections are closed after the commit, within a deadline, and without a fuss."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from django_aws_api_gateway_websockets.closing import (
    DEADLINE_SECONDS,
    close_before_deletion,
    close_sessions,
    sessions_of,
)
from django_aws_api_gateway_websockets.exceptions import AccessDenied, ConnectionGone
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.transports import SendResult, locmem

from .connections import (
    closed_in_aws,
    connect,
    fail,
    open_rows,
    pending_rows,
    sent_to,
    transport_settings,
)
from .test_workers import workers

__all__ = [
    "HangingTransport",
    "TestAfterCommit",
    "TestBeforeDeletion",
    "TestDeadline",
    "TestFailures",
]

LOGGER = "django_aws_api_gateway_websockets.closing"
SLACK = 2.0
"""Seconds beyond the deadline that a busy machine may take."""

gate = threading.Event()


class HangingTransport(locmem.LocMemTransport):
    """Never gets an answer for connections whose id begins with "hang"."""

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        """Wait for the end of the test."""
        if connection_id.startswith("hang"):
            gate.wait()
        return super().send(management_url, connection_id, payload)


@pytest.fixture(autouse=True)
def empty_outbox() -> None:
    """Forget what earlier tests sent."""
    locmem.reset()


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is deployed."""
    return create_gateway()


def close_all(code: str = "logged_out") -> None:
    """Close all sessions, as a receiver does."""
    close_sessions(sessions_of(), code)


@pytest.mark.django_db(transaction=True)
class TestAfterCommit:
    def test_closes_rows_before_and_connections_after(self, gateway: ApiGateway) -> None:
        """In the transaction the rows are closed; AWS is asked when it has committed."""
        connect("a", api_gateway=gateway)

        with transaction.atomic():
            close_all()
            inside = (open_rows(), pending_rows(), sent_to())

        assert inside == ([], {"a": "logged_out"}, [])
        assert locmem.outbox[0].json == {"ws": "close", "code": "logged_out", "reconnect": False}
        assert (closed_in_aws(), pending_rows()) == (["a"], {})

    def test_closes_nothing_after_a_rollback(self, gateway: ApiGateway) -> None:
        """What did not happen has no consequence."""
        connect("a", api_gateway=gateway)

        with transaction.atomic():
            close_all()
            transaction.set_rollback(True)

        assert (open_rows(), sent_to(), closed_in_aws()) == (["a"], [], [])

    def test_closes_nothing_of_a_savepoint_that_is_rolled_back(self, gateway: ApiGateway) -> None:
        """The rest of the transaction is closed."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        with transaction.atomic():
            with transaction.atomic():
                close_sessions(sessions_of(connection_id="a"), "logged_out")
                transaction.set_rollback(True)
            close_sessions(sessions_of(connection_id="b"), "logged_out")

        assert (open_rows(), closed_in_aws()) == (["a"], ["b"])

    def test_closes_at_once_without_a_transaction(self, gateway: ApiGateway) -> None:
        """In autocommit mode there is nothing to wait for."""
        connect("a", api_gateway=gateway)

        close_all()

        assert (closed_in_aws(), pending_rows()) == (["a"], {})

    def test_leaves_connections_for_later_where_no_commit_is_known(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """With transactions by hand, the rows are closed, and the log says what is left."""
        connect("a", api_gateway=gateway)
        transaction.set_autocommit(False)
        try:
            close_all()
            transaction.commit()
        finally:
            transaction.set_autocommit(True)

        assert (open_rows(), pending_rows()) == ([], {"a": "logged_out"})
        assert caplog.messages == [
            "Connections are still to be closed (logged_out): on_commit() cannot be used in manual "
            "transaction management"
        ]

    def test_is_one_statement_when_nobody_is_connected(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Neither a callback nor a thread is made for nothing."""
        connect("a", connected=False)

        with transaction.atomic(), django_assert_num_queries(1):
            close_all()
            assert connection.run_on_commit == []

    def test_takes_the_same_statements_for_any_number(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Rows are closed in one statement, read in one, and confirmed in one."""
        for number in range(12):
            connect(str(number), api_gateway=gateway)

        with django_assert_num_queries(3):
            close_all()

        assert len(closed_in_aws()) == 12

    def test_works_through_more_than_one_chunk(self, gateway: ApiGateway) -> None:
        """More sessions than are held in memory at once are all closed."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=str(number), api_gateway=gateway)
            for number in range(501)
        )

        close_all()

        assert (len(closed_in_aws()), pending_rows()) == (501, {})


@pytest.mark.django_db(transaction=True)
class TestBeforeDeletion:
    def test_closes_connections_whose_rows_are_gone(self, gateway: ApiGateway) -> None:
        """What is needed is remembered until the commit."""
        connect("a", api_gateway=gateway)

        with transaction.atomic():
            close_before_deletion(sessions_of(), "login_ended")
            WebSocketSession.objects.all().delete()
            assert sent_to() == []

        assert locmem.outbox[0].json["code"] == "login_ended"
        assert closed_in_aws() == ["a"]

    def test_is_one_statement_when_nobody_is_connected(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A closed session is nobody's."""
        connect("a", connected=False)

        with transaction.atomic(), django_assert_num_queries(1):
            close_before_deletion(sessions_of(), "login_ended")
            assert connection.run_on_commit == []


@pytest.mark.django_db
class TestFailures:
    def test_are_one_line_of_the_log(
        self,
        gateway: ApiGateway,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """The others are closed, and the failed ones are still to be closed."""
        for name in ("a", "b", "c"):
            connect(name, api_gateway=gateway)
        fail("a", AccessDenied)
        fail("b", AccessDenied)

        with django_capture_on_commit_callbacks(execute=True):
            close_all()

        assert (closed_in_aws(), open_rows()) == (["c"], [])
        assert pending_rows() == {"a": "logged_out", "b": "logged_out"}
        (line,) = (record.getMessage() for record in caplog.records if record.name == LOGGER)
        assert line.startswith(
            "Connections are still to be closed (logged_out): 2 failed, the first with: "
            "Access was denied (connection "
        )

    def test_leave_what_is_not_ready_without_a_word(
        self,
        gateway: ApiGateway,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """A connection that is opening just now is no failure."""
        WebSocketSession.objects.create(connection_id="a", api_gateway=gateway)
        fail("a", ConnectionGone)

        with django_capture_on_commit_callbacks(execute=True):
            close_all()

        assert (pending_rows(), caplog.messages) == ({"a": "logged_out"}, [])

    @pytest.mark.parametrize(
        ("backend", "reason"),
        [
            (
                "tests.connections.DeafTransport",
                'WEBSOCKETS["transport"]: DeafTransport cannot close connections.',
            ),
            (
                "tests.nowhere.Transport",
                'WEBSOCKETS["transport"]["BACKEND"]: No module named \'tests.nowhere\'',
            ),
        ],
    )
    def test_include_a_transport_that_is_none(
        self,
        gateway: ApiGateway,
        backend: str,
        reason: str,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """A set-up that cannot close connections does not break what ends them."""
        connect("a", api_gateway=gateway)

        with (
            override_settings(WEBSOCKETS=transport_settings(backend)),
            django_capture_on_commit_callbacks(execute=True),
        ):
            close_all()

        assert pending_rows() == {"a": "logged_out"}
        assert caplog.messages == [f"Connections are still to be closed (logged_out): {reason}"]


@pytest.mark.django_db(transaction=True)
class TestDeadline:
    @pytest.fixture(autouse=True)
    def hang(self) -> Iterator[None]:
        """Let connections hang until the test has ended."""
        gate.clear()
        backend = "tests.test_closing.HangingTransport"
        with override_settings(WEBSOCKETS=transport_settings(backend)):
            yield
            gate.set()
            for thread in workers():
                thread.join(5)

    def test_leaves_for_later_what_hangs(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The caller goes on at the deadline; what was closed by then is confirmed."""
        for name in ("a", "hang-1", "hang-2"):
            connect(name, api_gateway=gateway)
        started = monotonic()

        close_all()

        assert DEADLINE_SECONDS <= monotonic() - started < DEADLINE_SECONDS + SLACK
        assert pending_rows() == {"hang-1": "logged_out", "hang-2": "logged_out"}
        assert caplog.messages == [
            "Connections are still to be closed (logged_out): 2 were not done in time."
        ]

    def test_is_one_for_a_transaction(
        self, gateway: ApiGateway, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Ten users who are locked out together are not ten deadlines, and one warning."""
        caplog.set_level(logging.DEBUG, LOGGER)
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=f"hang-{number}", api_gateway=gateway)
            for number in range(10)
        )
        started = monotonic()

        with transaction.atomic():
            transaction.on_commit(lambda: None)
            for number in range(10):
                close_sessions(sessions_of(connection_id=f"hang-{number}"), "login_ended")

        assert monotonic() - started < DEADLINE_SECONDS + SLACK
        assert len(pending_rows()) == 10
        levels = [record.levelno for record in caplog.records if record.name == LOGGER]
        assert levels == [logging.WARNING] + [logging.DEBUG] * 9

    def test_ends_in_the_middle_of_many(self, gateway: ApiGateway) -> None:
        """Sessions that are not even read by then are still to be closed."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=f"hang-{number}", api_gateway=gateway)
            for number in range(501)
        )

        close_all()

        assert (len(pending_rows()), open_rows()) == (501, [])
