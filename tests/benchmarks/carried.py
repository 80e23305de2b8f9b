"""The figures of ``emulator.py``, and the bounds that they are to keep."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from django_aws_api_gateway_websockets.emulator.process import raise_open_file_limit

from .crowd import Crowd
from .embedded import live_gateways
from .emulated import Emulated, emulated
from .strains import echo, hold, posts, stage

__all__ = ["bounds_of", "measure"]

OTHER_FILES = 500
"""What a process opens besides: connections to the backend and to ``@connections``."""


async def measure(options: Namespace) -> dict[str, Any]:
    """Return what the emulator carried."""
    figures: dict[str, Any] = {"live_gateway": live_gateways(options.processes)}
    with emulated() as emulator:
        allowed = sockets_allowed(raise_open_file_limit(), emulator.open_files)
        count = options.sockets if allowed is None else min(options.sockets, allowed)
        async with stage(emulator) as (path, ids):
            crowd = Crowd(_socket_url(emulator, path))
            figures["plain"] = await hold(emulator, crowd, count, options.hold)
            for rate in options.rates:
                figures[f"echo_{rate}"] = await echo(emulator, crowd, rate, options.seconds)
            figures["posts"] = await posts(emulator, crowd, path, ids, options.posts)
            crowd.close()
    with emulated() as emulator:
        async with stage(emulator) as (path, _):
            crowd = Crowd(_socket_url(emulator, path), deflate=True)
            figures["deflate"] = await hold(emulator, crowd, count, options.hold)
            crowd.close()
    calm, busy = (figures[f"echo_{rate}"] for rate in options.rates)
    return {"sockets_allowed": allowed, **figures, "bounds": bounds_of(figures, calm, busy)}


def sockets_allowed(*open_files: int | None) -> int | None:
    """Return how many sockets processes may have that may open so many files."""
    known = [number for number in open_files if number is not None]
    return min(known) - OTHER_FILES if known else None


def bounds_of(
    figures: dict[str, Any], calm: dict[str, Any], busy: dict[str, Any]
) -> dict[str, Any]:
    """Return what is bounded, and whether it holds.

    Args:
        figures: those of the sockets, of the posts and of live gateways.
        calm: the figures of echoes that are to come quickly.
        busy: those of more echoes, which are to come at all.
    """
    plain, deflate = figures["plain"], figures["deflate"]
    return {
        "held": _at_least(5_000, min(plain["held"], deflate["held"])),
        "connects_per_second": _at_least(1_000, plain["per_second"]),
        "kb_per_connection": _at_most(20, plain["kb_per_connection"]),
        "kb_per_connection_with_deflate": _at_most(20, deflate["kb_per_connection"]),
        "echo_p99_ms": _at_most(100, calm["p99_ms"]),
        "echoes_per_second": _at_least(0.95 * busy["asked"], busy["per_second"]),
        "echoes_unanswered": _at_most(0, calm["unanswered"] + busy["unanswered"]),
        "posts_per_second": _at_least(3_000, figures["posts"]["per_second"]),
        "first_live_gateway_ms": _at_most(200, figures["live_gateway"]["first_ms"]),
    }


def _socket_url(emulator: Emulated, path: str) -> str:
    return emulator.url.replace("http", "ws", 1) + path


def _at_least(bound: float, value: float) -> dict[str, Any]:
    return {"value": value, "at_least": bound, "holds": value >= bound}


def _at_most(bound: float, value: float) -> dict[str, Any]:
    return {"value": value, "at_most": bound, "holds": value <= bound}
