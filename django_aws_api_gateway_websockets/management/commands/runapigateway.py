"""Runs a local API Gateway, so that a project works on a laptop without an AWS account."""

from __future__ import annotations

import gc
import signal
import ssl
import threading
from contextlib import ExitStack
from functools import partial
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...aws.control import get_control_plane
from ...models import ApiGateway
from ...protocol.endpoints import bracketed, is_loopback
from ..gateways import command_errors
from ..local_apis import provision
from ..runserver import ServerProcess

try:
    from ...emulator import (
        Assumptions,
        EmulatorThread,
        LineWriter,
        LogRecord,
        Quotas,
        StateError,
    )
    from ...emulator.faults import read_setting
    from ...emulator.process import raise_open_file_limit
except ModuleNotFoundError as error:
    MISSING_MODULE: str | None = error.name
else:
    MISSING_MODULE = None

__all__ = ["Command"]

_POLL_SECONDS = 0.2
_QUIET_KINDS = ("control", "started")
_GC_THRESHOLDS = (50_000, 20, 100)
"""Collect rarely: at the default, a process with thousands of sockets pauses for 200 ms."""


class Command(BaseCommand):
    """Run the local gateway until it is interrupted."""

    help = "Runs a local API Gateway for development, with the project's local gateways in it."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, and how to run Django beside the gateway."""
        parser.add_argument(
            "addrport", nargs="?", default="127.0.0.1:9000", help="Address or port to listen on."
        )
        parser.add_argument(
            "--runserver",
            nargs="?",
            const="127.0.0.1:8000",
            metavar="ADDRPORT",
            help="Run Django's development server too, by default on 127.0.0.1:8000.",
        )
        parser.add_argument(
            "--noreload",
            action="store_true",
            help="Do not restart Django's development server when code changes.",
        )
        parser.add_argument(
            "--allow-remote", action="store_true", help="Listen on an address that others reach."
        )
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="NAME[=VALUE]",
            help="Let something go wrong; may be repeated. An unknown name lists what there is.",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=0,
            help="Begins the numbers by which faults are drawn, so that a failure can be replayed.",
        )
        parser.add_argument(
            "--state", metavar="FILE", help="File that keeps the APIs until the next start."
        )
        parser.add_argument(
            "--tls-port", type=int, help="Second port, with TLS, for custom domains."
        )
        parser.add_argument("--tls-certificate", help="PEM file for the second port.")
        parser.add_argument("--tls-key", help="PEM file of its key, unless it is in the first.")
        _add_behaviour(parser)

    def handle(self, *args: Any, addrport: str, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM.

        Raises:
            CommandError: the extra is not installed, an address cannot be used, there is no such
                fault, or Django's development server ended by itself.
        """
        if MISSING_MODULE is not None:
            raise CommandError(
                f"The local gateway needs {MISSING_MODULE}: "
                'pip install "django-aws-api-gateway-websockets[local]"'
            )
        host, port = _parse_address(addrport)
        if not options["allow_remote"] and not is_loopback(f"//{bracketed(host)}"):
            raise CommandError(f"{host} can be reached by others; add --allow-remote if it should.")
        settings = _read_faults(options["fault"])
        done = _interruption()
        with ExitStack() as stack:
            emulator = self._start(stack, host, port, **options)
            self._provision(emulator)
            server = self._start_server(stack, **options)
            for name, value in settings:
                emulator.switchboard.set(name, value)
            while not done.wait(_POLL_SECONDS):
                if server is not None and server.exit_status is not None:
                    raise CommandError("Django's development server has ended.")

    def _start(
        self,
        stack: ExitStack,
        host: str,
        port: int,
        *,
        tls_port: int | None,
        tls_certificate: str | None,
        tls_key: str | None,
        seed: int,
        state: str | None,
        verbosity: int,
        **options: Any,
    ) -> EmulatorThread:
        raise_open_file_limit()
        gc.set_threshold(*_GC_THRESHOLDS)
        try:
            emulator = EmulatorThread(
                host=host,
                port=port,
                tls_port=tls_port,
                ssl_context=_ssl_context(tls_port, tls_certificate, tls_key),
                **_behaviour(**options),
                log=partial(self._log, LineWriter(cast("Any", self.stdout)), verbosity),
                seed=seed,
                state=state,
            )
            stack.enter_context(emulator)
        except StateError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(error.strerror) from error
        self.stdout.write(self.style.SUCCESS(f"API Gateway for development: {emulator.url}"))
        self.stdout.write(f"Connections and traffic: {emulator.inspector_url}")
        return emulator

    def _log(self, write: LineWriter, verbosity: int, record: LogRecord) -> None:
        """Write a record; what provisioning does without an error is for the curious."""
        failed = record.status is not None and record.status >= 400
        if verbosity > 1 or failed or record.kind not in _QUIET_KINDS:
            write(record)

    def _start_server(
        self, stack: ExitStack, *, runserver: str | None, noreload: bool, **options: Any
    ) -> ServerProcess | None:
        if runserver is None:
            return None
        return stack.enter_context(ServerProcess(runserver, *(["--noreload"] if noreload else [])))

    def _provision(self, emulator: EmulatorThread) -> None:
        """Create the gateways that have no API, or one on this machine; list the others."""
        control, endpoints = get_control_plane(emulator.url), emulator.endpoints
        for gateway in ApiGateway.objects.order_by("pk"):
            if _belongs_to_aws(gateway):
                self.stdout.write(
                    f"{gateway.api_name}: left alone, it is in AWS or was begun there"
                )
                continue
            try:
                with command_errors(gateway):
                    provision(gateway, control, endpoints)
            except CommandError as error:
                self.stderr.write(self.style.ERROR(str(error)))
            else:
                self.stdout.write(self.style.SUCCESS(_summary(gateway)))


def _add_behaviour(parser: CommandParser) -> None:
    """Take what the gateway does otherwise than AWS's defaults."""
    parser.add_argument(
        "--verify-signatures",
        action="store_true",
        help="Refuse calls of @connections that are not signed with the keys local and local.",
    )
    parser.add_argument(
        "--rate", type=float, help="Requests a second of the account; 10000 by default."
    )
    parser.add_argument(
        "--burst", type=int, help="Requests of the account at once; 5000 by default."
    )
    parser.add_argument(
        "--connect-rate", type=float, help="Handshakes a second of the account; 500 by default."
    )
    parser.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="What to do where AWS's behaviour is not known; may be given more than once.",
    )


def _behaviour(
    *,
    verify_signatures: bool,
    rate: float | None,
    burst: int | None,
    connect_rate: float | None,
    assume: list[str],
    **options: Any,
) -> dict[str, Any]:
    """Return the options of the gateway that arguments stand for.

    Raises:
        CommandError: one of them has a value that makes no sense.
    """
    given: dict[str, Any] = {"rate": rate, "burst": burst, "connect_rate": connect_rate}
    try:
        return {
            "verify_signatures": verify_signatures,
            "quotas": Quotas(**{k: v for k, v in given.items() if v is not None}),
            "assume": Assumptions.parse(assume),
        }
    except ValueError as error:
        raise CommandError(str(error)) from error


def _belongs_to_aws(gateway: ApiGateway) -> bool:
    """Return whether an API of the row is in AWS, or may be there as an interrupted run left it."""
    return not gateway.is_local and bool(gateway.api_id or gateway.creation_id)


def _summary(gateway: ApiGateway) -> str:
    keys = gateway.additional_routes.order_by("pk").values_list("route_key", flat=True)
    routes = f" (routes {', '.join(keys)})" if keys else ""
    return f"{gateway.api_name}: {gateway.connection_url}{routes}"


def _parse_address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise CommandError(f"{text!r} is neither a port nor an address with a port.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _read_faults(texts: list[str]) -> list[tuple[str, str]]:
    """Return names and values of faults.

    Raises:
        CommandError: one of them is not valid; the message lists what is.
    """
    try:
        return [read_setting(text) for text in texts]
    except ValueError as error:
        raise CommandError(f"--fault: {error}") from error


def _ssl_context(
    port: int | None, certificate: str | None, key: str | None
) -> ssl.SSLContext | None:
    if port is None:
        return None
    if certificate is None:
        raise CommandError("--tls-port needs --tls-certificate.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise CommandError(f"The certificate cannot be used: {error}") from error
    return context


def _interruption() -> threading.Event:
    """Return an event that SIGINT and SIGTERM set."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    return done
