"""What happens by itself: endings of sessions, the log of refusals, the guard of the upgrade."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.signals import user_logged_out
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import (
    m2m_changed,
    post_delete,
    post_save,
    pre_delete,
    pre_migrate,
)
from django.utils import timezone

from django_aws_api_gateway_websockets import receivers
from django_aws_api_gateway_websockets.exceptions import ConnectionRefused, MessageRefused
from django_aws_api_gateway_websockets.models import ApiGateway, DeliveryReport, WebSocketSession
from django_aws_api_gateway_websockets.protocol.events import Event, read_event
from django_aws_api_gateway_websockets.signals import (
    connection_refused,
    delivery_finished,
    message_refused,
)

__all__ = ["TestConnecting", "TestDeletedGateways", "TestDeliveries", "TestRefusals", "TestUpgrade"]

LABEL = "django_aws_api_gateway_websockets"
MIGRATIONS = f"{LABEL}.migrations"
OLD = import_module(f"{MIGRATIONS}.0001_squashed_0015").Migration.replaces


def open_session(connection_id: str, **fields: Any) -> WebSocketSession:
    """Store a connected session."""
    return WebSocketSession.objects.create(connection_id=connection_id, **fields)


def open_ids() -> set[str]:
    """Return the ids of all connected sessions."""
    rows = WebSocketSession.objects.filter(connected=True)
    return set(rows.values_list("connection_id", flat=True))


def event(**headers: str) -> Event:
    """Return a message with these headers."""
    return read_event(
        "default", headers=headers, query={}, body=b"", remote_addr="", max_body_bytes=0
    )


@pytest.mark.django_db
class TestDeletedGateways:
    def test_sessions_end_with_their_gateway(self) -> None:
        """The sessions of a deleted gateway are closed, those of another are not."""
        gateway = ApiGateway.objects.create(api_name="gone")
        other = ApiGateway.objects.create(api_name="other")
        open_session("a", api_gateway=gateway)
        open_session("b", api_gateway=other)
        open_session("c")

        gateway.delete()

        assert open_ids() == {"b", "c"}

    def test_sessions_end_in_bulk(self) -> None:
        """The same holds when a queryset is deleted."""
        open_session("a", api_gateway=ApiGateway.objects.create(api_name="gone"))

        ApiGateway.objects.all().delete()

        assert open_ids() == set()

    def test_nothing_is_left_to_close(self) -> None:
        """The API may be gone, so AWS is not asked to close anything there."""
        gateway = ApiGateway.objects.create(api_name="gone")
        open_session("a", api_gateway=gateway)
        open_session("b", api_gateway=gateway, connected=False, close_code="revoked")

        gateway.delete()

        assert not WebSocketSession.objects.filter(close_code__isnull=False).exists()

    def test_rows_stay(self) -> None:
        """A closed session stays as a row, and says when it was closed."""
        session = open_session("a", api_gateway=ApiGateway.objects.create(api_name="gone"))
        before = timezone.now()

        ApiGateway.objects.all().delete()
        session.refresh_from_db()

        assert session.api_gateway is None
        assert session.updated_on >= before


class TestDeliveries:
    def test_failures_are_one_line(self, caplog: pytest.LogCaptureFixture) -> None:
        """It counts them by reason."""
        reasons = {"AccessDenied": 2, "Throttled": 1}
        report = DeliveryReport(sent=9, gone=1, not_ready=1, failed=3, skipped=0, reasons=reasons)

        delivery_finished.send(None, report=report)

        assert caplog.record_tuples == [
            (
                f"{LABEL}.models",
                logging.WARNING,
                "Failed to send to 3 connections (AccessDenied: 2, Throttled: 1)",
            )
        ]

    def test_sessions_without_gateway_are_one_line(self, caplog: pytest.LogCaptureFixture) -> None:
        """They are counted."""
        report = DeliveryReport(sent=0, gone=0, not_ready=0, failed=0, skipped=2)

        delivery_finished.send(None, report=report)

        assert caplog.messages == ["Skipped 2 sessions that belong to no API Gateway"]

    def test_success_is_no_line(self, caplog: pytest.LogCaptureFixture) -> None:
        """Nothing has to be done about it."""
        report = DeliveryReport(sent=9, gone=1, not_ready=1, failed=0, skipped=0)

        delivery_finished.send(None, report=report)

        assert caplog.messages == []


class TestRefusals:
    def test_of_a_connection(self, caplog: pytest.LogCaptureFixture) -> None:
        """The log names code, connection, gateway and trace."""
        connection_refused.send(
            None,
            refusal=ConnectionRefused("invalid_secret", "Invalid request", status=403),
            event=event(connectionId="c=", **{"X-Amzn-Trace-Id": "Root=1"}),
            gateway=ApiGateway(api_name="shop"),
        )

        assert caplog.record_tuples == [
            (
                f"{LABEL}.handshake",
                logging.WARNING,
                "Connection refused: invalid_secret: Invalid request "
                "(connection 'c=', gateway shop, trace 'Root=1')",
            )
        ]

    def test_of_a_message(self, caplog: pytest.LogCaptureFixture) -> None:
        """A message of an unknown gateway is logged in a logger of its own."""
        refusal = MessageRefused("unknown_gateway", "Invalid request headers", detail="API 'x'")
        message_refused.send(None, refusal=refusal, event=event(), gateway=None)

        assert caplog.record_tuples == [
            (
                f"{LABEL}.dispatch",
                logging.WARNING,
                "Message refused: unknown_gateway: API 'x' "
                "(connection '', gateway unknown, trace '')",
            )
        ]

    def test_code_and_status_are_attributes(self, caplog: pytest.LogCaptureFixture) -> None:
        """A log pipeline can filter by code and status."""
        refusal = MessageRefused("invalid_secret", "Invalid request", status=403)
        message_refused.send(None, refusal=refusal, event=event(), gateway=None)

        assert {"code": "invalid_secret", "status_code": 403}.items() <= vars(
            caplog.records[0]
        ).items()

    def test_one_refusal_is_one_line(self, caplog: pytest.LogCaptureFixture) -> None:
        """What a client sends can neither start a line of its own nor fill the log."""
        forged = event(connectionId="a\nb" + "c" * 500, **{"X-Amzn-Trace-Id": "\r\n" + "d" * 500})
        refusal = ConnectionRefused("invalid_connection_id", "Invalid connection ID")
        connection_refused.send(None, refusal=refusal, event=forged, gateway=None)

        assert len(caplog.messages[0].splitlines()) == 1
        assert len(caplog.messages[0]) < 400


@pytest.mark.django_db
class TestUpgrade:
    def test_empty_database(self) -> None:
        """A database without any of the old migrations may migrate."""
        record()

        announce_migration()

    def test_complete_database(self) -> None:
        """A database with all of the old migrations may migrate."""
        record(*OLD)

        announce_migration()

    @pytest.mark.parametrize(
        ("present", "missing"),
        [
            (OLD[:-1], "0015_alter_apigateway_provisioning_status"),
            (
                OLD[:-2],
                "0014_websocketsession_auth_hash_and_more, "
                "0015_alter_apigateway_provisioning_status",
            ),
            (OLD[1:], "0001_initial"),
        ],
    )
    def test_partial_database(self, present: list[tuple[str, str]], missing: str) -> None:
        """A database with some of them is refused, and told what to do."""
        record(*present)

        with pytest.raises(CommandError) as caught:
            announce_migration()

        assert str(caught.value) == (
            "This database has only some of the migrations of django-aws-api-gateway-websockets "
            f"4.1.0 (it lacks {missing}): install 4.1.0 and migrate first."
        )

    def test_other_apps_are_not_concerned(self) -> None:
        """Only the announcement of this app is heard."""
        record(OLD[0])

        announce_migration("auth")


def record(*applied: tuple[str, str]) -> None:
    """Make the database remember exactly these of our migrations."""
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app=LABEL).delete()
    rows = [recorder.Migration(app=app, name=name) for app, name in applied]
    recorder.migration_qs.bulk_create(rows)


def announce_migration(label: str = LABEL) -> None:
    """Do what ``migrate`` does before it starts."""
    pre_migrate.send(sender=apps.get_app_config(label), using="default")


class TestConnecting:
    @pytest.mark.parametrize(
        "signal",
        [
            connection_refused,
            m2m_changed,
            message_refused,
            post_delete,
            post_save,
            pre_delete,
            pre_migrate,
            user_logged_out,
        ],
    )
    def test_twice_is_once(self, signal: Any) -> None:
        """An app that is made ready again does not do everything twice."""
        receivers.connect(apps.get_app_config(LABEL))
        before = len(signal.receivers)

        receivers.connect(apps.get_app_config(LABEL))

        assert len(signal.receivers) == before
