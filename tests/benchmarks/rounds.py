"""Runs events through Django's WSGI handler, our view and the bare one in turns, and counts."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from statistics import median, mode
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection

from tests.settings import TEST_NAME

from .databases import new_database
from .events import KINDS, Browser, Kind, open_browsers

__all__ = ["measure"]

BROWSERS = 25
"""Events of one kind and view in a round, each of another browser."""

TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "RELEASE", "ROLLBACK", "SAVEPOINT")


def measure(engine: str, *, seconds: float, rounds: int) -> dict[str, Any]:
    """Return the figures of each kind of event on a new database.

    Args:
        engine: ``sqlite`` or ``postgresql``.
        seconds: no round begins later than this; the first one always does.
        rounds: how many there are at most.

    Returns:
        The figures; or why there are none, when the database does not answer.
    """
    name = None if engine == "sqlite" else f"{TEST_NAME}_{os.getpid()}"
    try:
        with new_database(engine, name):
            return _measure(open_browsers(BROWSERS), time.monotonic() + seconds, rounds)
    except (ImproperlyConfigured, OperationalError) as error:
        return {"skipped": str(error).strip().splitlines()[0]}


@dataclass(slots=True)
class _Side:
    """One of the two views that answer a kind of event."""

    path: str
    statements: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return 1 / median(self.seconds)

    def figures(self) -> dict[str, Any]:
        return {"events_per_second": round(self.rate), "statements": self.statements}


def _measure(browsers: list[Browser], deadline: float, rounds: int) -> dict[str, Any]:
    handler = WSGIHandler()
    sides = {kind: (_Side(kind.path), _Side(f"/bare/{kind.name}")) for kind in KINDS}
    for kind, pair in sides.items():
        kind.reset()
        for side in pair:
            side.statements = _count(handler, [kind.request(b, side.path) for b in browsers])
    for number in range(rounds):
        if number and time.monotonic() > deadline:
            break
        for kind, pair in sides.items():
            _run_round(handler, kind, browsers, pair if number % 2 else pair[::-1])
    return {kind.name: _figures(*pair) for kind, pair in sides.items()}


def _run_round(
    handler: WSGIHandler, kind: Kind, browsers: list[Browser], sides: tuple[_Side, ...]
) -> None:
    """Let both views answer an event of each browser, in turns: what else runs slows both."""
    kind.reset()
    turns = [[(side, kind.request(browser, side.path)) for side in sides] for browser in browsers]
    for turn in turns:
        for side, environ in turn:
            side.seconds.append(_handle(handler, environ))


def _figures(view: _Side, bare: _Side) -> dict[str, Any]:
    return {
        "view": view.figures(),
        "bare": bare.figures(),
        "ratio": round(view.rate / bare.rate, 3),
        "events": len(view.seconds),
    }


def _handle(handler: WSGIHandler, environ: dict[str, Any]) -> float:
    """Answer a request as a server would, and return the seconds; it must be answered with 200."""
    statuses: list[str] = []

    def start_response(status: str, *args: Any) -> Any:
        statuses.append(status)

    started = time.perf_counter()
    response = handler(environ, start_response)
    b"".join(response)
    response.close()
    seconds = time.perf_counter() - started
    assert statuses == ["200 OK"], f"{environ['PATH_INFO']}: {statuses}"
    return seconds


def _count(handler: WSGIHandler, requests: list[dict[str, Any]]) -> int:
    """Return how many statements an event takes; now and then one cleans up after others."""
    counts = []
    for environ in requests:
        statements: list[str] = []

        def count(execute: Any, sql: str, *args: Any, statements: list[str] = statements) -> Any:
            statements.append(sql)
            return execute(sql, *args)

        with connection.execute_wrapper(count):
            _handle(handler, environ)
        counts.append(sum(not sql.startswith(TRANSACTION_CONTROL) for sql in statements))
    return mode(counts)
