"""The command that deletes the API of a gateway, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..models import ApiGateway
from ..provisioning.removal import Removal
from .gateways import command_errors, get_gateway

__all__ = ["Command"]


class Command(BaseCommand):
    """Delete in AWS what was created for a gateway."""

    help = (
        "Deletes the API of a gateway in AWS, what maps to it, and the custom domain that was "
        "created for it. The row stays. Run it again after a failure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the row, and whether to ask."""
        parser.add_argument("--pk", type=int, required=True, help="Primary key of the ApiGateway.")
        parser.add_argument(
            "--keep-domain", action="store_true", help="Leave the custom domain in AWS."
        )
        parser.add_argument(
            "--no-input",
            "--noinput",
            action="store_false",
            dest="interactive",
            help="Do not ask for confirmation.",
        )

    def handle(
        self, *args: Any, pk: int, keep_domain: bool, interactive: bool, **options: Any
    ) -> None:
        """Delete the API, after a confirmation, with a line for each step.

        Raises:
            CommandError: there is no such row, it has no API, nobody confirmed, another run is at
                it, or a step failed.
        """
        gateway = get_gateway(pk)
        with command_errors(gateway):
            plan = gateway.plan_deletion(keep_domain=keep_domain)
        if interactive:
            self._confirm(gateway, plan)
        with command_errors(gateway):
            for step in gateway.deletion_steps(plan):
                self.stdout.write(f"{gateway}: {step.sentence}")
        for sentence in plan.left:
            self.stdout.write(f"{gateway}: {sentence}")
        self.stdout.write(self.style.SUCCESS(f"{gateway}: not in AWS any more"))

    def _confirm(self, gateway: ApiGateway, plan: Removal) -> None:
        """Show what would be done, and ask.

        Raises:
            CommandError: the answer is not yes.
        """
        for sentence in (*(step.sentence for step in plan.steps), *plan.left):
            self.stdout.write(f"{gateway}: {sentence}")
        try:
            answer = input("Type 'yes' to go on, or 'no' to cancel: ")
        except EOFError:
            answer = ""
        if answer != "yes":
            raise CommandError("Cancelled; nothing was deleted.")
