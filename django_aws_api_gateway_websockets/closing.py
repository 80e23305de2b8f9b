"""Closes sessions now, and their connections in AWS when the transaction has committed.

Whoever ends a login or takes a right away waits for AWS no longer than a deadline, and hears of
none of its errors. What is not done by then stays marked in ``WebSocketSession.close_code``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from django.db import models, router, transaction

from .models import WebSocketSession, WebSocketSessionQuerySet
from .models.closing import CLOSED_FOR_GOOD, close_connection, closing_transport, encode_farewell
from .workers import run_until

__all__ = [
    "DEADLINE_SECONDS",
    "close_before_deletion",
    "close_marked",
    "close_sessions",
    "sessions_of",
]

logger = logging.getLogger("django_aws_api_gateway_websockets.closing")

DEADLINE_SECONDS = 3.0
"""How long all that one transaction closes may keep its caller waiting."""

_Chunks = Iterable[Sequence[WebSocketSession]]


def sessions_of(owner: models.Model | None = None, **filters: Any) -> WebSocketSessionQuerySet:
    """Return sessions, on the database that those of ``owner`` are written to."""
    hints = {} if owner is None else {"instance": owner}
    database = router.db_for_write(WebSocketSession, **hints)
    return WebSocketSession.objects.using(database).filter(**filters)


def close_sessions(rows: WebSocketSessionQuerySet, code: str, *, twice: bool = False) -> None:
    """Close connected sessions now, and their connections after the commit.

    It is one statement when none of them is connected.

    Args:
        rows: the sessions, selected by what their end does not change.
        code: what the clients are told.
        twice: close once more what has been connected while AWS was asked, but as rows alone.
    """
    # With those that another reason is to close: they could be reopened if it went away.
    if rows.unclosed().exclude(close_code=code).mark_closed(code):
        close_marked(rows, code, late=rows.filter(connected=True) if twice else None)


def close_marked(
    rows: WebSocketSessionQuerySet, code: str, *, late: WebSocketSessionQuerySet | None = None
) -> None:
    """Close after the commit the connections of sessions that are marked with ``code`` then."""
    marked = rows.filter(connected=False, close_code=code)
    _after_commit(marked.in_chunks, code, rows.db, late)


def close_before_deletion(rows: WebSocketSessionQuerySet, code: str) -> None:
    """Close the connections of live sessions after the commit that deletes the rows."""
    sessions = list(rows.live().select_related("api_gateway"))
    if sessions:
        _after_commit(lambda: [sessions], code, rows.db)


def _after_commit(
    chunks: Callable[[], _Chunks],
    code: str,
    using: str,
    late: WebSocketSessionQuerySet | None = None,
) -> None:
    work = _Work(chunks=chunks, code=code, using=using, round=_current_round(using), late=late)
    try:
        transaction.on_commit(work.do, using=using, robust=True)
    except transaction.TransactionManagementError as error:
        work.round.warn(code, error)


class _Round:
    """All that one transaction closes: it has one deadline and one warning."""

    _deadline: float | None = None
    _has_warned = False

    @property
    def deadline(self) -> float:
        """A moment of ``time.monotonic()``, set when it is first asked for."""
        if self._deadline is None:
            self._deadline = monotonic() + DEADLINE_SECONDS
        return self._deadline

    def warn(self, code: str, reason: object) -> None:
        """Say that connections were left as they are."""
        level = logging.DEBUG if self._has_warned else logging.WARNING
        logger.log(level, "Connections are still to be closed (%s): %s", code, reason)
        self._has_warned = True


@dataclass(frozen=True, kw_only=True)
class _Work:
    """Some sessions of a round, whose rows are closed."""

    chunks: Callable[[], _Chunks]
    code: str
    using: str
    round: _Round
    late: WebSocketSessionQuerySet | None

    def do(self) -> None:
        """Close the connections; nothing is raised, since the caller's work is done."""
        try:
            self._close_connections()
            if self.late is not None:
                self.late.mark_closed(self.code)
        except Exception as error:
            self.round.warn(self.code, error)

    def _close_connections(self) -> None:
        closing_transport()
        close = partial(close_connection, farewell=encode_farewell(self.code))
        for chunk in self.chunks():
            results = run_until(self.round.deadline, close, chunk)
            self._confirm([session.pk for session, end in results if end in CLOSED_FOR_GOOD])
            self._report(len(chunk), [end for _, end in results])
            if len(results) < len(chunk):
                break

    def _confirm(self, keys: list[Any]) -> None:
        WebSocketSession.objects.using(self.using).filter(pk__in=keys).confirm_closed(self.code)

    def _report(self, expected: int, ends: list[object]) -> None:
        errors = [end for end in ends if isinstance(end, Exception)]
        if errors:
            self.round.warn(self.code, f"{len(errors)} failed, the first with: {errors[0]}")
        if len(ends) < expected:
            self.round.warn(self.code, f"{expected - len(ends)} were not done in time.")


def _current_round(using: str) -> _Round:
    """Return the round to which the transaction has work already, or a new one.

    The callbacks themselves are asked, since Django drops them with a rollback of their savepoint.
    """
    registered = transaction.get_connection(using).run_on_commit
    owners = (getattr(function, "__self__", None) for _, function, *_ in reversed(registered))
    return next((owner.round for owner in owners if isinstance(owner, _Work)), _Round())
