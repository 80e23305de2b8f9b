"""What the emulator carries: sockets, memory for each, echoes and posts a second, and how soon.

``python tests/benchmarks/emulator.py`` runs the emulator in a process of its own, without its
quotas, and thousands of clients and their backend in this one. It prints JSON: sockets opened and
held, without and with permessage-deflate, and the memory of each; echoes at 2,000 and at 3,000
messages a second, with the times of the answers; posts to ``@connections`` from a raw client; the
CPU of the emulator for each; how soon a ``LiveGateway`` is ready, in processes that have imported
everything, the first of each and later ones; and whether it keeps within its bounds.

A socket is a file in either process. The limit of open files is raised as far as it may be, and
``sockets_allowed`` says how many sockets that allows; no more than that are opened.

Two processes compute at the same time: on a busy machine the rates say little. There
``waiting_for_cpu`` is the part of the time in which the emulator had something to do and no CPU to
do it on, and ``cpu_microseconds`` says more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

__all__ = ["main"]

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> None:
    """Measure, and print the figures."""
    options = _parse(arguments)
    load = round(os.getloadavg()[0], 2)
    figures = asyncio.run(import_module("tests.benchmarks.carried").measure(options))
    run = {"python": platform.python_version(), "load_average": load}
    print(json.dumps({**run, **figures}, indent=2))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what the emulator carries.")
    parser.add_argument("--sockets", type=int, default=5_000, help="to open and hold")
    parser.add_argument("--hold", type=float, default=5, help="seconds that they are held")
    parser.add_argument("--seconds", type=float, default=5, help="of echoes at each rate")
    parser.add_argument("--posts", type=int, default=20_000, help="to @connections")
    parser.add_argument("--processes", type=int, default=10, help="with live gateways of their own")
    parser.add_argument("--rates", type=int, nargs=2, default=[2_000, 3_000], help="of echoes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    # Python puts the script's own directory there; what is measured is the checkout.
    sys.path[0] = str(CHECKOUT)
    main(sys.argv[1:])
