"""Tells a room who is in it, whenever somebody comes or goes."""

from __future__ import annotations

from typing import Any

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.signals import connection_closed, connection_opened

from .models import Room

__all__ = ["connect"]


def connect() -> None:
    """Connect the receivers; called once, when the app is ready."""
    connection_opened.connect(_on_opened)
    connection_closed.connect(_on_closed)


def _on_opened(*, session: WebSocketSession, **kwargs: Any) -> None:
    # The newcomer is not open yet, and asks for the people itself once it is.
    _send_people(session)


def _on_closed(*, event: Any, **kwargs: Any) -> None:
    session = WebSocketSession.objects.filter(connection_id=event.connection_id).first()
    if session is not None:
        _send_people(session)


def _send_people(session: WebSocketSession) -> None:
    room = Room.of_channel(session.channel_name)
    if room is not None:
        others = WebSocketSession.objects.in_channel(room.channel).exclude_session(session)
        others.send_message(room.presence())
