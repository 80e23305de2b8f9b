"""Runs everything that the example needs, on one command."""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.seed import seed

__all__ = ["Command"]

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
READY_SECONDS = 60.0
"""How long Django and the gateway may take to answer."""

POLL_SECONDS = 0.1
ANSWER_SECONDS = 5.0


class Command(BaseCommand):
    """Serve the example until Ctrl-C."""

    help = "Migrates, stores demo data, and serves the example beside a local API Gateway."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the port of the pages."""
        parser.add_argument(
            "--port", type=int, help="Port of the pages; by default 8000, or a free one."
        )

    def handle(self, *args: Any, port: int | None, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM, which end every process of the demo.

        Raises:
            CommandError: the port that was asked for is taken.
        """
        page_port = _choose_port(DEFAULT_PORT) if port is None else port
        if not _is_free(page_port):
            raise CommandError(f"Port {page_port} is taken; choose another with --port.")
        socket_port = _choose_port(page_port + 1)
        call_command("migrate", verbosity=0)
        seed(f"http://{HOST}:{page_port}")
        threading.Thread(
            target=self._say_when_ready, args=(page_port, socket_port), daemon=True
        ).start()
        call_command("runapigateway", f"{HOST}:{socket_port}", runserver=f"{HOST}:{page_port}")

    def _say_when_ready(self, page_port: int, socket_port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if _serves_pages(page_port) and _listens(socket_port):
                self.stdout.write(self.style.SUCCESS(f"Ready: http://{HOST}:{page_port}/"))
                self.stdout.flush()
                return
            time.sleep(POLL_SECONDS)


def _choose_port(wanted: int) -> int:
    """Return ``wanted``, or another port when that is taken."""
    if _is_free(wanted):
        return wanted
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    try:
        with socket.create_server((HOST, port)):
            return True
    except (OSError, OverflowError):
        return False


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), ANSWER_SECONDS):
            return True
    except OSError:
        return False


def _serves_pages(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
