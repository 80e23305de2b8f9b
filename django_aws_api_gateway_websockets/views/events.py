"""What a view does with any event: read it, know whose it is, refuse it, and report what failed."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase

from ..exceptions import ConnectionRefused, MessageRefused
from ..models import WebSocketSession, WebSocketSessionQuerySet
from ..models.primary import on_primary
from ..protocol.events import MessageEvent, read_event
from ..protocol.messages import reply_id
from ..signals import connection_refused, message_refused
from ..trust import believe, find_gateway, is_connection_id
from .alerts import ExceptionMailer
from .base import WebSocketViewBase
from .replies import Replier
from .requests import drop_unusable_session, read_body, read_query

__all__ = ["EventView"]

logger = logging.getLogger("django_aws_api_gateway_websockets.views")

_mailer = ExceptionMailer()


class EventView(WebSocketViewBase):
    """The part of a WebSocket view that is the same for connects, messages and disconnects."""

    _replier: Replier | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Read the event; ``body`` is the message, or empty when it is no JSON object."""
        super().setup(request, *args, **kwargs)
        drop_unusable_session(request)
        if not hasattr(request, "user"):
            request.user = AnonymousUser()
        self.gateway_event = read_event(
            str(kwargs.get("route", "")),
            headers=request.headers,
            query=read_query(request),
            body=read_body(request),
            remote_addr=request.META.get("REMOTE_ADDR", ""),
            max_body_bytes=self.MAX_BODY_SIZE,
        )
        self.body = self.gateway_event.body if isinstance(self.gateway_event, MessageEvent) else {}

    def _rows(self) -> WebSocketSessionQuerySet:
        if not is_connection_id(self.gateway_event.connection_id):
            return WebSocketSession.objects.none()
        return WebSocketSession.objects.of_connection(
            self.gateway_event.connection_id,
            self.gateway_event.api_id,
            without_gateway=self.aws_api_gateway_id is not None,
        )

    def _load_session(self) -> WebSocketSession | None:
        """Return the session of the event; the API is compared here, which spares a sub-query."""
        event = self.gateway_event
        if not is_connection_id(event.connection_id):
            return None
        rows = on_primary(WebSocketSession).select_related("api_gateway", "user")
        session = next(iter(rows.filter(connection_id=event.connection_id)), None)
        if session is None or session.api_gateway is None:
            return session if self.aws_api_gateway_id is not None else None
        return session if session.api_gateway.api_id == event.api_id else None

    def _not_found(self) -> MessageRefused:
        """Return the refusal of an unknown connection; one of an unknown gateway is raised."""
        self._find_gateway()
        return MessageRefused("session_not_found", "Invalid connection ID")

    def _find_gateway(self) -> None:
        """Look up the gateway of an event without a session; if two-way, it carries the refusal."""
        self.api_gateway = find_gateway(self.gateway_event, self.aws_api_gateway_id)
        self._believe()
        self._replier = Replier(self.api_gateway, None, reply_id(self.body))

    def _believe(self) -> None:
        self.gateway_event = believe(self.gateway_event, self.api_gateway, self.request.headers)

    def _refuse(
        self, refusal: ConnectionRefused | MessageRefused, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        signal = message_refused if isinstance(refusal, MessageRefused) else connection_refused
        event, gateway = self.gateway_event, self.api_gateway
        signal.send_robust(type(self), refusal=refusal, event=event, gateway=gateway)
        self._debug(str(refusal))
        if isinstance(refusal, MessageRefused) and self._replier and self._replier.can_reply:
            return self._replier.error(refusal.code, refusal.message, fields=refusal.fields)
        return self._refusal_response(refusal, *args, **kwargs)

    def _report(self, error: Exception) -> None:
        event = self.gateway_event
        logger.exception("%s of connection %r failed", event.type.title(), event.connection_id)
        if self.SEND_EXCEPTION_MAIL:
            _mailer.mail(type(self), error, interval=self.EXCEPTION_MAIL_INTERVAL)
