"""The command that sends a message through a gateway and back, under each of its names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..models import ApiGateway
from ..models.primary import on_primary
from ..protocol.origins import Origin
from ..protocol.routes import DEFAULT
from .probe.report import Level, Line, ProbeFailed
from .probe.visitor import find_superuser, find_user

try:
    from .probe.probe import Probe
except ModuleNotFoundError as error:
    MISSING_MODULE = (error.name or "").partition(".")[0]
else:
    MISSING_MODULE = ""

__all__ = ["Command"]

_MAX_SECONDS = 3600


class Command(BaseCommand):
    """Open a socket to gateways as a page does, and name the hop that fails."""

    help = (
        "Opens a socket to an API Gateway as a page does, exchanges a message, posts and closes; "
        "names what fails, with the likely cause."
    )
    # An unusable setting is for the command to explain, and not a reason not to start.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the row, and as whom and how to connect."""
        parser.add_argument(
            "--pk", type=int, help="Primary key of the ApiGateway; by default all that have an API."
        )
        parser.add_argument(
            "--user",
            metavar="USERNAME",
            help="Who connects; by default the oldest active superuser, else a visitor.",
        )
        parser.add_argument(
            "--origin",
            default="",
            help="Origin of the page; by default that of the gateway's target_base_endpoint.",
        )
        parser.add_argument("--channel", default="", help="Channel to join.")
        parser.add_argument(
            "--route", default=DEFAULT, metavar="KEY", help="Route of the message; $default."
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=10.0,
            metavar="SECONDS",
            help="Seconds that each hop may take; 10.",
        )

    def handle(
        self,
        *args: Any,
        pk: int | None,
        user: str | None,
        origin: str,
        channel: str,
        route: str,
        timeout: float,
        verbosity: int,
        **options: Any,
    ) -> None:
        """Probe one gateway after the other, with a line for each hop.

        Raises:
            CommandError: the extra is not installed, there is nothing to probe, or a hop failed.
        """
        if MISSING_MODULE:
            raise CommandError(
                f"Opening a socket needs {MISSING_MODULE}: "
                'pip install "django-aws-api-gateway-websockets[local]"'
            )
        if not 0 < timeout <= _MAX_SECONDS:
            raise CommandError(f"--timeout must be more than 0 and at most {_MAX_SECONDS}.")
        if origin and Origin.parse(origin) is None:
            raise CommandError(f"--origin must be scheme://host[:port], not {origin!r}.")
        gateways = _gateways(pk)
        how = {"origin": origin, "channel": channel, "route": route, "timeout": timeout}
        visitor = _user(user)
        hops = {
            gateway.api_name: self._probe(Probe(gateway, user=visitor, **how), gateway, verbosity)
            for gateway in gateways
        }
        failed = [f"{name} failed at the {hop}" for name, hop in hops.items() if hop]
        if failed:
            raise CommandError(f"{', '.join(failed)}.")

    def _probe(self, probe: Probe, gateway: ApiGateway, verbosity: int) -> str:
        """Run a probe and write what it finds; return the name of the hop that failed, or ""."""
        try:
            for line in probe.run():
                self._write(gateway, line, verbosity)
        except ProbeFailed as failure:
            self.stderr.write(self.style.ERROR(f"{gateway.api_name}: {failure.fact}"))
            self.stderr.write(f"{gateway.api_name}: {failure.advice}")
            return probe.hop
        if verbosity:
            self.stdout.write(self.style.SUCCESS(f"{gateway.api_name}: works"))
        return ""

    def _write(self, gateway: ApiGateway, line: Line, verbosity: int) -> None:
        text = f"{gateway.api_name}: {line.text}"
        if line.level is Level.WARNING:
            self.stderr.write(self.style.WARNING(text))
        elif verbosity > (1 if line.level is Level.DETAIL else 0):
            self.stdout.write(text)


def _gateways(pk: int | None) -> list[ApiGateway]:
    rows = on_primary(ApiGateway).order_by("pk")
    if pk is None:
        gateways = list(rows.exclude(api_id="", api_endpoint=""))
        if not gateways:
            raise CommandError("No gateway has an API; manage.py createApiGateway creates one.")
        return gateways
    gateway = rows.filter(pk=pk).first()
    if gateway is None:
        raise CommandError(f"There is no ApiGateway with the primary key {pk}.")
    return [gateway]


def _user(username: str | None) -> Any:
    if username is None:
        return find_superuser()
    user = find_user(username)
    if user is None:
        raise CommandError(f"There is no user {username!r}.")
    if not user.is_active:
        raise CommandError(f"{username} is not active, so every token of theirs is refused.")
    return user
