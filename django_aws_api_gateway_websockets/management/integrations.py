"""The command that renews the headers of integrations, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from ..aws.errors import error_code
from ..conf import settings
from ..exceptions import ApiGatewaySyncError
from ..models import ApiGateway
from ..models.renewal import find_stale_headers, renew_headers
from ..models.syncing import sync_errors
from ..provisioning.headers import header_names

__all__ = ["Command"]


class Command(BaseCommand):
    """Let the integrations of gateways send the headers that Django trusts, and deploy them."""

    help = (
        "Maps the gateway secret and the other trusted headers on the integrations of gateways "
        "that exist, and deploys their stages. Other headers stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one gateway, and whether to change anything."""
        parser.add_argument(
            "--pk", type=int, help="Primary key of the ApiGateway; every one that exists if absent."
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Change nothing; end with status 1 when an integration is not up to date.",
        )

    def handle(self, *args: Any, pk: int | None, dry_run: bool, **options: Any) -> None:
        """Renew the headers, with a line for each integration.

        Raises:
            CommandError: there is no such row, the secret is unusable, a gateway failed, or with
                ``--dry-run`` an integration is not up to date.
        """
        try:
            settings.sent_gateway_secret  # noqa: B018  # raises when it is unusable
        except ValueError as error:
            raise CommandError(str(error)) from error
        gateways = _gateways(pk)
        if dry_run:
            stale = [gateway.api_name for gateway in gateways if self._compare(gateway)]
            if stale:
                raise CommandError(f"Not up to date: {', '.join(stale)}")
            return
        failed = [gateway.api_name for gateway in gateways if not self._update(gateway)]
        if failed:
            raise CommandError(f"Failed for: {', '.join(failed)}")

    def _compare(self, gateway: ApiGateway) -> bool:
        """Write what would be done; return whether that is anything, or could not be found out."""
        try:
            with sync_errors(gateway):
                stale = find_stale_headers(gateway, gateway.control_plane())
        except (ApiGatewaySyncError, RuntimeError) as error:
            self._complain(gateway, error)
            return True
        for integration_id, parameters in stale.items():
            what = f"would update {header_names(parameters)}" if parameters else "is up to date"
            self.stdout.write(f"{gateway.api_name}: {integration_id} {what}")
        if gateway.deployment_due:
            self.stdout.write(f"{gateway.api_name}: would be deployed")
        return gateway.deployment_due or any(stale.values())

    def _update(self, gateway: ApiGateway) -> bool:
        """Renew the headers of a gateway; return whether that succeeded."""
        before = gateway.deployment_id
        try:
            with sync_errors(gateway):
                control = gateway.control_plane()
                stale = find_stale_headers(gateway, control)
                for integration_id in renew_headers(gateway, control, stale):
                    self.stdout.write(f"{gateway.api_name}: {integration_id} updated")
        except (ApiGatewaySyncError, RuntimeError) as error:
            self._complain(gateway, error)
            return False
        for integration_id in (key for key, parameters in stale.items() if not parameters):
            self.stdout.write(f"{gateway.api_name}: {integration_id} is up to date")
        if gateway.deployment_id != before:
            self.stdout.write(f"{gateway.api_name}: deployed")
        return True

    def _complain(self, gateway: ApiGateway, error: Exception) -> None:
        cause = error.__cause__
        text = f"AWS returned {error_code(cause)}" if cause else str(error)
        self.stderr.write(self.style.ERROR(f"{gateway.api_name}: {text}"))


def _gateways(pk: int | None) -> QuerySet[ApiGateway]:
    gateways = ApiGateway.objects.filter(api_created=True).order_by("pk")
    if pk is None:
        return gateways
    if not gateways.filter(pk=pk):
        raise CommandError(f"There is no created ApiGateway with the primary key {pk}.")
    return gateways.filter(pk=pk)
