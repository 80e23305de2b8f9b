"""Admin page of attempts to connect."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from ..models import ConnectionRateLimit
from .base import RecordAdmin, user_search_fields

__all__ = ["ConnectionRateLimitAdmin"]


@admin.register(ConnectionRateLimit)
class ConnectionRateLimitAdmin(RecordAdmin):
    """Attempts to connect, by address and user."""

    date_hierarchy = "attempt_time"
    list_display = ["ip_address", "user", "attempt_time", "successful"]
    list_filter = ["successful", "attempt_time"]
    list_select_related = ["user"]
    readonly_fields = ["ip_address", "user", "attempt_time", "successful"]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("ip_address", *user_search_fields(get_user_model()))
