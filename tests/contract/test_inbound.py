"""The contract's tables 3.4, 3.5 and 10, row by row, as far as they are about inbound events.

A row's id begins with its place in the contract. Where section 10 or 11 changes a row of 3.4 or
3.5, the row is as they say and its id has both places.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.dispatch import Signal
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.models import (
    ConnectionRateLimit,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.signals import connection_refused, message_refused
from django_aws_api_gateway_websockets.views import WebSocketView

from ..inbound import CONNECTION_ID
from ..views.test_alerts import ADMIN
from .connect import CONNECT
from .dispatch import DISPATCH
from .world import EVENTS, OPENED_ID, SECRET, Row, World, new_world, passed

pytestmark = pytest.mark.django_db

LOGGERS = {
    "connect": "django_aws_api_gateway_websockets.handshake",
    "message": "django_aws_api_gateway_websockets.dispatch",
    "disconnect": "django_aws_api_gateway_websockets.dispatch",
}
SIGNALS = {
    "connect": connection_refused,
    "message": message_refused,
    "disconnect": message_refused,
}
ROWS: Mapping[str, Row] = {**DISPATCH, **CONNECT}
REFUSED = {name: row for name, row in ROWS.items() if row.code}


@pytest.fixture
def world(settings: Settings) -> World:
    """Return what a row begins with."""
    return new_world(settings)


@pytest.fixture
def told() -> Iterator[list[tuple[Signal, str]]]:
    """Return the signals of refusals, with their codes."""
    calls: list[tuple[Signal, str]] = []

    def receive(*, signal: Signal, refusal: Any, **kwargs: Any) -> None:
        calls.append((signal, refusal.code))

    connection_refused.connect(receive)
    message_refused.connect(receive)
    yield calls
    connection_refused.disconnect(receive)
    message_refused.disconnect(receive)


def attempts() -> list[str]:
    """Return what is recorded of the attempts to connect, oldest first."""
    rows = ConnectionRateLimit.objects.order_by("pk").values_list("successful", flat=True)
    return ["successful" if successful else "failed" for successful in rows]


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int, str]]:
    """Return logger, level and code of each refusal in the log."""
    records = [record for record in caplog.records if record.name in LOGGERS.values()]
    return [(record.name, record.levelno, vars(record)["code"]) for record in records]


def unused_tokens() -> int:
    """Return how many tokens are still good for a connection."""
    return WebSocketToken.objects.filter(used=False).count()


class TestTables:
    """What a row says, and only that, comes of its condition."""

    @pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
    def test_row(
        self,
        world: World,
        row: Row,
        told: list[tuple[Signal, str]],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Status and text; the attempt; one signal and one record for a refusal, else none."""
        row.prepare(world)
        before = attempts()
        told.clear()
        caplog.clear()

        response = row.send(world)

        refusals = [row.code] if row.code else []
        assert (response.status_code, response.content.decode()) == (row.status, row.text)
        assert attempts() == [*before, *row.attempts]
        assert told == [(SIGNALS[row.route], code) for code in refusals]
        assert logged(caplog) == [(LOGGERS[row.route], logging.WARNING, c) for c in refusals]

    @pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
    def test_log(self, world: World, row: Row, caplog: pytest.LogCaptureFixture) -> None:
        """The record names connection, gateway, code and trace, and nothing secret."""
        row.prepare(world)
        caplog.clear()

        row.send(world)

        text = caplog.text
        assert f"{row.code}: " in text
        assert f"connection {row.sent('connectionId')[:128]!r}" in text
        assert f"gateway {row.gateway}" in text
        assert f"trace {row.sent('X-Amzn-Trace-Id')!r}" in text
        assert world.token not in text
        assert SECRET not in text
        assert str(world.browser.session.session_key) not in text

    @pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
    def test_token(self, world: World, row: Row) -> None:
        """10: what is refused costs no token."""
        row.prepare(world)
        before = unused_tokens()

        row.send(world)

        assert unused_tokens() == before


class TestTraces:
    """What a row says of the session besides."""

    @pytest.mark.parametrize("route", EVENTS)
    def test_secret_costs_nothing(
        self, world: World, route: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """3.4/1: no query."""
        row = ROWS[f"3.4/1 no secret ({route})"]
        row.prepare(world)

        with django_assert_num_queries(0):
            row.send(world)

    @pytest.mark.parametrize(
        ("name", "connected", "request_count"),
        [
            ("3.4/5 known disconnect", False, 1),
            ("3.4/6 deactivated user", False, 1),
            ("3.4/6 changed password", False, 1),
            ("3.4/6 view permissions", True, 2),
            ("3.4/7 neither key", True, 1),
            ("3.4/8 nothing", True, 2),
        ],
    )
    def test_session(self, world: World, name: str, connected: bool, request_count: int) -> None:
        """Whether it is closed, and whether the event is counted as a request."""
        ROWS[name].prepare(world)
        ROWS[name].send(world)

        session = WebSocketSession.objects.get(connection_id=OPENED_ID)
        assert (session.connected, session.request_count) == (connected, request_count)

    def test_connect(self, world: World) -> None:
        """3.5/11: the columns of a session."""
        ROWS["3.5/11 accepted"].send(world)

        session = WebSocketSession.objects.get(connection_id=CONNECTION_ID)
        assert (session.channel_name, session.user) == ("room_1", world.user)
        assert (session.api_gateway, session.connected) == (world.gateway, True)
        assert session.session_key_hash
        assert session.auth_hash
        assert unused_tokens() == 0

    def test_recorded_user(self, world: World) -> None:
        """3.5: the user of the cookie is on record, not that of the token."""
        row = ROWS["3.5/8 10 another login's token"]
        row.prepare(world)

        row.send(world)

        attempt = ConnectionRateLimit.objects.get()
        assert (attempt.ip_address, str(attempt.user)) == ("203.0.113.7", "bob")


class TestFailing:
    """3.4/8: a handler that raises is logged, mailed and raised again."""

    def test_handler(
        self, world: World, caplog: pytest.LogCaptureFixture, mailoutbox: list[EmailMessage]
    ) -> None:
        """The administrators are told what it said."""
        world.settings.ADMINS = [ADMIN]
        every_time = {"EXCEPTION_MAIL_INTERVAL": 0}
        row = Row(route="message", having=every_time, message={"action": "fail"}, **passed())

        with pytest.raises(LookupError, match="No such room"):
            row.send(world)

        (record,) = [r for r in caplog.records if r.name.endswith("_websockets.views")]
        mails = [m for m in mailoutbox if m.subject.endswith("Unexpected Websocket Exception")]
        assert record.exc_info is not None
        assert [mail.body for mail in mails] == ["No such room"]

    def test_no_default(self, world: World) -> None:
        """The base view has no default handler."""
        row = Row(route="message", view=WebSocketView, **passed())

        with pytest.raises(
            NotImplementedError,  # error and text of 4.1, which projects may expect
            match="This logic needs to be defined within the subclass",
        ):
            row.send(world)
