"""Stores the data that the example begins with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.seed import seed

__all__ = ["Command"]


class Command(BaseCommand):
    """Store the demo users, the gateway with its routes, rooms and posts."""

    help = "Stores the demo users, the gateway with its routes, rooms and posts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where the gateway will reach Django."""
        parser.add_argument("base_url", nargs="?", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, base_url: str, **options: Any) -> None:
        """Store what is missing."""
        seed(base_url)
