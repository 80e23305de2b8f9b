"""The command that makes the rows of an API that exists, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ..aws.control import get_control_plane
from ..models import ApiGateway
from .gateways import command_errors

__all__ = ["Command"]


class Command(BaseCommand):
    """Take over an API that was built by hand, by infrastructure code, or by 4.1."""

    help = "Makes the rows of a WebSocket API that exists in AWS. AWS is read and not changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the API, and how its row is to be called."""
        parser.add_argument("--api-id", required=True, help="AWS's id of the API.")
        parser.add_argument("--stage", default="", help="Its stage, when it has several.")
        parser.add_argument("--name", default="", help="Name of the row; by default the API's.")
        parser.add_argument("--region", help="Its region; by default that of the settings.")

    def handle(self, *args: Any, api_id: str, **options: Any) -> None:
        """Make the rows, and say what they cannot hold and what to do next.

        Raises:
            CommandError: the API cannot be found or read, a row has it already, or a row cannot
                hold what it is.
        """
        with command_errors(api_id):
            adoption = ApiGateway.objects.import_api(
                api_id,
                stage_name=options["stage"],
                name=options["name"],
                control=get_control_plane(region_name=options["region"]),
            )
        gateway = adoption.gateway
        count = gateway.additional_routes.count()
        self._say(gateway, f"imported {api_id} as {gateway.pk}, with {count} additional routes")
        for note in adoption.notes:
            self._say(gateway, note)
        command = "syncApiGateway --dry-run" if gateway.is_deployed else "createApiGateway"
        self._say(gateway, f"connects at {gateway.connection_url}")
        self._say(gateway, f"go on with {command} --pk {gateway.pk}")

    def _say(self, gateway: ApiGateway, sentence: str) -> None:
        self.stdout.write(f"{gateway}: {sentence}")
