"""Connections, as rows: who is connected, where, and how to reach them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models, router, transaction
from django.utils import timezone

from ..exceptions import ConnectionGone, ConnectionNotReady, TransportError
from ..signals import sessions_gone
from ..transports import BaseTransport, ConnectionInfo, get_transport
from .ages import birth_of_the_oldest, is_young
from .closing import CLOSED_FOR_GOOD, close_connection, closing_transport, encode_farewell
from .gateways import ApiGateway
from .opening import is_opening
from .sending.delivery import Outcome
from .sending.payloads import as_payload
from .session_queryset import WebSocketSessionQuerySet
from .tokens import login_is_current

__all__ = ["WebSocketSession", "WebSocketSessionQuerySet"]

_Answer = TypeVar("_Answer")


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
            data: any value that Django's JSON encoder takes, at most 128 KB as JSON; or a
                ``Payload``, which is encoded already.

        Returns:
            The service's answer, or None when the connection is gone or not open yet. One that is
            older than AWS lets any become is gone without being asked for.

        Raises:
            ValueError: the session belongs to no API Gateway, or the message is too large.
            ConnectionNotReady: the caller is part of this connection's own handshake.
            botocore.exceptions.ClientError: AWS refused the post.
            TransportError: the post failed without an answer of AWS.
        """
        payload = as_payload(data).content
        result = self._ask(partial(get_transport().send, payload=payload))
        if result is None:
            return None
        return {"ResponseMetadata": {"HTTPStatusCode": result.status}}

    async def asend_message(self, data: Any) -> dict[str, Any] | None:
        """Send as ``send_message`` does, from asynchronous code."""
        return await sync_to_async(self.send_message)(data)

    def send_message_on_commit(self, data: Any, using: str | None = None) -> None:
        """Send ``data`` when the transaction commits, as it is now; a rollback sends nothing.

        A failure to send is logged, and raised to nobody. Without a transaction it is sent at once.

        Args:
            data: as for ``send_message``.
            using: the database whose commit is waited for; by default that of this session.

        Raises:
            PayloadTooLarge: the message is longer than AWS carries.
            TypeError: the encoder does not know a value of ``data``.
        """
        payload = as_payload(data)
        database = using or router.db_for_write(type(self), instance=self)
        transaction.on_commit(lambda: self.send_message(payload), using=database, robust=True)

    def info(self) -> ConnectionInfo | None:
        """Ask AWS about this connection.

        Returns:
            Since when it is open, when it was last active, and whose it is; None when it is gone,
            as its row will say, or not open yet.

        Raises:
            ImproperlyConfigured: the transport cannot describe connections.
            ValueError: the session belongs to no API Gateway.
            botocore.exceptions.ClientError: AWS refused to answer.
            TransportError: AWS could not be reached.
        """
        return self._ask(_describing_transport().info)

    async def ainfo(self) -> ConnectionInfo | None:
        """Ask as ``info`` does, from asynchronous code."""
        return await sync_to_async(self.info)()

    def disconnect(self, code: str = "revoked", *, reconnect: bool = False) -> bool:
        """Close this connection, after telling its client why.

        The row is closed first; it stays marked with ``code`` while AWS has still to close the
        connection.

        Args:
            code: 1 to 32 lower-case letters, digits, dots, hyphens and underscores, for the client.
            reconnect: whether the client may come back by itself.

        Returns:
            Whether an open connection was closed. It was not when it had ended before, is not open
            yet, or belongs to no gateway.

        Raises:
            ImproperlyConfigured: the transport cannot close connections; the row has not changed.
            ValueError: ``code`` is no code; the row has not changed.
            RuntimeError: the gateway has no API.
            botocore.exceptions.ClientError: AWS refused to close the connection.
            TransportError: closing failed without an answer of AWS.
        """
        farewell = encode_farewell(code, reconnect=reconnect)
        closing_transport()
        if not self._mark_closed(code):
            return False
        try:
            outcome = close_connection(self, farewell)
        except TransportError as error:
            raise (error.__cause__ or error) from None
        if outcome in CLOSED_FOR_GOOD:
            self._row().confirm_closed(code)
            self.close_code = None
        return outcome is Outcome.CLOSED

    async def adisconnect(self, code: str = "revoked", *, reconnect: bool = False) -> bool:
        """Close as ``disconnect`` does, from asynchronous code."""
        return await sync_to_async(self.disconnect)(code, reconnect=reconnect)

    @property
    def is_young(self) -> bool:
        """Whether AWS may still answer 410 because ``$connect`` has just been answered."""
        return is_young(self.created_on)

    @property
    def is_outlived(self) -> bool:
        """Whether AWS has ended the connection by now, whatever became of it."""
        return self.created_on <= birth_of_the_oldest()

    def login_is_current(self) -> bool:
        """Return whether the user is active and has the password that the session began with."""
        return login_is_current(self.user, self.auth_hash)

    def _ask(self, question: Callable[[str, str], _Answer]) -> _Answer | None:
        """Return what AWS answers, or None when the connection is gone or not open yet.

        Args:
            question: asked with the URL of the stage and the connection's id.
        """
        if self.api_gateway is None:
            raise ValueError(f"Session {self.connection_id} has no API Gateway.")
        if is_opening(self.connection_id):
            raise ConnectionNotReady(self.connection_id)
        if self.is_outlived:
            self._mark_gone()
            return None
        try:
            return question(self.api_gateway.management_url, self.connection_id)
        except ConnectionGone:
            if not self.is_young:
                self._mark_gone()
            return None
        except TransportError as error:
            raise (error.__cause__ or error) from None

    def _row(self) -> WebSocketSessionQuerySet:
        database = router.db_for_write(type(self), instance=self)
        return type(self).objects.using(database).filter(pk=self.pk)

    def _mark_gone(self) -> None:
        """Close the row of a connection that AWS has no more."""
        if self._mark_closed():
            sessions_gone.send_robust(type(self), count=1, keys=(self.pk,))

    def _mark_closed(self, close_code: str | None = None) -> bool:
        """Close the row unless it is closed for good; return whether that changed it."""
        moment = timezone.now()
        changed = (
            self._row().unclosed().update(connected=False, close_code=close_code, updated_on=moment)
        )
        self.connected, self.updated_on = False, moment
        self.close_code = close_code if changed else None
        return bool(changed)


def _describing_transport() -> BaseTransport:
    transport = get_transport()
    if not transport.supports_info:
        name = type(transport).__name__
        raise ImproperlyConfigured(f'WEBSOCKETS["transport"]: {name} cannot describe connections.')
    return transport
