from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from django_aws_api_gateway_websockets.views import WebSocketView


class RoomSocket(WebSocketView):
    """Serves the channels that have a row, and no other."""

    ALLOW_UNLISTED_CHANNELS = False


class TeamSocket(WebSocketView):
    """Gives each group a channel, which its members may join."""

    ADDITIONAL_ALLOWED_HANDLERS = ["change_channel"]

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        groups = request.user.groups.values_list("pk", flat=True)
        return channel_name in {f"team_{pk}" for pk in groups}


class MemberSocket(WebSocketView):
    """Serves everybody who is signed in, in every channel that the rows let them join."""

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        is_member = request.user.is_authenticated
        return is_member and super().can_join_channel(request, channel_name)


class CounterSocket(WebSocketView):
    """Serves editors, while the desk is open."""

    permissions_required = ["auth.change_user", "auth.add_user"]
    CHECK_PERMISSIONS_ON_CONNECT = True

    def approve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, bool]:
        return {"approved": True}

    def _additional_connection_checks(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> tuple[bool, str]:
        return not cache.get("desk_is_closed"), "The desk is closed"


class TicketSocket(WebSocketView):
    """Lets nobody connect more than three times in ten minutes."""

    RATE_LIMIT_MAX_ATTEMPTS = 3
    RATE_LIMIT_WINDOW_MINUTES = 10
