"""What an event costs: token, connect, message and disconnect, each beside a bare view.

``python tests/benchmarks/inbound.py`` runs them through Django's whole WSGI handler, on a new
database of SQLite and on one of PostgreSQL, and prints JSON: for each kind of event the events per
second and the statements per event of our view and of a view that runs as many statements and
answers ``{}`` (``bare.py`` has them), and the ratio of the two rates. Both take turns, event by
event, and a rate is that of the median event, so that the figures bear a busy machine.
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
    measure = import_module("tests.benchmarks.rounds").measure
    figures = {
        engine: measure(engine, seconds=options.seconds, rounds=options.rounds)
        for engine in options.database or DATABASES
    }
    versions = {"python": platform.python_version(), "django": django.__version__}
    print(json.dumps({**versions, "databases": figures}, indent=2))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what each kind of inbound event costs.")
    parser.add_argument("--seconds", type=float, default=20, help="for each database, about")
    parser.add_argument("--rounds", type=int, default=100, help="for each database, at most")
    parser.add_argument(
        "--database", action="append", choices=DATABASES, help="one of them; may be repeated"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    # Python puts the script's own directory there; what is measured is the checkout.
    sys.path[0] = str(CHECKOUT)
    main(sys.argv[1:])
