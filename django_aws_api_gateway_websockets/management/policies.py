"""The command that prints an IAM policy for gateways, under each of its names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..aws.clients import LOCAL_REGION, get_client
from ..models import ApiGateway
from ..protocol.endpoints import region_from_endpoint
from ..provisioning.iam import GatewayScope, provisioning_policy, runtime_policy
from .gateways import command_errors

__all__ = ["Command"]

_ACCOUNT = re.compile(r"[0-9]{12}|\*")


class Command(BaseCommand):
    """Print the IAM policy that gateways call for; AWS is not asked."""

    help = (
        "Prints an IAM policy: the least that a web process needs, or with --provisioning the "
        "least that creating and changing gateways needs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the gateways, the account, and for whom the policy is."""
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument(
            "--runtime",
            action="store_false",
            dest="provisioning",
            default=False,
            help="For what sends to clients and closes connections; the default.",
        )
        chosen.add_argument(
            "--provisioning",
            action="store_true",
            default=False,
            help="For what creates, compares, changes and deletes gateways.",
        )
        parser.add_argument(
            "--pk",
            type=int,
            nargs="+",
            help="Primary keys of the ApiGateways; every one if absent.",
        )
        parser.add_argument(
            "--account", default="*", help="Number of the AWS account; any if absent."
        )

    def handle(
        self,
        *args: Any,
        pk: list[int] | None,
        account: str,
        provisioning: bool,
        **options: Any,
    ) -> None:
        """Print the policy, and say which gateways it leaves out.

        Raises:
            CommandError: there is no such row, the account is no number of 12 digits, no region
                is named, or no gateway is left.
        """
        if not _ACCOUNT.fullmatch(account):
            raise CommandError("The number of an AWS account has 12 digits.")
        scopes = list(self._scopes(_gateways(pk), account, provisioning=provisioning))
        if not scopes:
            raise CommandError("No gateway calls for a policy.")
        policy = provisioning_policy(scopes) if provisioning else runtime_policy(scopes)
        self.stdout.write(json.dumps(policy, indent=2))

    def _scopes(
        self, gateways: list[ApiGateway], account: str, *, provisioning: bool
    ) -> Iterator[GatewayScope]:
        for gateway in gateways:
            if not gateway.api_id and not provisioning:
                self._leave_out(gateway, "it has no API yet; create it, then run this again")
            elif (region := _region(gateway)) == LOCAL_REGION:
                self._leave_out(gateway, "it is on this machine, and needs no policy")
            else:
                yield _scope(gateway, region=region, account=account)

    def _leave_out(self, gateway: ApiGateway, reason: str) -> None:
        self.stderr.write(f"{gateway.api_name}: left out, because {reason}")


def _gateways(keys: list[int] | None) -> list[ApiGateway]:
    gateways = ApiGateway.objects.order_by("pk")
    if keys is None:
        found = list(gateways)
        if not found:
            raise CommandError("There is no ApiGateway; add one first.")
        return found
    found = list(gateways.filter(pk__in=keys))
    missing = sorted({*keys} - {gateway.pk for gateway in found})
    if missing:
        raise CommandError(
            f"There is no ApiGateway with the primary key {', '.join(map(str, missing))}."
        )
    return found


def _region(gateway: ApiGateway) -> str:
    """Return the region of an API, or the one that a new API would be created in."""
    if gateway.is_local:
        return LOCAL_REGION
    named = region_from_endpoint(gateway.api_endpoint)
    with command_errors(gateway):
        region: str = named or get_client("apigatewayv2").meta.region_name
    return region


def _scope(gateway: ApiGateway, *, region: str, account: str) -> GatewayScope:
    return GatewayScope(
        region=region,
        account=account,
        api_id=gateway.api_id,
        stage_name=gateway.stage_name,
        domain_name=gateway.domain_name,
        hosted_zone_id=gateway.hosted_zone_id,
    )
