"""The command that deletes the sessions of ended connections, under each of its names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.models.signals import post_delete
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import WebSocketSession

__all__ = ["TestBatches", "TestDeleting", "TestFailing"]

pytestmark = pytest.mark.django_db


def session(name: str, *, age: int = 0, **fields: Any) -> WebSocketSession:
    """Store a session that changed some seconds ago; it has ended unless told otherwise."""
    row = WebSocketSession.objects.create(connection_id=name, **{"connected": False, **fields})
    before = timezone.now() - timedelta(seconds=age)
    WebSocketSession.objects.filter(pk=row.pk).update(updated_on=before)
    return row


def sessions(number: int) -> None:
    """Store many sessions that have ended."""
    WebSocketSession.objects.bulk_create(
        WebSocketSession(connection_id=str(at), connected=False) for at in range(number)
    )


def run(*arguments: str, name: str = "clearWebSocketSessions", **options: Any) -> str:
    """Run the command and return what it writes."""
    output = StringIO()
    call_command(name, *arguments, stdout=output, **options)
    return output.getvalue()


def left() -> list[str]:
    """Return the connections that still have a row."""
    return sorted(WebSocketSession.objects.values_list("connection_id", flat=True))


def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Answer no statement."""
    raise DatabaseError("server closed the connection unexpectedly")


def reconnect(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Take every connection up again just before rows are deleted."""
    if sql.startswith("DELETE"):
        WebSocketSession.objects.update(connected=True)
    return execute(sql, *rest)


class TestDeleting:
    @pytest.mark.parametrize("name", ["clearWebSocketSessions", "clearwebsocketsessions"])
    def test_deletes_what_has_ended(self, name: str) -> None:
        """Both names delete ended sessions, and write how many there were."""
        session("open", connected=True)
        session("ended")
        session("long-ended", age=9_000)

        output = run(name=name)

        assert output == "Deleted 2 sessions of connections that have ended.\n"
        assert left() == ["open"]

    def test_keeps_what_is_still_to_be_closed(self) -> None:
        """A session whose connection stands in AWS is needed to close it."""
        session("revoked", close_code="revoked")
        session("ended")

        run()

        assert left() == ["revoked"]

    def test_deletes_what_aws_has_ended_by_itself(self) -> None:
        """No connection lasts so long that it would still have to be closed."""
        session("revoked", close_code="revoked")
        WebSocketSession.objects.update(created_on=timezone.now() - timedelta(seconds=7_501))

        run()

        assert left() == []

    def test_keeps_what_has_just_ended(self) -> None:
        """An age leaves out what ended within it."""
        session("now")
        session("before", age=3_500)
        session("long-before", age=3_700)

        assert run("--older-than", "3600").startswith("Deleted 1 ")
        assert left() == ["before", "now"]

    def test_deletes_nothing_twice(self) -> None:
        """Without rows there is nothing to do."""
        assert run() == "Deleted 0 sessions of connections that have ended.\n"


class TestBatches:
    def test_delete_some_at_a_time(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """Each 500 rows are one look-up and one deletion; the last look-up finds none."""
        sessions(1_001)

        with django_assert_num_queries(3 * 2 + 1):
            output = run()

        assert output.startswith("Deleted 1001 ")
        assert left() == []

    def test_leave_what_was_taken_up_again(self) -> None:
        """A row that changes between look-up and deletion stays."""
        session("again")

        with connection.execute_wrapper(reconnect):
            output = run()

        assert output.startswith("Deleted 0 ")
        assert left() == ["again"]

    def test_count_sessions_alone(self) -> None:
        """Receivers of the project run for each row."""
        session("ended")
        deleted: list[str] = []

        def note(instance: WebSocketSession, **kwargs: Any) -> None:
            deleted.append(instance.connection_id)

        post_delete.connect(note, sender=WebSocketSession)
        try:
            output = run()
        finally:
            post_delete.disconnect(note, sender=WebSocketSession)

        assert output.startswith("Deleted 1 ")
        assert deleted == ["ended"]


class TestFailing:
    @pytest.mark.parametrize("value", ["-1", "9" * 30])
    def test_refuses_an_age(self, value: str) -> None:
        """An age that is none is refused before anything is deleted."""
        session("ended")

        with pytest.raises(CommandError, match=r"^--older-than must be an integer from 0 to "):
            run("--older-than", value)

        assert left() == ["ended"]

    def test_tells_what_the_database_said(self) -> None:
        """A database that does not answer is one sentence."""
        with (
            connection.execute_wrapper(refuse),
            pytest.raises(CommandError, match=r"^The database refused: server closed"),
        ):
            run()
