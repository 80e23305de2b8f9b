"""The command that ends what AWS has ended, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..models import ReapReport, reap_sessions
from ..models.batches import BATCH_SIZE
from ..models.reaping import QUIET_SECONDS, REQUESTS_PER_SECOND
from .cleanup import check_age, check_number, database_errors

__all__ = ["Command"]

_MAX_RATE = 10_000
"""Requests per second that AWS allows an account, unless it has asked for more."""

_MAX_BATCH = 10_000
"""Keys that every database takes in one statement."""


class Command(BaseCommand):
    """End the sessions and the connections that nobody else has ended."""

    help = (
        "Ends WebSocket sessions that AWS has ended without a word, and connections that were left "
        "open. Run it every few minutes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to ask AWS about whom, and how fast."""
        parser.add_argument(
            "--probe", action="store_true", help="Ask AWS whether quiet connections are open."
        )
        parser.add_argument(
            "--quiet",
            type=int,
            default=QUIET_SECONDS,
            metavar="SECONDS",
            help="A connection is quiet when its client has sent nothing for so long; "
            "by default %(default)s.",
        )
        parser.add_argument(
            "--rate",
            type=int,
            default=REQUESTS_PER_SECOND,
            metavar="NUMBER",
            help="Requests to AWS per second, at most; by default %(default)s.",
        )
        parser.add_argument(
            "--batch",
            type=int,
            default=BATCH_SIZE,
            metavar="ROWS",
            help="Rows that are changed at once, at most; by default %(default)s.",
        )

    def handle(
        self, *args: Any, probe: bool, quiet: int, rate: int, batch: int, **options: Any
    ) -> None:
        """End them, with a line for each kind.

        Raises:
            CommandError: a number cannot be used, the transport cannot do what is asked for, AWS
                answered nothing at all, or the database refused.
        """
        check_age("--quiet", quiet)
        check_number("--rate", rate, 1, _MAX_RATE)
        check_number("--batch", batch, 1, _MAX_BATCH)
        try:
            with database_errors():
                report = reap_sessions(
                    probe=probe, quiet_seconds=quiet, rate=rate, batch_size=batch
                )
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self._tell(report, probe=probe)

    def _tell(self, report: ReapReport, *, probe: bool) -> None:
        self.stdout.write(f"Ended {report.outlived} sessions that no connection can have any more.")
        self.stdout.write(f"Found {report.expired} connections that need not be closed any more.")
        self.stdout.write(f"Closed {report.closed} connections that had been left open.")
        if probe:
            self.stdout.write(
                f"Ended {report.gone} quiet sessions that AWS does not know; "
                f"{report.alive} are connected."
            )
        if report.dropped:
            self.stdout.write(f"Gave up {report.dropped} tasks: no recipient can be left.")
        if report.requeued:
            self.stdout.write(f"Made {report.requeued} tasks again that were lost or had failed.")
        if report.not_ready:
            self.stdout.write(f"Left {report.not_ready} connections that are not open yet.")
        if report.failed:
            reasons = ", ".join(f"{count} {name}" for name, count in sorted(report.failed.items()))
            failures = f"Left {sum(report.failed.values())} connections after errors: {reasons}."
            if report.nothing_heard:
                raise CommandError(f"AWS could not be asked. {failures}")
            self.stdout.write(failures)
