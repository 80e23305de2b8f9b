"""Configuration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DashboardConfig"]


class DashboardConfig(AppConfig):
    """The dashboard app."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "dashboard"

    def ready(self) -> None:
        """Listen to connections that come and go."""
        from . import receivers

        receivers.connect()
