"""The command that renews the headers of integrations, under each of its names."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from ..aws.errors import AWS_ERRORS, error_code
from ..conf import settings
from ..exceptions import ApiGatewaySyncError
from ..models import ApiGateway
from ..models.operations.renewal import find_stale_headers, renew_headers
from ..models.operations.syncing import sync_errors
from ..provisioning.headers import header_names

__all__ = ["Command"]


class _Outcome(Enum):
    """What became of a gateway, in the words in which the command's error names it."""

    DONE = ""
    STALE = "Not up to date"
    FAILED = "Failed for"


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
        treat = self._compare if dry_run else self._update
        outcomes = [(gateway.api_name, treat(gateway)) for gateway in _gateways(pk)]
        for outcome in (_Outcome.FAILED, _Outcome.STALE):
            names = [name for name, found in outcomes if found is outcome]
            if names:
                raise CommandError(f"{outcome.value}: {', '.join(names)}")

    def _compare(self, gateway: ApiGateway) -> _Outcome:
        """Write what would be done."""
        try:
            with sync_errors(gateway):
                stale = find_stale_headers(gateway, gateway.control_plane())
        except (ApiGatewaySyncError, RuntimeError) as error:
            return self._complain(gateway, error)
        for integration_id, parameters in stale.items():
            what = f"would update {header_names(parameters)}" if parameters else "is up to date"
            self.stdout.write(f"{gateway.api_name}: {integration_id} {what}")
        if gateway.deployment_due:
            self.stdout.write(f"{gateway.api_name}: would be deployed")
        differs = gateway.deployment_due or any(stale.values())
        return _Outcome.STALE if differs else _Outcome.DONE

    def _update(self, gateway: ApiGateway) -> _Outcome:
        """Renew the headers of a gateway, and write what was done."""
        before = gateway.deployment_id
        try:
            with sync_errors(gateway):
                control = gateway.control_plane()
                stale = find_stale_headers(gateway, control)
                for integration_id in renew_headers(gateway, control, stale):
                    self.stdout.write(f"{gateway.api_name}: {integration_id} updated")
        except (ApiGatewaySyncError, RuntimeError) as error:
            return self._complain(gateway, error)
        for integration_id in (key for key, parameters in stale.items() if not parameters):
            self.stdout.write(f"{gateway.api_name}: {integration_id} is up to date")
        if gateway.deployment_id != before:
            self.stdout.write(f"{gateway.api_name}: deployed")
        return _Outcome.DONE

    def _complain(self, gateway: ApiGateway, error: Exception) -> _Outcome:
        self.stderr.write(self.style.ERROR(f"{gateway.api_name}: {_reason(error)}"))
        return _Outcome.FAILED


def _reason(error: Exception) -> str:
    """Return AWS's code, or what is wrong on this side."""
    cause = error.__cause__
    return (
        f"AWS returned {error_code(cause)}"
        if isinstance(cause, AWS_ERRORS)
        else str(cause or error)
    )


def _gateways(pk: int | None) -> QuerySet[ApiGateway]:
    gateways = ApiGateway.objects.filter(api_created=True).order_by("pk")
    if pk is None:
        return gateways
    if not gateways.filter(pk=pk):
        raise CommandError(f"There is no created ApiGateway with the primary key {pk}.")
    return gateways.filter(pk=pk)
