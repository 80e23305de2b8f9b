"""The dashboard: a page with a route and a channel of its own choice."""

from __future__ import annotations

from typing import Any

from config.people import signed_in_user
from django.http import HttpRequest
from django.views.generic import TemplateView

from django_aws_api_gateway_websockets.exceptions import MessageRefused
from django_aws_api_gateway_websockets.mixins import AddWebSocketRouteToContextMixin
from django_aws_api_gateway_websockets.views import WebSocketView

from .live import CHANNEL, announce, get_status, send_status
from .models import Announcement

__all__ = ["DashboardSocket", "DashboardView", "UnconfiguredView"]

SHOWN_ANNOUNCEMENTS = 12


class DashboardView(AddWebSocketRouteToContextMixin, TemplateView):
    """Shows who is connected, and what was announced."""

    template_name = "dashboard/index.html"
    websocket_route_key = "live"
    channel_name = CHANNEL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the page shows before its connection is open."""
        return super().get_context_data(
            announcements=Announcement.objects.all()[:SHOWN_ANNOUNCEMENTS],
            status=get_status(),
            **kwargs,
        )


class UnconfiguredView(AddWebSocketRouteToContextMixin, TemplateView):
    """Shows what a page looks like before anybody has added its route."""

    template_name = "dashboard/unconfigured.html"
    websocket_route_key = "not-configured"
    channel_name = CHANNEL


class DashboardSocket(WebSocketView):
    """Answers the messages that dashboards send."""

    ALLOWED_HANDLERS = frozenset({"status", "announce"})
    STRICT_HANDLERS = True

    def status(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Reply with who is connected."""
        return get_status()

    def announce(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Send a line to all dashboards; reply with how many it reached."""
        text = str(self.body.get("text", "")).strip()
        if not 0 < len(text) <= 200:
            raise MessageRefused("invalid_text", "An announcement has 1 to 200 characters.")
        report = announce(text, author=signed_in_user(request).get_short_name())
        send_status()
        return {"sent": report.sent}
