"""Tells the dashboards whenever a connection comes or goes."""

from __future__ import annotations

from typing import Any

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.signals import connection_closed, connection_opened

from .live import send_status

__all__ = ["connect"]


def connect() -> None:
    """Connect the receivers; called once, when the app is ready."""
    connection_opened.connect(_on_opened)
    connection_closed.connect(_on_closed)


def _on_opened(*, session: WebSocketSession, **kwargs: Any) -> None:
    send_status(besides=session)


def _on_closed(**kwargs: Any) -> None:
    send_status()
