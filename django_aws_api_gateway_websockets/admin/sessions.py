"""Admin page of connections."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ..models import WebSocketSession
from .base import RecordAdmin

__all__ = ["ChannelFilter", "WebSocketSessionAdmin"]

_FILTER_CHANNELS = 50
"""Channels that the filter offers; the search finds the others."""


class ChannelFilter(admin.SimpleListFilter):
    """The first channels by name: a project may have as many of them as users."""

    title = "channel name"
    parameter_name = "channel_name"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        names = WebSocketSession.objects.order_by("channel_name").values_list(
            "channel_name", flat=True
        )
        return [(name, name or "(none)") for name in names.distinct()[:_FILTER_CHANNELS]]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WebSocketSession]
    ) -> QuerySet[WebSocketSession]:
        value = self.value()
        return queryset if value is None else queryset.filter(channel_name=value)


@admin.register(WebSocketSession)
class WebSocketSessionAdmin(RecordAdmin):
    """Connections, open and closed."""

    date_hierarchy = "created_on"
    exclude = ["session_key_hash", "auth_hash"]
    list_display = [
        "connection_id",
        "channel_name",
        "api_gateway",
        "user",
        "connected",
        "request_count",
        "created_on",
        "updated_on",
    ]
    list_filter = ["connected", ChannelFilter]
    list_select_related = ["user", "api_gateway"]
    readonly_fields = ["created_on", "updated_on"]
    search_fields = ["connection_id", "channel_name"]
