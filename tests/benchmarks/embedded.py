"""How soon a ``LiveGateway`` is ready: the first of a process that has imported it, and the next.

``python -m tests.benchmarks.embedded`` prints a line of JSON: milliseconds of three, the first one
first. Django's live server is there already, with a new database in memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from statistics import median
from typing import Any

import django
from pytest_django.live_server_helper import LiveServer

from .databases import new_database
from .sink import CHECKOUT

__all__ = ["live_gateways", "main"]

GATEWAYS = 3


def live_gateways(processes: int) -> dict[str, float]:
    """Return the medians of the first gateways of new processes, and of the later ones."""
    runs = [_run() for _ in range(processes)]
    later = [milliseconds for run in runs for milliseconds in run[1:]]
    return {
        "first_ms": round(median(run[0] for run in runs), 1),
        "later_ms": round(median(later), 1),
    }


def _run() -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.embedded"]
    done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, check=True)
    milliseconds: list[float] = json.loads(done.stdout)
    return milliseconds


def main() -> None:
    """Measure in this process, and print the figures."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    django.setup()
    gateway = import_module("django_aws_api_gateway_websockets.testing").LiveGateway
    with new_database("sqlite", None), _live_server() as site:
        print(json.dumps([_milliseconds_of(gateway, site, n) for n in range(GATEWAYS)]))


@contextmanager
def _live_server() -> Iterator[str]:
    server = LiveServer("localhost")
    yield server.url
    server.stop()


def _milliseconds_of(gateway: Any, site: str, number: int) -> float:
    started = time.perf_counter()
    with gateway(site, fields={"api_name": f"bench-{number}"}):
        return round(1_000 * (time.perf_counter() - started), 1)


if __name__ == "__main__":
    main()
