"""The command that deletes the sessions of ended connections, under each of its names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import router
from django.db.models import QuerySet
from django.utils import timezone

from ..models import WebSocketSession
from ..models.batches import in_batches
from .cleanup import check_age, database_errors

__all__ = ["Command"]


class Command(BaseCommand):
    """Delete the sessions of connections that have ended."""

    help = "Deletes the WebSocket sessions of connections that have ended. Run it every day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how long ago the connections must have ended."""
        parser.add_argument(
            "--older-than",
            type=int,
            default=0,
            metavar="SECONDS",
            help="Keep the sessions of connections that ended within this time.",
        )

    def handle(self, *args: Any, older_than: int, **options: Any) -> None:
        """Delete the sessions, and write how many there were.

        Raises:
            CommandError: the age cannot be used, or the database refused.
        """
        check_age("--older-than", older_than)
        before = timezone.now() - timedelta(seconds=older_than)
        rows = WebSocketSession.objects.using(router.db_for_write(WebSocketSession))
        ended = rows.ended().filter(updated_on__lte=before)
        with database_errors():
            deleted = sum(_delete(ended, batch) for batch in in_batches(ended.only("pk")))
        self.stdout.write(f"Deleted {deleted} sessions of connections that have ended.")


def _delete(rows: QuerySet[WebSocketSession], batch: list[WebSocketSession]) -> int:
    """Delete what is still as it was found; a connection may have been taken up again."""
    _, by_model = rows.filter(pk__in=[row.pk for row in batch]).delete()
    return by_model.get(WebSocketSession._meta.label, 0)
