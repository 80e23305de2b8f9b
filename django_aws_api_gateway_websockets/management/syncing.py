"""The command that brings gateways and AWS together, under each of its names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from ..exceptions import WebSocketError
from ..models import ApiGateway
from ..provisioning.steps import Step
from .gateways import get_gateway

__all__ = ["Command"]


@dataclass(kw_only=True, slots=True)
class _Report:
    """What became of one gateway.

    Args:
        steps: what was done, or is to be done, in order.
        extra_routes: keys of routes that only AWS has.
        error: why it could not be compared or changed; empty when it could.
    """

    gateway: str
    pk: int
    steps: list[dict[str, Any]] = field(default_factory=list)
    extra_routes: list[str] = field(default_factory=list)
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Options:
    """What the command was asked for."""

    from_aws: bool
    dry_run: bool
    prune: bool


class Command(BaseCommand):
    """Compare gateways with AWS, and change one side to what the other has."""

    help = (
        "Brings AWS to what the rows of a gateway say, or with --from-aws the rows to what AWS has."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the gateways, the direction, and whether to change anything."""
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("--pk", type=int, help="Primary key of the ApiGateway.")
        chosen.add_argument(
            "--all", action="store_true", help="Every gateway that is deployed, one by one."
        )
        parser.add_argument(
            "--from-aws", action="store_true", help="Change the rows instead of AWS."
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Change nothing; write what differs, and end with status 1 when anything does.",
        )
        parser.add_argument(
            "--prune", action="store_true", help="Remove the routes in AWS that no row has."
        )
        parser.add_argument(
            "--json", action="store_true", help="Write one JSON array when all is done."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync the gateways, with a line for each step as it is done.

        Raises:
            CommandError: there is no such row, a gateway could not be synced, or with
                ``--dry-run`` one differs.
        """
        gateways = _gateways(options["pk"])
        asked = _Options(
            from_aws=options["from_aws"], dry_run=options["dry_run"], prune=options["prune"]
        )
        if asked.from_aws and asked.prune:
            raise CommandError("--prune changes AWS, and --from-aws does not; choose one.")
        reports = [self._sync(gateway, asked, quiet=options["json"]) for gateway in gateways]
        if options["json"]:
            self.stdout.write(json.dumps([asdict(report) for report in reports], indent=2))
        _judge(reports, asked)

    def _sync(self, gateway: ApiGateway, asked: _Options, *, quiet: bool) -> _Report:
        report = _Report(gateway=gateway.api_name, pk=gateway.pk)
        try:
            for step in _steps(gateway, asked, report):
                report.steps.append(step)
                self._say(report, step["sentence"], quiet=quiet)
        except (WebSocketError, ImproperlyConfigured, RuntimeError, ValueError) as error:
            report.error = str(error)
            self.stderr.write(self.style.ERROR(f"{report.gateway}: {error}"))
            return report
        if not report.steps:
            self._say(report, "nothing to do", quiet=quiet)
        for key in report.extra_routes:
            self._say(report, f"no row has the {key} route, which AWS has", quiet=quiet)
        return report

    def _say(self, report: _Report, sentence: str, *, quiet: bool) -> None:
        if not quiet:
            self.stdout.write(f"{report.gateway}: {sentence}")


def _gateways(pk: int | None) -> list[ApiGateway]:
    if pk is None:
        return list(ApiGateway.objects.filter(api_created=True).order_by("pk"))
    return [get_gateway(pk)]


def _steps(gateway: ApiGateway, asked: _Options, report: _Report) -> Iterator[dict[str, Any]]:
    """Yield each step as it is done, or as it is planned."""
    if asked.from_aws:
        yield from ({"sentence": sentence} for sentence in _pull(gateway, dry_run=asked.dry_run))
        return
    plan = gateway.plan_sync(prune=asked.prune)
    report.extra_routes.extend([] if asked.prune else [route.key for route in plan.extra])
    steps = {step.name: step for step in plan.steps if not step.skipped}
    if asked.dry_run:
        yield from (_shown(step, step.sentence) for step in steps.values())
    else:
        yield from (
            _shown(steps[result.name], result.sentence)
            for result in gateway.sync_steps(plan=plan)
            if not result.skipped
        )


def _pull(gateway: ApiGateway, *, dry_run: bool) -> list[str]:
    with transaction.atomic():
        changes = gateway.sync_from_aws()
        transaction.set_rollback(dry_run)
    return changes


def _shown(step: Step, sentence: str) -> dict[str, Any]:
    changes = [
        {"name": change.name, "before": change.before, "after": change.after}
        for change in step.changes
    ]
    return {
        "name": step.name,
        "action": str(step.action),
        "sentence": sentence,
        "changes": changes,
    }


def _judge(reports: list[_Report], asked: _Options) -> None:
    """Fail when something went wrong, or when a comparison found something."""
    failed = [report.gateway for report in reports if report.error]
    if failed:
        raise CommandError(f"Failed for: {', '.join(failed)}")
    differing = [report.gateway for report in reports if report.steps]
    if asked.dry_run and differing:
        raise CommandError(f"AWS and the rows differ: {', '.join(differing)}")
