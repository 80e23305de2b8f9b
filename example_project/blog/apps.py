"""Configuration of the app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["BlogConfig"]


class BlogConfig(AppConfig):
    """The blog app."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "blog"
