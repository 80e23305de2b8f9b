"""Connections, as a whole: those to speak of, broadcasts to them, and their end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from asgiref.sync import sync_to_async
from django.db import models, router, transaction
from django.db.models import F, Q
from django.utils import timezone

from ..exceptions import TransportError
from .ages import birth_of_the_oldest
from .closing import CLOSED_FOR_GOOD, close_connection, closing_transport, encode_farewell
from .gateways import ApiGateway
from .queueing.enqueueing import enqueue_delivery, shard_task
from .sending.broadcasts import Broadcast
from .sending.delivery import DeliveryReport, DisconnectReport, Outcome
from .sending.payloads import as_payload

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from .sessions import WebSocketSession

__all__ = ["WebSocketSessionQuerySet"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_CHUNK_SIZE = 500
"""Sessions that are held in memory at once."""


class WebSocketSessionQuerySet(models.QuerySet["WebSocketSession"]):
    """Connections, as a whole."""

    def live(self) -> Self:
        """Leave out what is closed, and what is older than AWS lets any connection become."""
        return self.filter(connected=True, created_on__gt=birth_of_the_oldest())

    def for_user(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Narrow down to one user; a visitor, whom nothing tells from others, has none."""
        return self.none() if user.pk is None else self.filter(user_id=user.pk)

    def in_channel(self, name: str) -> Self:
        """Narrow down to one channel."""
        return self.filter(channel_name=name)

    def exclude_session(self, session: WebSocketSession | None) -> Self:
        """Leave out one session, as a message to others does; None leaves out nobody."""
        return self.all() if session is None else self.exclude(pk=session.pk)

    def ended(self) -> Self:
        """Leave only what is closed, and what AWS has not still to close."""
        is_over = Q(close_code=None) | Q(created_on__lte=birth_of_the_oldest())
        return self.filter(is_over, connected=False)

    def outlived(self) -> Self:
        """Leave only what is older than AWS lets any connection become, closed or not."""
        return self.filter(created_on__lte=birth_of_the_oldest())

    def unclosed(self) -> Self:
        """Leave out what is closed, unless AWS has still to close the connection."""
        return self.filter(Q(connected=True) | Q(close_code__isnull=False))

    def of_connection(
        self, connection_id: str, api_id: str, *, without_gateway: bool = False
    ) -> Self:
        """Narrow down to one connection of one API, on the database that writes go to.

        Args:
            connection_id: as AWS names the connection.
            api_id: as AWS names the API.
            without_gateway: accept a session that belongs to no gateway, too.
        """
        gateways = ApiGateway.objects.filter(api_id=api_id).values("pk")
        owner = Q(api_gateway__in=gateways)
        if without_gateway:
            owner |= Q(api_gateway=None)
        rows = self.using(router.db_for_write(self.model))
        return rows.filter(owner, connection_id=connection_id)

    def in_chunks(self) -> Iterator[list[WebSocketSession]]:
        """Yield the sessions with their gateways, as many at a time as memory is to hold."""
        rows = self.select_related("api_gateway").iterator(chunk_size=_CHUNK_SIZE)
        while chunk := list(islice(rows, _CHUNK_SIZE)):
            yield chunk

    def mark_closed(self, close_code: str | None = None) -> int:
        """Take the sessions for ended, in one statement; return how many there are.

        The connections themselves are left as they are.

        Args:
            close_code: why AWS has still to close the connections; None when it has not.
        """
        return self.update(connected=False, close_code=close_code, updated_on=timezone.now())

    def confirm_closed(self, close_code: str) -> int:
        """Note that AWS has no longer to close the sessions, in one statement.

        Args:
            close_code: why it had; sessions that have another by now are left as they are.
        """
        return self.filter(connected=False, close_code=close_code).update(close_code=None)

    def count_request(self) -> int:
        """Count one more request of each session, in one statement; return how many there are."""
        return self.update(request_count=F("request_count") + 1, updated_on=timezone.now())

    def send_message(self, data: Any, max_workers: int | None = None) -> DeliveryReport:
        """Send ``data`` to every live connection in this queryset.

        A connection that cannot be reached is counted and does not keep the others from theirs.
        Where AWS does not know a young connection yet, or there are too many requests, the post is
        repeated after all others, up to three times: within 1.5 seconds, and within 10.

        Args:
            data: any value that Django's JSON encoder takes, at most 128 KB as JSON; or a
                ``Payload``, which is encoded already.
            max_workers: posts in flight at once; by default as many as are quickest, up to
                ``WEBSOCKETS["delivery_concurrency"]``.

        Raises:
            PayloadTooLarge: the message is longer than AWS carries; nothing was sent.
            ValueError: ``max_workers`` is less than 1.
        """
        return Broadcast(self.live(), as_payload(data).content).run(max_workers)

    async def asend_message(self, data: Any, max_workers: int | None = None) -> DeliveryReport:
        """Send as ``send_message`` does, from asynchronous code."""
        return await sync_to_async(self.send_message)(data, max_workers)

    def send_message_on_commit(
        self, data: Any, using: str | None = None, max_workers: int | None = None
    ) -> None:
        """Send ``data`` when the transaction commits, as it is now; a rollback sends nothing.

        Who is in this queryset is asked after the commit. A failure is logged, and raised to
        nobody; a receiver of ``delivery_finished`` gets the report. Without a transaction it is
        sent at once.

        Args:
            data: as for ``send_message``.
            using: the database whose commit is waited for; by default that which sessions are
                written to.
            max_workers: as for ``send_message``.

        Raises:
            PayloadTooLarge: the message is longer than AWS carries.
            TypeError: the encoder does not know a value of ``data``.
        """
        payload, rows = as_payload(data), self.all()
        database = using or router.db_for_write(self.model)
        transaction.on_commit(
            lambda: rows.send_message(payload, max_workers), using=database, robust=True
        )

    def enqueue_message(
        self, data: Any, using: str | None = None, max_workers: int | None = None
    ) -> None:
        """Let the project's task workers send ``data``, as it is now, after the commit.

        Who is in this queryset is asked after the commit, and stored; 1,000 of them are one task.
        Nothing is returned, because nothing has happened by then. A failure of the database or of
        the task backend is logged, and raised to nobody.

        Args:
            data: as for ``send_message``.
            using: the database whose commit is waited for; by default that which sessions are
                written to.
            max_workers: as for ``send_message``, in each task.

        Raises:
            ImproperlyConfigured: there is no task framework, or no such backend.
            PayloadTooLarge: the message is longer than AWS carries.
            TypeError: the encoder does not know a value of ``data``.
            ValueError: ``max_workers`` is less than 1.
        """
        if max_workers is not None and max_workers < 1:
            raise ValueError("max_workers must be greater than 0")
        payload, rows = as_payload(data), self.live()
        shard_task()
        database = using or router.db_for_write(self.model)
        transaction.on_commit(
            lambda: enqueue_delivery(rows, payload, max_workers), using=database, robust=True
        )

    async def aenqueue_message(
        self, data: Any, using: str | None = None, max_workers: int | None = None
    ) -> None:
        """Enqueue as ``enqueue_message`` does, from asynchronous code."""
        await sync_to_async(self.enqueue_message)(data, using, max_workers)

    def disconnect(
        self, code: str = "revoked", *, reconnect: bool = False, max_workers: int = 10
    ) -> DisconnectReport:
        """Close every connection in this queryset, after telling its client why.

        All rows are closed first, in one statement. What AWS could not be asked to close stays
        marked with ``code``; so does a connection that is not open yet.

        Args:
            code: 1 to 32 lower-case letters, digits, dots, hyphens and underscores, for the client.
            reconnect: whether the client may come back by itself.
            max_workers: connections that are being closed at once.

        Raises:
            ImproperlyConfigured: the transport cannot close connections; no row has changed.
            ValueError: ``code`` is no code, or ``max_workers`` is less than 1.
        """
        farewell = encode_farewell(code, reconnect=reconnect)
        closing_transport()
        counts: Counter[Outcome] = Counter()
        with ThreadPoolExecutor(max_workers) as pool:
            for chunk in self._mark(code).in_chunks():
                outcomes = list(pool.map(lambda session: _try_to_close(session, farewell), chunk))
                counts.update(outcomes)
                self._pick(chunk, outcomes, *CLOSED_FOR_GOOD).confirm_closed(code)
        return _disconnect_report(counts)

    async def adisconnect(
        self, code: str = "revoked", *, reconnect: bool = False, max_workers: int = 10
    ) -> DisconnectReport:
        """Close as ``disconnect`` does, from asynchronous code."""
        disconnect = sync_to_async(self.disconnect)
        return await disconnect(code, reconnect=reconnect, max_workers=max_workers)

    def _mark(self, code: str) -> WebSocketSessionQuerySet:
        """Close the rows, and return them: this queryset may not find them any more."""
        moment = timezone.now()
        rows = self.unclosed()
        rows.update(connected=False, close_code=code, updated_on=moment)
        marked = self.model.objects.using(rows.db)
        return marked.filter(connected=False, close_code=code, updated_on=moment)

    def _pick(
        self, chunk: list[WebSocketSession], outcomes: list[Outcome], *wanted: Outcome
    ) -> WebSocketSessionQuerySet:
        """Return the sessions of a chunk that had one of these outcomes."""
        pairs = zip(chunk, outcomes, strict=True)
        keys = [session.pk for session, outcome in pairs if outcome in wanted]
        database = router.db_for_write(self.model, instance=chunk[0])
        return self.model.objects.using(database).filter(pk__in=keys)


def _try_to_close(session: WebSocketSession, farewell: bytes) -> Outcome:
    try:
        return close_connection(session, farewell)
    except (RuntimeError, TransportError, ValueError) as error:
        logger.debug("Connection of %s not closed: %s", session, error)
        return Outcome.FAILED


def _disconnect_report(counts: Counter[Outcome]) -> DisconnectReport:
    if counts[Outcome.FAILED]:
        logger.warning("Failed to close %d connections", counts[Outcome.FAILED])
    return DisconnectReport(
        closed=counts[Outcome.CLOSED],
        gone=counts[Outcome.GONE],
        not_ready=counts[Outcome.NOT_READY],
        failed=counts[Outcome.FAILED],
        skipped=counts[Outcome.SKIPPED],
    )
