"""The view that answers API Gateway: connects, messages and disconnects."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import cache
from typing import Any, cast

from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt

from ..dispatch import DEFAULT_HANDLER, check_names_handler, find_handlers, select_handler
from ..exceptions import ConnectionRefused, MessageRefused
from ..handshake import Attempt, join
from ..models import WebSocketSession, WebSocketSessionQuerySet
from ..protocol.events import ConnectEvent, DisconnectEvent, MessageEvent, read_event
from ..protocol.messages import is_ping, pong_envelope, reply_id
from ..signals import connection_closed, connection_opened, connection_refused, message_refused
from ..trust import check_event_type, check_headers, check_secret, find_gateway, is_trusted
from .alerts import ExceptionMailer
from .base import WebSocketViewBase, text_response
from .replies import Replier, json_response

__all__ = ["WebSocketView"]

logger = logging.getLogger("django_aws_api_gateway_websockets.views")

_mailer = ExceptionMailer()

_HOOKS = {
    "invalid_secret": "invalid_gateway_secret",
    "missing_headers": "missing_headers",
    "unknown_gateway": "missing_headers",
    "event_type_mismatch": "missing_headers",
    "unexpected_useragent": "invalid_useragent",
    "session_not_found": "session_not_found",
    "login_ended": "session_not_found",
    "permission_denied": "permission_denied",
    "channel_denied": "permission_denied",
    "invalid_format": "handler_selection_key_missing",
}
"""The hook that answers a refusal, by its code; any other is answered with its own message."""


class WebSocketView(WebSocketViewBase):
    """Answers the events of a gateway; subclasses add a method for each message they handle.

    The URL pattern must have an argument ``route``: ``connect``, ``disconnect``, or anything else
    for messages.
    """

    _replier: Replier | None = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Return the view, free of CSRF and login checks and of ``ATOMIC_REQUESTS``.

        In a transaction of the whole request a row lock would last as long as the handler.
        """
        view: Any = login_not_required(csrf_exempt(super().as_view(**initkwargs)))
        for alias in connections:
            view = transaction.non_atomic_requests(alias)(view)
        return view  # type: ignore[no-any-return]  # the decorators are typed as they are used

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Read the event; ``body`` is the message, or empty when it is no JSON object."""
        super().setup(request, *args, **kwargs)
        self.event = read_event(
            str(kwargs.get("route", "")),
            headers=request.headers,
            query=request.GET,
            body=request.body,
            remote_addr=request.META.get("REMOTE_ADDR", ""),
            max_body_bytes=self.MAX_BODY_SIZE,
        )
        self.body = self.event.body if isinstance(self.event, MessageEvent) else {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the event, or say why not."""
        try:
            return self._answer(request, *args, **kwargs)
        except (ConnectionRefused, MessageRefused) as refusal:
            return self._refuse(refusal, request, *args, **kwargs)

    def connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase | None:
        """Accept a connection.

        Raises:
            ConnectionRefused: the handshake is to fail with its status.
        """
        attempt = Attempt(
            policy=self,
            request=request,
            event=cast("ConnectEvent", self.event),
            gateway=self.api_gateway,
            trusted=is_trusted(self.api_gateway),
            url_arguments=(args, kwargs),
        )
        self.websocket_session = join(attempt)
        connection_opened.send(type(self), session=self.websocket_session, event=self.event)
        return json_response({})

    def disconnect(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase | None:
        """Take the session for ended; a repeated disconnect changes nothing more.

        Raises:
            MessageRefused: the connection is unknown.
        """
        if not self._rows().mark_closed():
            raise self._not_found()
        connection_closed.send(type(self), event=self.event)
        return json_response({})

    def change_channel(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Move the session to the channel that the message names.

        Raises:
            MessageRefused: the name is not valid, or the user may not join the channel.
        """
        channel = self.body.get("channel")
        if not self.is_channel_name(channel):
            raise MessageRefused("invalid_channel", "Invalid channel")
        if not self.can_join_channel(request, channel):
            raise MessageRefused("channel_denied", "Permission Denied", status=403)
        self.websocket_session.channel_name = channel
        self.websocket_session.save(update_fields=["channel_name", "updated_on"])

    @property
    def allowed_handlers(self) -> Collection[str]:
        """The names that clients may call."""
        if self.ALLOWED_HANDLERS:
            return self.ALLOWED_HANDLERS
        view_class: type = type(self)
        own = _own_handlers(view_class, self.BASE_HANDLERS)
        return {DEFAULT_HANDLER, *self.ADDITIONAL_ALLOWED_HANDLERS, *own}

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseNotAllowed:
        """Answer a request that is no event: API Gateway sends every event with POST."""
        return HttpResponseNotAllowed(["POST"])

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check_secret(self.event)
        required = (*self.required_headers, *self.additional_required_headers)
        check_headers(self.event, request.headers, required)
        if request.method != "POST":
            return self.http_method_not_allowed(request, *args, **kwargs)
        if isinstance(self.event, ConnectEvent):
            return self._answer_connect(request, *args, **kwargs)
        if isinstance(self.event, DisconnectEvent):
            return self._answer_disconnect(request, *args, **kwargs)
        return self._answer_message(request, *args, **kwargs)

    def _answer_connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.api_gateway = find_gateway(self.event, self.aws_api_gateway_id)
        self._check_event_type()
        agent = self.event.user_agent
        if self.CHECK_CONNECT_USERAGENT and not agent.startswith(self.expected_useragent_prefix):
            raise ConnectionRefused("unexpected_useragent", "Unexpected Useragent")
        response = self.connect(request, *args, **kwargs) or json_response({})
        if response.status_code >= 300:
            self._rows().mark_closed()
        return response

    def _answer_disconnect(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if self.event.context.event_type not in ("", self.event.type):
            self.api_gateway = find_gateway(self.event, self.aws_api_gateway_id)
            self._check_event_type()
        session: Any = SimpleLazyObject(self._load_session)
        user: Any = SimpleLazyObject(lambda: (session and session.user) or AnonymousUser())
        self.websocket_session, request.user = session, user
        return self.disconnect(request, *args, **kwargs) or json_response({})

    def _answer_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_ping(self.body):
            return self._answer_ping()
        check_names_handler(self.body)
        replier = self._resume(request)
        name = select_handler(self.body, self.allowed_handlers, strict=self.STRICT_HANDLERS)
        self._debug(f"message for {name}")
        if not self.has_view_permissions(request):
            raise MessageRefused("permission_denied", "Permission Denied", status=403)
        try:
            result = getattr(self, name)(request, *args, **kwargs)
            return replier.result(_awaited(result))
        except MessageRefused:
            raise
        except Exception as error:
            return self._fail(replier, error)

    def _answer_ping(self) -> HttpResponseBase:
        if not self._rows().filter(connected=True).count_request():
            raise self._not_found()
        return json_response(pong_envelope())

    def _resume(self, request: HttpRequest) -> Replier:
        """Take up the session that a message belongs to.

        Raises:
            MessageRefused: there is none, or its login has ended.
        """
        session = self._load_session()
        if session is None or not session.connected:
            raise self._not_found()
        self.websocket_session, self.api_gateway = session, session.api_gateway
        self._check_event_type()
        rows = WebSocketSession.objects.filter(pk=session.pk)
        if not session.login_is_current():
            rows.mark_closed()
            raise MessageRefused("login_ended", "Invalid connection ID")
        request.user = session.user or request.user
        rows.count_request()
        self._replier = Replier(session, reply_id(self.body))
        return self._replier

    def _rows(self) -> WebSocketSessionQuerySet:
        return WebSocketSession.objects.of_connection(
            self.event.connection_id,
            self.event.api_id,
            without_gateway=self.event.api_id == self.aws_api_gateway_id,
        )

    def _load_session(self) -> WebSocketSession | None:
        return self._rows().select_related("api_gateway", "user").first()

    def _not_found(self) -> MessageRefused:
        """Return the refusal of an unknown connection; one of an unknown gateway is raised."""
        self.api_gateway = find_gateway(self.event, self.aws_api_gateway_id)
        return MessageRefused("session_not_found", "Invalid connection ID")

    def _check_event_type(self) -> None:
        if is_trusted(self.api_gateway):
            check_event_type(self.event)

    def _refuse(
        self,
        refusal: ConnectionRefused | MessageRefused,
        request: HttpRequest,
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponseBase:
        signal = message_refused if isinstance(refusal, MessageRefused) else connection_refused
        signal.send(type(self), refusal=refusal, event=self.event, gateway=self.api_gateway)
        self._debug(str(refusal))
        if self._replier is not None and self._replier.message_id is not None:
            return self._replier.error(refusal.code, refusal.message)
        if refusal.code in _HOOKS:
            response: HttpResponseBase = getattr(self, _HOOKS[refusal.code])(
                request, *args, **kwargs
            )
            return response
        return text_response(refusal.message, refusal.status)

    def _fail(self, replier: Replier, error: Exception) -> HttpResponseBase:
        """Log and mail what a handler raised; only a client that awaits a reply hears of it.

        Raises:
            Exception: the error itself, when no reply is awaited.
        """
        logger.exception("Message of connection %r failed", self.event.connection_id)
        if self.SEND_EXCEPTION_MAIL:
            _mailer.mail(type(self), error, interval=self.EXCEPTION_MAIL_INTERVAL)
        if replier.message_id is None:
            raise error
        request_id = self.event.context.request_id or self.event.trace_id
        return replier.error("server_error", f"The request failed ({request_id})")


@cache
def _own_handlers(view_class: type, exposed: frozenset[str]) -> frozenset[str]:
    return find_handlers(view_class, WebSocketView, exposed)


def _awaited(result: Any) -> Any:
    return async_to_sync(_await)(result) if inspect.isawaitable(result) else result


async def _await(result: Awaitable[Any]) -> Any:
    return await result
