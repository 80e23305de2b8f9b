"""How one message gets to many connections, and how what has to wait is tried again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from django.db import router

from ..exceptions import ConnectionGone, ConnectionNotReady, TransportError
from ..signals import delivery_finished, sessions_gone
from ..transports import get_transport
from .delivery import NOT_READY, OPENING, DeliveryReport, Outcome, Result, Tally
from .opening import is_opening
from .patience import PATIENCE, Timer, Tries

if TYPE_CHECKING:
    from .session_queryset import WebSocketSessionQuerySet
    from .sessions import WebSocketSession

__all__ = ["Broadcast", "post"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_BATCH_SIZE = 100
"""Sessions that are tried again before the time is looked at."""


def post(session: WebSocketSession, payload: bytes) -> Result:
    """Post a message to one connection; the database is not touched.

    Raises:
        ImproperlyConfigured: there is no transport, or AWS is not configured.
    """
    if session.api_gateway is None:
        return Result(Outcome.SKIPPED)
    if session.is_outlived:
        return Result(Outcome.GONE)
    try:
        get_transport().send(session.api_gateway.management_url, session.connection_id, payload)
    except ConnectionGone:
        return OPENING if session.is_young else Result(Outcome.GONE)
    except (RuntimeError, TransportError, ValueError) as error:
        logger.debug("Message to %s not delivered: %s", session, error)
        return _failure(error)
    return Result(Outcome.SENT)


def _failure(error: Exception) -> Result:
    if isinstance(error, ConnectionNotReady):
        return NOT_READY
    return Result(Outcome.FAILED, type(error).__name__)


class Broadcast:
    """One message to the sessions of a queryset.

    Sessions come in chunks. Of those that have to wait only the primary keys are kept.

    Args:
        rows: the recipients.
        payload: the message.
        timer: by default this machine's, without pauses when the transport reaches nobody.
    """

    def __init__(
        self, rows: WebSocketSessionQuerySet, payload: bytes, *, timer: Timer | None = None
    ) -> None:
        self._rows = rows
        self._payload = payload
        self._timer = timer or _default_timer()
        self._tally = Tally()
        self._waiting: dict[Result, list[Any]] = {result: [] for result in PATIENCE}

    def run(self, max_workers: int) -> DeliveryReport:
        """Send the message, and return what became of it.

        Args:
            max_workers: posts in flight at once.

        Raises:
            ValueError: ``max_workers`` is less than 1.
        """
        begin = self._timer.now()
        with ThreadPoolExecutor(max_workers) as pool:
            for chunk in self._rows.in_chunks():
                self._post(chunk, pool)
            for result in PATIENCE:
                self._try_again(result, pool)
        report = self._tally.report(duration=self._timer.now() - begin)
        delivery_finished.send_robust(self._rows.model, report=report)
        return report

    def _post(self, chunk: Sequence[WebSocketSession], pool: ThreadPoolExecutor) -> None:
        # Asked here, because the threads of the pool know nothing of the caller's handshake.
        own = [is_opening(session.connection_id) for session in chunk]
        results = list(pool.map(self._post_unless_own, chunk, own))
        gone = []
        for session, result in zip(chunk, results, strict=True):
            if result in self._waiting:
                self._waiting[result].append(session.pk)
                continue
            self._tally.add(result)
            if result.outcome is Outcome.GONE:
                gone.append(session)
        if gone:
            self._close(gone)

    def _post_unless_own(self, session: WebSocketSession, is_own: bool) -> Result:
        return NOT_READY if is_own else post(session, self._payload)

    def _try_again(self, result: Result, pool: ThreadPoolExecutor) -> None:
        """Try what has to wait for one reason, until that is settled or patience ends."""
        tries = Tries(PATIENCE[result], self._timer)
        while self._waiting[result] and tries.wait():
            keys, self._waiting[result] = self._waiting[result], []
            while keys and not tries.is_over:
                batch, keys = keys[:_BATCH_SIZE], keys[_BATCH_SIZE:]
                self._post(self._read_again(batch), pool)
            self._waiting[result] += keys
        # From here on, whoever would have to wait for this reason has waited.
        self._tally.add(result, len(self._waiting.pop(result)))

    def _read_again(self, keys: Sequence[Any]) -> Sequence[WebSocketSession]:
        """Return the sessions that are still connected; the others are gone."""
        rows = self._rows.model.objects.using(self._rows.db)
        found = rows.filter(pk__in=keys, connected=True).select_related("api_gateway")
        sessions = list(found)
        self._tally.add(Result(Outcome.GONE), len(keys) - len(sessions))
        return sessions

    def _close(self, sessions: Sequence[WebSocketSession]) -> None:
        model = self._rows.model
        database = router.db_for_write(model, instance=sessions[0])
        keys = tuple(session.pk for session in sessions)
        count = model.objects.using(database).filter(pk__in=keys).unclosed().mark_closed()
        if count:
            sessions_gone.send_robust(model, count=count, keys=keys)


def _default_timer() -> Timer:
    return Timer() if get_transport().supports_delivery else Timer(sleep=_do_not_wait)


def _do_not_wait(seconds: float) -> None:
    """Let tests go on."""
