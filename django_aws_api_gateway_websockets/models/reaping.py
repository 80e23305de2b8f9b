"""Ends the sessions that AWS has ended without a word, and the connections that were left open.

Rows change by conditional statements in batches, so that two runs at once do no harm.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.core.exceptions import ImproperlyConfigured
from django.db import router
from django.utils import timezone

from ..exceptions import ConnectionGone, Throttled
from ..protocol.events import DisconnectEvent
from ..signals import connection_closed
from ..transports import BaseTransport, get_transport
from .asking import Inquiry
from .batches import BATCH_SIZE, in_batches
from .closing import CLOSED_FOR_GOOD, close_connection, encode_farewell
from .gateways import ApiGateway
from .queueing.deliveries import drop_outlived
from .queueing.enqueueing import requeue_lost
from .sending.delivery import Outcome
from .sending.pacing import Pace
from .session_queryset import WebSocketSessionQuerySet
from .sessions import WebSocketSession

__all__ = ["QUIET_SECONDS", "REQUESTS_PER_SECOND", "ReapReport", "reap_sessions"]

QUIET_SECONDS = 660
"""Silence of a client after which AWS is asked: it ends a connection after 10 idle minutes. Posts
to the client keep the connection too and leave no trace in the row, so the row alone says nothing.
"""

REQUESTS_PER_SECOND = 50
"""Requests to AWS; most of the account's 10,000 a second are left to those who wait."""

_REQUESTS_TO_CLOSE = 2
"""The client is told why, then the connection is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReapReport:
    """What became of the sessions, and of the connections, that had to be looked after.

    Attributes:
        outlived: sessions ended because no connection becomes so old.
        expired: connections that need not be closed any more, for the same reason.
        closed: connections left open that AWS has closed now, or had ended before.
        not_ready: connections so young that AWS does not know them yet; they are left.
        gone: quiet sessions ended because AWS does not know their connections.
        alive: quiet sessions whose connections are open.
        failed: connections of which AWS said nothing that helps; they are left. By error class.
        dropped: tasks of ``enqueue_message`` given up, because no recipient can be left.
        requeued: tasks of ``enqueue_message`` made again, because theirs are lost or failed.
    """

    outlived: int
    expired: int
    closed: int
    not_ready: int
    gone: int
    alive: int
    failed: Mapping[str, int]
    dropped: int = 0
    requeued: int = 0

    @property
    def nothing_heard(self) -> bool:
        """Whether AWS was asked, and did not answer a single time."""
        answers = self.closed + self.not_ready + self.gone + self.alive
        return bool(self.failed) and not answers and Throttled.__name__ not in self.failed


def reap_sessions(
    *,
    probe: bool = False,
    quiet_seconds: int = QUIET_SECONDS,
    rate: float = REQUESTS_PER_SECOND,
    batch_size: int = BATCH_SIZE,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> ReapReport:
    """End what has ended in AWS; to be called outside of a transaction, for example by a task.

    Sessions past ``session_max_age_seconds`` are ended. Connections whose rows are closed already
    are closed in AWS too, if the transport can do that. The signal ``connection_closed`` is sent
    for every session that is ended here. Tasks of ``enqueue_message`` that got lost are made again.

    Args:
        probe: ask AWS about quiet sessions too, and end those that it does not know.
        quiet_seconds: a session is quiet when its client has sent nothing for so long.
        rate: requests to AWS per second, at most; when it throttles one, the next waits a second.
        batch_size: rows that one statement changes at most.
        clock: tells seconds, for the rate.
        sleep: waits a number of seconds, for the rate.

    Raises:
        ImproperlyConfigured: the transport cannot describe connections, which ``probe`` asks for;
            no row has changed. Or a task got lost, and there is no task framework any more.
    """
    transport = get_transport()
    if probe and not transport.supports_info:
        name = type(transport).__name__
        raise ImproperlyConfigured(f'WEBSOCKETS["transport"]: {name} cannot describe connections.')
    inquiry = Inquiry(Pace(rate, clock=clock, sleep=sleep), batch_size)
    outlived, expired = _end_outlived(batch_size), _drop_expired(batch_size)
    closing = _finish_closing(inquiry) if transport.supports_disconnect else Counter()
    probing = _end_gone(inquiry, transport, quiet_seconds) if probe else Counter()
    return ReapReport(
        outlived=outlived,
        expired=expired,
        closed=sum(closing[outcome] for outcome in CLOSED_FOR_GOOD),
        not_ready=closing[Outcome.NOT_READY] + probing[Outcome.NOT_READY],
        gone=probing[Outcome.GONE],
        alive=probing[None],
        failed=dict(inquiry.failed),
        dropped=drop_outlived(),
        requeued=requeue_lost(),
    )


def _rows() -> WebSocketSessionQuerySet:
    return WebSocketSession.objects.using(router.db_for_write(WebSocketSession))


def _end_outlived(batch_size: int) -> int:
    rows = _rows().outlived().filter(connected=True).only("pk")
    return sum(_end(batch) for batch in in_batches(rows, batch_size))


def _drop_expired(batch_size: int) -> int:
    """Forget the closes that time has done."""
    rows = _rows().outlived().filter(connected=False, close_code__isnull=False)
    batches = in_batches(rows.only("pk"), batch_size)
    return sum(rows.filter(pk__in=_keys(batch)).update(close_code=None) for batch in batches)


def _finish_closing(inquiry: Inquiry) -> Counter[Outcome | None]:
    """Close the connections that somebody has left open."""
    outcomes: Counter[Outcome | None] = Counter()
    rows = _rows().filter(connected=False, close_code__isnull=False)
    for answers in inquiry.ask(rows, _close, requests=_REQUESTS_TO_CLOSE):
        outcomes.update(outcome for _, outcome in answers)
        _confirm(session for session, outcome in answers if outcome in CLOSED_FOR_GOOD)
    return outcomes


def _close(session: WebSocketSession) -> Outcome:
    return close_connection(session, encode_farewell(session.close_code))


def _confirm(sessions: Iterable[WebSocketSession]) -> None:
    by_code = defaultdict(list)
    for session in sessions:
        by_code[str(session.close_code)].append(session.pk)
    for code, keys in by_code.items():
        _rows().filter(pk__in=keys).confirm_closed(code)


def _end_gone(
    inquiry: Inquiry, transport: BaseTransport, quiet_seconds: int
) -> Counter[Outcome | None]:
    """End the quiet sessions that AWS does not know."""

    def look_up(session: WebSocketSession) -> Outcome | None:
        gateway = cast("ApiGateway", session.api_gateway)
        try:
            transport.info(gateway.management_url, session.connection_id)
        except ConnectionGone:
            return Outcome.NOT_READY if session.is_young else Outcome.GONE
        return None

    outcomes: Counter[Outcome | None] = Counter()
    before = timezone.now() - timedelta(seconds=quiet_seconds)
    for answers in inquiry.ask(_rows().filter(connected=True, updated_on__lte=before), look_up):
        outcomes.update(outcome for _, outcome in answers)
        _end([session for session, outcome in answers if outcome is Outcome.GONE])
    return outcomes


def _end(sessions: list[WebSocketSession]) -> int:
    """Close rows, and tell of each of them; return how many there were."""
    moment = timezone.now()
    rows = _rows().filter(pk__in=_keys(sessions))
    ended = rows.filter(connected=True).update(connected=False, close_code=None, updated_on=moment)
    if connection_closed.has_listeners(WebSocketSession):
        # The moment tells our rows from those that the view or another run was first to close.
        _announce(rows.filter(connected=False, updated_on=moment))
    return ended


def _announce(rows: WebSocketSessionQuerySet) -> None:
    for connection_id, api_id in rows.values_list("connection_id", "api_gateway__api_id"):
        event = DisconnectEvent(
            api_id=api_id or "",
            connection_id=connection_id,
            secret="",
            user_agent="",
            forwarded_for="",
            remote_addr="",
            trace_id="",
        )
        connection_closed.send_robust(WebSocketSession, event=event)


def _keys(sessions: Iterable[WebSocketSession]) -> list[int]:
    return [session.pk for session in sessions]
