"""The command that deletes old tokens and old attempts to connect, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ..conf import settings
from ..models import RATE_LIMIT_RETENTION_DAYS, ConnectionRateLimit, WebSocketToken
from .cleanup import MAX_DAYS, check_age, database_errors

__all__ = ["Command"]

_SHORTEST_AGE = 300
"""Seconds for which a token is kept unless the command is told otherwise."""


class Command(BaseCommand):
    """Delete the tokens and the attempts to connect that nothing asks for any more."""

    help = "Deletes old WebSocket tokens and old attempts to connect. Run it every day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the two ages."""
        parser.add_argument(
            "--token-age",
            type=int,
            metavar="SECONDS",
            help="Age from which tokens are deleted; by default as long as they are valid, and "
            f"{_SHORTEST_AGE} seconds at least.",
        )
        parser.add_argument(
            "--rate-limit-age",
            type=int,
            default=RATE_LIMIT_RETENTION_DAYS,
            metavar="DAYS",
            help="Age from which attempts to connect are deleted; by default %(default)s days.",
        )

    def handle(
        self, *args: Any, token_age: int | None, rate_limit_age: int, **options: Any
    ) -> None:
        """Delete both, with a line for each.

        Raises:
            CommandError: an age cannot be used, or the database refused.
        """
        seconds = token_age
        if seconds is None:
            seconds = max(_SHORTEST_AGE, settings.token_expiry_seconds)
        check_age("--token-age", seconds)
        check_age("--rate-limit-age", rate_limit_age, MAX_DAYS)
        with database_errors():
            tokens, _ = WebSocketToken.cleanup_expired(max_age_seconds=seconds)
            self.stdout.write(
                f"Successfully deleted {tokens} expired WebSocket tokens (older than {seconds}s)"
            )
            attempts, _ = ConnectionRateLimit.cleanup_old_records(days=rate_limit_age)
            self.stdout.write(
                f"Successfully deleted {attempts} old rate limit records "
                f"(older than {rate_limit_age} days)"
            )
