"""Sends a line to every open dashboard, from a terminal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboard.live import announce

__all__ = ["Command"]


class Command(BaseCommand):
    """Announce something."""

    help = "Stores an announcement and sends it to every open dashboard."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the text."""
        parser.add_argument("text", help="What to announce.")

    def handle(self, *args: Any, text: str, **options: Any) -> None:
        """Send it, and say how many dashboards it reached."""
        report = announce(text, author="The terminal")
        self.stdout.write(f"Open dashboards that show it: {report.sent}")
