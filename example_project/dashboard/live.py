"""What the dashboard hears about while it is open."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import Count

from django_aws_api_gateway_websockets.models import DeliveryReport, WebSocketSession

from .models import Announcement

__all__ = ["CHANNEL", "announce", "as_message", "get_status", "send_status"]

CHANNEL = "dashboard"


def announce(text: str, *, author: str) -> DeliveryReport:
    """Store an announcement and send it to every open dashboard."""
    announcement = Announcement.objects.create(text=text, author=author)
    dashboards = WebSocketSession.objects.in_channel(CHANNEL)
    return dashboards.send_message(as_message(announcement))


def as_message(announcement: Announcement) -> dict[str, Any]:
    """Return an announcement as the page expects it."""
    return {
        "type": "announcement",
        "id": announcement.pk,
        "text": announcement.text,
        "author": announcement.author,
        "at": announcement.created_at,
    }


def get_status() -> dict[str, Any]:
    """Return who is connected, as the page expects it, and when that was so."""
    as_of = time.time()
    live = WebSocketSession.objects.live()
    channels = live.values("channel_name").annotate(count=Count("pk")).order_by("channel_name")
    return {
        "type": "status",
        "as_of": as_of,
        "connections": live.count(),
        "people": live.values("user").distinct().count(),
        "announcements": Announcement.objects.count(),
        "channels": [{"name": row["channel_name"], "count": row["count"]} for row in channels],
    }


def send_status(*, besides: WebSocketSession | None = None) -> None:
    """Send the status to every open dashboard.

    Args:
        besides: a connection that is still opening and asks for itself once it is open.
    """
    dashboards = WebSocketSession.objects.in_channel(CHANNEL).exclude_session(besides)
    dashboards.send_message(get_status())
