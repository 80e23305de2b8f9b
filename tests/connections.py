"""Connections as rows, and what the in-memory transport is asked to do with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from django_aws_api_gateway_websockets.exceptions import Throttled, TransportError
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.transports import SendResult, locmem

__all__ = [
    "LOCMEM",
    "OLD",
    "DeafTransport",
    "MuteTransport",
    "closed_in_aws",
    "connect",
    "fail",
    "open_rows",
    "pending_rows",
    "sent_to",
    "transport_settings",
]

LOCMEM = "django_aws_api_gateway_websockets.transports.locmem.LocMemTransport"
OLD = timedelta(minutes=5)


class MuteTransport(locmem.LocMemTransport):
    """Closes connections, and sends nothing."""

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        """Refuse."""
        raise Throttled(connection_id)


class DeafTransport(locmem.LocMemTransport):
    """Sends, and cannot close."""

    supports_disconnect = False


def transport_settings(backend: str, **others: Any) -> dict[str, Any]:
    """Return ``WEBSOCKETS`` with a transport."""
    return {"transport": {"BACKEND": backend}, **others}


def connect(connection_id: str, age: timedelta = OLD, **fields: Any) -> WebSocketSession:
    """Return a stored connection of some age."""
    row = WebSocketSession.objects.create(connection_id=connection_id, **fields)
    moment = timezone.now() - age
    WebSocketSession.objects.filter(pk=row.pk).update(created_on=moment, updated_on=moment)
    return WebSocketSession.objects.get(pk=row.pk)


def sent_to() -> list[str]:
    """Return the connections that were sent something, in order."""
    return [message.connection_id for message in locmem.outbox]


def closed_in_aws() -> list[str]:
    """Return the connections that were closed through the transport, sorted."""
    return sorted(connection.connection_id for connection in locmem.closed)


def open_rows() -> list[str]:
    """Return the connections that still count as open."""
    rows = WebSocketSession.objects.filter(connected=True).order_by("connection_id")
    return [row.connection_id for row in rows]


def pending_rows() -> dict[str, str | None]:
    """Return why each connection has still to be closed in AWS."""
    rows = WebSocketSession.objects.filter(connected=False, close_code__isnull=False)
    return {row.connection_id: row.close_code for row in rows}


def fail(connection_id: str, kind: type[TransportError], cause: Exception | None = None) -> None:
    """Let the transport fail for a connection."""
    error = kind(connection_id)
    error.__cause__ = cause
    locmem.failures[connection_id] = error
