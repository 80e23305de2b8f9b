"""One way to post, measured in a process of its own, whose memory and CPU nothing else uses.

``python -m tests.benchmarks.measured NAME --url URL --posts N`` posts a little to warm up, then N
times, and prints JSON: how many posts there were in all, the seconds and the seconds of CPU that
those after the warm-up took, and the memory before them and at most, in KiB. ``sides.py`` has the
ways; the root of the server's certificate is in the file that ``AWS_CA_BUNDLE`` names.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from importlib import import_module

import django

__all__ = ["NAMES", "main"]

NAMES = ("boto3", "limit", "ours")


def main(arguments: list[str]) -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description="Measure one way to post.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--url", required=True, help="of the stage that is posted to")
    parser.add_argument("--posts", type=int, required=True, help="after those of the warm-up")
    parser.add_argument("--engine", default="sqlite", help="of the database with the recipients")
    parser.add_argument("--database", default="", help="its name")
    options = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    django.setup()
    measurement = getattr(import_module("tests.benchmarks.sides"), options.name)(options)
    print(json.dumps(asdict(measurement)))


if __name__ == "__main__":
    main(sys.argv[1:])
