"""Connections, as rows: who is connected, where, and how to reach them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import Any, Self

from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, router
from django.db.models import F, Q
from django.utils import timezone

from ..conf import settings
from ..exceptions import ConnectionGone, TransportError
from ..protocol.messages import encode
from ..transports import get_transport
from .delivery import DeliveryReport, Outcome
from .gateways import ApiGateway
from .tokens import user_auth_hashes

__all__ = ["WebSocketSession", "WebSocketSessionQuerySet"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_CHUNK_SIZE = 500
"""Recipients that a broadcast holds in memory at once."""


class WebSocketSessionQuerySet(models.QuerySet["WebSocketSession"]):
    """Connections, as a whole."""

    def live(self) -> Self:
        """Leave out what is closed, and what is older than AWS lets any connection become."""
        oldest = timezone.now() - timedelta(seconds=settings.session_max_age_seconds)
        return self.filter(connected=True, created_on__gt=oldest)

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

    def mark_closed(self) -> int:
        """Take the sessions for ended, in one statement; return how many there are.

        The connections themselves are left as they are.
        """
        return self.update(connected=False, updated_on=timezone.now())

    def count_request(self) -> int:
        """Count one more request of each session, in one statement; return how many there are."""
        return self.update(request_count=F("request_count") + 1, updated_on=timezone.now())

    def send_message(self, data: Any, max_workers: int = 10) -> DeliveryReport:
        """Send ``data`` to every live connection in this queryset.

        A connection that cannot be reached is counted and does not keep the others from theirs.

        Args:
            data: any value that Django's JSON encoder takes; at most 128 KB as JSON.
            max_workers: posts in flight at once.

        Raises:
            PayloadTooLarge: the message is longer than AWS carries; nothing was sent.
            ValueError: ``max_workers`` is less than 1.
        """
        payload = encode(data, encoder=DjangoJSONEncoder)
        counts: Counter[Outcome] = Counter()
        with ThreadPoolExecutor(max_workers) as pool:
            for chunk in self._recipients():
                outcomes = list(pool.map(lambda session: session._deliver(payload), chunk))
                counts.update(outcomes)
                self._close_gone(chunk, outcomes)
        return _report(counts)

    async def asend_message(self, data: Any, max_workers: int = 10) -> DeliveryReport:
        """Send as ``send_message`` does, from asynchronous code."""
        return await sync_to_async(self.send_message)(data, max_workers)

    def _recipients(self) -> Iterator[list[WebSocketSession]]:
        rows = self.live().select_related("api_gateway").iterator(chunk_size=_CHUNK_SIZE)
        while chunk := list(islice(rows, _CHUNK_SIZE)):
            yield chunk

    def _close_gone(self, chunk: list[WebSocketSession], outcomes: list[Outcome]) -> None:
        pairs = zip(chunk, outcomes, strict=True)
        gone = [session.pk for session, outcome in pairs if outcome is Outcome.GONE]
        if gone:
            database = router.db_for_write(self.model, instance=chunk[0])
            self.model.objects.using(database).filter(pk__in=gone).mark_closed()


def _report(counts: Counter[Outcome]) -> DeliveryReport:
    if counts[Outcome.SKIPPED]:
        logger.warning("Skipped %d sessions that belong to no API Gateway", counts[Outcome.SKIPPED])
    return DeliveryReport(
        sent=counts[Outcome.SENT],
        gone=counts[Outcome.GONE],
        not_ready=counts[Outcome.NOT_READY],
        failed=counts[Outcome.FAILED],
        skipped=counts[Outcome.SKIPPED],
    )


class WebSocketSession(models.Model):
    """One connection; it stays as a row with ``connected=False`` after its end."""

    connection_id = models.CharField(max_length=255, unique=True)
    channel_name = models.CharField(max_length=128, blank=True, default="")
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        default=None,
        related_name="websocket_sessions",
    )
    connected = models.BooleanField(default=True)
    api_gateway = models.ForeignKey(
        ApiGateway,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        default=None,
        related_name="sessions",
    )
    request_count = models.PositiveBigIntegerField(default=1)
    session_key_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    auth_hash = models.CharField(max_length=64, blank=True, default="")
    close_code = models.CharField(  # noqa: DJ001  # NULL, so that 4.1 can insert
        max_length=32,
        null=True,
        blank=True,
        default=None,
        editable=False,
        help_text="Why the connection, ended here, has still to be closed in AWS.",
    )
    created_on = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateTimeField(auto_now=True)

    objects = WebSocketSessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["connection_id", "connected"], name="django_aws__connect_fee1eb_idx"
            ),
            models.Index(
                fields=["channel_name", "connection_id"], name="django_aws__channel_dd10fa_idx"
            ),
            models.Index(
                fields=["channel_name", "connected"], name="django_aws__channel_1de026_idx"
            ),
            models.Index(fields=["close_code"], name="ws_session_close_code"),
        ]

    def __str__(self) -> str:
        return self.connection_id

    def send_message(self, data: Any) -> dict[str, Any] | None:
        """Send ``data`` to this connection.

        Args:
            data: any value that Django's JSON encoder takes; at most 128 KB as JSON.

        Returns:
            The service's answer, or None when the connection is gone or not open yet.

        Raises:
            ValueError: the session belongs to no API Gateway, or the message is too large.
            botocore.exceptions.ClientError: AWS refused the post.
            TransportError: the post failed without an answer of AWS.
        """
        payload = encode(data, encoder=DjangoJSONEncoder)
        if self.api_gateway is None:
            raise ValueError(f"Session {self.connection_id} has no API Gateway to send through.")
        try:
            result = get_transport().send(
                self.api_gateway.management_url, self.connection_id, payload
            )
        except ConnectionGone:
            self._close_unless_young()
            return None
        except TransportError as error:
            raise (error.__cause__ or error) from None
        return {"ResponseMetadata": {"HTTPStatusCode": result.status}}

    async def asend_message(self, data: Any) -> dict[str, Any] | None:
        """Send as ``send_message`` does, from asynchronous code."""
        return await sync_to_async(self.send_message)(data)

    def login_is_current(self) -> bool:
        """Return whether the user is active and has the password that the session began with."""
        if self.user is None:
            return True
        if not self.user.is_active:
            return False
        return not self.auth_hash or self.auth_hash in user_auth_hashes(self.user)

    def _deliver(self, payload: bytes) -> Outcome:
        if self.api_gateway is None:
            return Outcome.SKIPPED
        try:
            get_transport().send(self.api_gateway.management_url, self.connection_id, payload)
        except ConnectionGone:
            return Outcome.NOT_READY if self._is_young() else Outcome.GONE
        except (RuntimeError, TransportError, ValueError) as error:
            logger.warning("Message to %s not delivered: %s", self, error)
            return Outcome.FAILED
        return Outcome.SENT

    def _is_young(self) -> bool:
        """Return whether AWS may still answer 410 because ``$connect`` has just been answered."""
        return timezone.now() - self.created_on < timedelta(seconds=settings.gone_grace_seconds)

    def _close_unless_young(self) -> None:
        if self._is_young():
            return
        database = router.db_for_write(type(self), instance=self)
        self.connected, self.updated_on = False, timezone.now()
        type(self).objects.using(database).filter(pk=self.pk).update(
            connected=False, updated_on=self.updated_on
        )
