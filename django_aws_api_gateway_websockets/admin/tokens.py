"""Admin page of tokens."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from ..models import WebSocketToken
from .base import RecordAdmin, user_search_fields

__all__ = ["WebSocketTokenAdmin"]

_PREVIEW_CHARACTERS = 16
"""Shown of what is stored, which is a hash; enough to tell two rows apart."""


@admin.register(WebSocketToken)
class WebSocketTokenAdmin(RecordAdmin):
    """Tokens: whose they are and whether they were used, but not what they are."""

    fields = ["token_preview", "user", "created_at", "used"]
    list_display = ["token_preview", "user", "created_at", "used"]
    list_filter = ["used", "created_at"]
    list_select_related = ["user"]
    readonly_fields = ["token_preview", "user", "created_at", "used"]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return user_search_fields(get_user_model())

    @admin.display(description="Token")
    def token_preview(self, token: WebSocketToken) -> str:
        """Return the beginning of what is stored."""
        return f"{token.token[:_PREVIEW_CHARACTERS]}..."
