"""The modes of the benchmark of broadcasts: speed, slow answers, and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.settings import TEST_NAME

from .databases import new_database
from .measured import NAMES
from .recipients import create_sessions
from .sink import CHECKOUT, Sink, nginx_sink, python_sink

__all__ = ["Bench", "bench_of", "measure", "measure_latency", "measure_memory", "measure_speed"]

RECIPIENTS = 20_000
RECIPIENTS_OF_LATE_ANSWERS = 10_000

MOST_POSTS_OF_BOTO3 = 2_000
"""It is slow, and as slow with more."""

ONE_IN = 10
"""Of a million rows, how many are recipients."""

PATIENCE = 600.0
"""Seconds that one measurement may take."""


def measure(options: Namespace) -> dict[str, Any]:
    """Return the figures of the mode that the options of ``fanout.py`` ask for."""
    rounds, engine = options.rounds, options.database or os.environ.get("DB", "sqlite")
    # The sink needs a CPU of its own: on a busy machine the figures say little.
    load = round(os.getloadavg()[0], 2)
    if options.rows:
        engine = options.database or "postgresql"
        figures = measure_memory(engine, rounds, options.rows)
    elif options.latency:
        recipients = options.recipients or RECIPIENTS_OF_LATE_ANSWERS
        figures = measure_latency(engine, rounds, recipients, options.latency)
    else:
        figures = measure_speed(engine, rounds, options.recipients or RECIPIENTS)
    return {"load_average": load, "database": engine, "rounds": rounds, **figures}


def measure_speed(engine: str, rounds: int, recipients: int) -> dict[str, Any]:
    """Return what a post costs in each way, and how ours compares."""
    posts = dict.fromkeys(NAMES, recipients) | {"boto3": min(recipients, MOST_POSTS_OF_BOTO3)}
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    with nginx_sink() as sink, bench_of(engine, sink, recipients) as bench:
        for number in range(rounds):
            for name in NAMES if number % 2 else reversed(NAMES):
                runs[name].append(bench.run(name, posts[name]))
    figures = {name: _figures(measurements) for name, measurements in runs.items()}
    rates = {name: side["posts_per_second"] for name, side in figures.items()}
    bounds = {
        "ours_to_boto3": _at_least(14, rates["ours"] / rates["boto3"]),
        "ours_to_limit": _at_least(0.45, rates["ours"] / rates["limit"]),
        "cpu_microseconds_per_post": _at_most(90, figures["ours"]["cpu_microseconds_per_post"]),
    }
    return {"recipients": recipients, **figures, "bounds": bounds}


def measure_latency(engine: str, rounds: int, recipients: int, milliseconds: int) -> dict[str, Any]:
    """Return what ours takes when each answer comes late."""
    delaying = python_sink("tests.benchmarks.delaying", str(milliseconds))
    with delaying as sink, bench_of(engine, sink, recipients) as bench:
        ours = _figures([bench.run("ours", recipients) for _ in range(rounds)])
    bounds = {"seconds": _at_most(2, ours["seconds"])}
    return {"recipients": recipients, "latency": milliseconds, "ours": ours, "bounds": bounds}


def measure_memory(engine: str, rounds: int, rows: int) -> dict[str, Any]:
    """Return what ours takes to find the recipients among many rows, and to post to them."""
    recipients = -(-rows // ONE_IN)
    with nginx_sink() as sink, bench_of(engine, sink, rows, every=ONE_IN) as bench:
        ours = _figures([bench.run("ours", recipients) for _ in range(rounds)])
    bounds = {"rss_above_idle_mb": _at_most(60, ours["rss_above_idle_mb"])}
    return {"rows": rows, "recipients": recipients, "ours": ours, "bounds": bounds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A sink, and a database whose sessions are to be reached there."""

    sink: Sink
    engine: str
    database: str

    def run(self, name: str, posts: int) -> dict[str, Any]:
        """Measure one way in a process of its own.

        Raises:
            RuntimeError: a post failed, or the sink has not got as many as were counted.
            subprocess.CalledProcessError: the process failed, and has said why.
        """
        before = self.sink.posts()
        arguments = {
            "--url": self.sink.management_url,
            "--posts": str(posts),
            "--engine": self.engine,
            "--database": self.database,
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.measured", name, *sum(arguments.items(), ())],
            check=True,
            cwd=CHECKOUT,
            env=_environment(self.sink.authority),
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )
        measurement: dict[str, Any] = json.loads(done.stdout)
        measured, counted = measurement["measured"], measurement["posts"]
        came = self.sink.posts() - before
        if measured != posts or counted != came:
            raise RuntimeError(
                f"Of {posts} posts {measured} went well; in all {counted} did, and {came} came."
            )
        return measurement


@contextmanager
def bench_of(engine: str, sink: Sink, rows: int, *, every: int = 1) -> Iterator[Bench]:
    """Make a database with sessions that last as long as the bench.

    Args:
        engine: ``sqlite`` or ``postgresql``.
        sink: where posts to the sessions go.
        rows: how many sessions there are.
        every: each how many-th of them is posted to.
    """
    with TemporaryDirectory(prefix="fanout-") as directory:
        name = f"{TEST_NAME}_{os.getpid()}"
        database = str(Path(directory, name)) if engine == "sqlite" else name
        with new_database(engine, database):
            create_sessions(sink.management_url, rows, every=every)
            yield Bench(sink=sink, engine=engine, database=database)


def _environment(authority: Path) -> dict[str, str]:
    """Return the environment of a process that trusts the sink, and knows no proxy or identity."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("AWS_")
    }
    return {
        **kept,
        "AWS_CA_BUNDLE": str(authority),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _figures(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of what some runs took, and the most memory."""
    posts = runs[0]["measured"]
    meters = [run["meter"] for run in runs]
    seconds = median(meter["seconds"] for meter in meters)
    cpu_seconds = median(meter["cpu_seconds"] for meter in meters)
    above_idle = max(meter["peak_kb"] - meter["idle_kb"] for meter in meters)
    return {
        "posts": posts,
        "seconds": round(seconds, 3),
        "posts_per_second": round(posts / seconds),
        "cpu_microseconds_per_post": round(cpu_seconds / posts * 1e6, 1),
        "peak_rss_mb": round(max(meter["peak_kb"] for meter in meters) / 1024, 1),
        "rss_above_idle_mb": round(above_idle / 1024, 1),
    }


def _at_least(bound: float, value: float) -> dict[str, Any]:
    return {"value": round(value, 3), "at_least": bound, "holds": value >= bound}


def _at_most(bound: float, value: float) -> dict[str, Any]:
    return {"value": round(value, 3), "at_most": bound, "holds": value <= bound}
