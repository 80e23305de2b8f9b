"""How one message gets to many connections, and how what has to wait is tried again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import router

from ...conf import settings
from ...exceptions import ConnectionGone, ConnectionNotReady
from ...signals import delivery_finished, sessions_gone
from ...transports import BaseTransport, get_transport
from .delivery import NOT_READY, OPENING, DeliveryReport, Outcome, Result, Tally
from .pacing import get_delivery_pace
from .patience import PATIENCE, Timer, Tries
from .recipients import Recipient, RecipientReader

if TYPE_CHECKING:
    from ..session_queryset import WebSocketSessionQuerySet

__all__ = ["Broadcast"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_CHUNK_SIZE = 100
"""Sessions that are looked at together, at most, and between two looks at the time."""

_CLOSE_SIZE = 500
"""Gone sessions that are closed in one statement, at most."""

_SENT = Result(Outcome.SENT)
_GONE = Result(Outcome.GONE)


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
        self._transport = get_transport()
        self._timer = timer or _default_timer(self._transport)
        self._reader = RecipientReader()
        self._pace, self._chunk_size = None, _CHUNK_SIZE
        if per_second := settings.delivery_max_per_second:
            self._pace = get_delivery_pace(per_second)
            # Several chunks a second, so that no second has many more posts than another.
            self._chunk_size = min(_CHUNK_SIZE, max(per_second // 10, 1))
        self._tally = Tally()
        self._waiting: dict[Result, list[Any]] = {result: [] for result in PATIENCE}
        self._gone: list[Any] = []

    def run(self, max_workers: int | None = None) -> DeliveryReport:
        """Send the message, and return what became of it.

        Args:
            max_workers: posts in flight at once; by default what the transport does well.

        Raises:
            ValueError: ``max_workers`` is less than 1.
        """
        if max_workers is not None and max_workers < 1:
            raise ValueError("max_workers must be greater than 0.")
        begin = self._timer.now()
        self._send(self._reader.read(self._rows, self._chunk_size), max_workers)
        for result in PATIENCE:
            self._try_again(result, max_workers)
        report = self._tally.report(duration=self._timer.now() - begin)
        delivery_finished.send_robust(self._rows.model, report=report)
        return report

    def _send(self, chunks: Iterable[Sequence[Recipient]], max_workers: int | None) -> None:
        sent = 0  # most are, and counting them one by one in the tally takes time
        for recipient, error in self._transport.send_many(
            map(self._within_reach, chunks),
            self._payload,
            max_workers=max_workers,
            concurrency=settings.delivery_concurrency,
        ):
            if error is None:
                sent += 1
            else:
                self._note(recipient, _result(recipient, error))
        self._tally.add(_SENT, sent)
        self._close_gone()

    def _within_reach(self, chunk: Sequence[Recipient]) -> list[Recipient]:
        """Return those that can be posted to, and take note of the others."""
        reachable = []
        for recipient in chunk:
            if recipient.obstacle is None:
                reachable.append(recipient)
            else:
                self._note(recipient, recipient.obstacle)
        if self._pace is not None and reachable:
            self._pace.wait(len(reachable))
        return reachable

    def _note(self, recipient: Recipient, result: Result) -> None:
        """Take note of what became of one message."""
        if result in self._waiting:
            self._waiting[result].append(recipient.key)
            return
        self._tally.add(result)
        if result.outcome is Outcome.GONE:
            self._gone.append(recipient.key)
            if len(self._gone) == _CLOSE_SIZE:
                self._close_gone()

    def _try_again(self, result: Result, max_workers: int | None) -> None:
        """Try what has to wait for one reason, until that is settled or patience ends."""
        tries = Tries(PATIENCE[result], self._timer)
        while self._waiting[result] and tries.wait():
            keys, self._waiting[result] = self._waiting[result], []
            self._send(self._read_again(keys, tries), max_workers)
            self._waiting[result] += keys
        # From here on, whoever would have to wait for this reason has waited.
        self._tally.add(result, len(self._waiting.pop(result)))

    def _read_again(self, keys: list[Any], tries: Tries) -> Iterator[list[Recipient]]:
        """Yield the sessions that are still connected, while there is time; take away their keys.

        The others of those are gone.
        """
        rows = self._rows.model.objects.using(self._rows.db).filter(connected=True)
        while keys and not tries.is_over:
            batch = keys[-self._chunk_size :]
            del keys[-self._chunk_size :]
            found = [r for c in self._reader.read(rows.filter(pk__in=batch), len(batch)) for r in c]
            self._tally.add(_GONE, len(batch) - len(found))
            yield found

    def _close_gone(self) -> None:
        """Close the rows of those that AWS does not know any more."""
        if not self._gone:
            return
        keys, self._gone = tuple(self._gone), []
        model, key = self._rows.model, self._rows.model._meta.pk
        instance = model.from_db(self._rows.db, [key.attname], keys[:1])
        database = router.db_for_write(model, instance=instance)
        count = model.objects.using(database).filter(pk__in=keys).unclosed().mark_closed()
        if count:
            sessions_gone.send_robust(model, count=count, keys=keys)


def _result(recipient: Recipient, error: Exception) -> Result:
    """Return what an error makes of the message to a recipient."""
    if isinstance(error, ConnectionGone):
        return OPENING if recipient.is_young else _GONE
    logger.debug("Message to %s not delivered: %s", recipient.connection_id, error)
    if isinstance(error, ConnectionNotReady):
        return NOT_READY
    return Result(Outcome.FAILED, type(error).__name__)


def _default_timer(transport: BaseTransport) -> Timer:
    return Timer() if transport.supports_delivery else Timer(sleep=_do_not_wait)


def _do_not_wait(seconds: float) -> None:
    """Let tests go on."""
