"""The command that creates one gateway in AWS, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..models import ApiGateway
from .gateways import command_errors, get_gateway

__all__ = ["Command", "DomainCommand", "last_line"]


class Command(BaseCommand):
    """Create a gateway, its routes and its stage in AWS, and deploy it."""

    help = (
        "Creates an API Gateway in AWS. Run it again after a failure: it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the primary key of the row."""
        parser.add_argument("--pk", type=int, required=True, help="Primary key of the ApiGateway.")

    def handle(self, *args: Any, pk: int, **options: Any) -> None:
        """Create the gateway, with a line for each step.

        Raises:
            CommandError: there is no such row, nothing is left to create, or a step failed.
        """
        gateway = get_gateway(pk)
        if not gateway.needs_api_creation:
            raise CommandError(f"{gateway.api_name} is created already.")
        with command_errors(gateway):
            for step in gateway.creation_steps():
                self.stdout.write(f"{gateway.api_name}: {step.sentence}")
        self.stdout.write(self.style.SUCCESS(f"{gateway.api_name}: {gateway.connection_url}"))


class DomainCommand(BaseCommand):
    """Create the custom domain of a gateway in AWS, map it to its stage, and point DNS to it."""

    help = (
        "Creates the custom domain of a gateway in AWS. Run it again after a failure: it goes on "
        "where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the primary key of the row."""
        parser.add_argument("--pk", type=int, required=True, help="Primary key of the ApiGateway.")

    def handle(self, *args: Any, pk: int, **options: Any) -> None:
        """Create the domain, with a line for each step and one for what is left to do.

        Raises:
            CommandError: there is no such row, it is not ready for a domain or has it already, or
                a step failed.
        """
        gateway = get_gateway(pk)
        if gateway.effective_provisioning_status == gateway.ProvisioningStatus.MAPPED:
            raise CommandError(f"{gateway.api_name} has its custom domain already.")
        with command_errors(gateway):
            for step in gateway.domain_steps():
                self.stdout.write(f"{gateway.api_name}: {step.sentence}")
        self.stdout.write(self.style.SUCCESS(f"{gateway.api_name}: {last_line(gateway)}"))


def last_line(gateway: ApiGateway) -> str:
    """Return the URL to connect to, or which DNS record it still lacks."""
    if gateway.hosted_zone_id or gateway.is_local:
        return gateway.connection_url
    target = gateway.api_gateway_domain_name
    return f"point the DNS record of {gateway.domain_name} to {target}"
