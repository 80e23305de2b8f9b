"""Configuration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["ChatConfig"]


class ChatConfig(AppConfig):
    """The chat app."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "chat"

    def ready(self) -> None:
        """Listen to connections that come and go."""
        from . import receivers

        receivers.connect()
