"""What a broadcast costs: boto3 with threads, the limit, and our queryset call, against one sink.

``python tests/benchmarks/fanout.py`` posts to nginx on this machine, over TLS, with boto3 and 10
threads, with a raw asyncio loop that writes requests that were signed before (the limit), and with
``send_message`` of sessions in a new database, from the database on. They take turns for some
rounds, each in a process of its own, and medians count. It prints JSON: for each the posts per
second, the microseconds of CPU per post and the memory; the ratios of ours to the others; and
whether it keeps within its bounds.

``--latency 30`` has each answer come 30 ms late, and measures the seconds that ours takes.
``--rows 1000000`` has ours find the recipients among as many sessions, a tenth of all, in
PostgreSQL, and measures the memory that it takes.

Where the sink has not got as many posts as were counted there are no figures but an error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

import django

__all__ = ["main"]

CHECKOUT = Path(__file__).resolve().parents[2]
DATABASES = ("sqlite", "postgresql")


def main(arguments: list[str]) -> None:
    """Measure, and print the figures."""
    options = _parse(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    django.setup()
    figures = import_module("tests.benchmarks.modes").measure(options)
    versions = {"python": platform.python_version(), "django": django.__version__}
    print(json.dumps({**versions, **figures}, indent=2))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what a broadcast costs.")
    parser.add_argument("--recipients", type=int, help="by default 20,000, or 10,000 of late ones")
    parser.add_argument("--rounds", type=int, default=3, help="the medians of which count")
    parser.add_argument("--database", choices=DATABASES, help="by default what DB names")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--latency", type=int, help="milliseconds that each answer comes late")
    mode.add_argument("--rows", type=int, help="sessions, a tenth of which are recipients")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    # Python puts the script's own directory there; what is measured is the checkout.
    sys.path[0] = str(CHECKOUT)
    main(sys.argv[1:])
