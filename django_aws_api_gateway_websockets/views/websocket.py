"""The view that answers API Gateway: connects, messages and disconnects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ..attempts import Attempt
from ..dispatch import (
    DEFAULT_HANDLER,
    Handler,
    check_names_handler,
    find_handlers,
    get_handler,
    select_handler,
)
from ..exceptions import ConnectionRefused, MessageRefused
from ..handshake import join
from ..models import WebSocketSession
from ..models.opening import handling_connect
from ..protocol.events import ConnectEvent, GatewayContext, MessageEvent
from ..protocol.messages import is_ping, pong_envelope, reply_id
from ..schemas import check_message
from ..signals import connection_closed, connection_opened
from ..trust import check_api_id, check_headers, check_secret, find_gateway
from .decorators import open_view
from .events import EventView
from .replies import Replier
from .responses import json_response

__all__ = ["WebSocketView"]


class WebSocketView(EventView):
    """Answers the events of a gateway; subclasses add a method for each message they handle.

    The URL pattern must have an argument ``route``: ``connect``, ``disconnect``, or anything else
    for messages.
    """

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Return the view, free of CSRF and login checks and of ``ATOMIC_REQUESTS``.

        Raises:
            ImproperlyConfigured: two handlers have one name.
        """
        view_class: type = cls
        _handlers_of(view_class, frozenset(cls.BASE_HANDLERS))
        return open_view(super().as_view(**initkwargs))

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
            event=cast("ConnectEvent", self.gateway_event),
            gateway=self.api_gateway,
            url_arguments=(args, kwargs),
        )
        self.websocket_session = join(attempt)
        connection_opened.send_robust(
            type(self), session=self.websocket_session, event=self.gateway_event
        )
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
        connection_closed.send_robust(type(self), event=self.gateway_event)
        return json_response({})

    def change_channel(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Move the session to the channel that the message names.

        Raises:
            MessageRefused: the name is not valid, the user may not join the channel, or the
                session was closed meanwhile.
        """
        channel = self.body.get("channel")
        if not self.is_channel_name(channel):
            raise MessageRefused("invalid_channel", "Invalid channel")
        if not self.can_join_channel(request, channel):
            raise MessageRefused("channel_denied", "Permission Denied", status=403)
        rows = WebSocketSession.objects.filter(pk=self.websocket_session.pk, connected=True)
        if not rows.update(channel_name=channel, updated_on=timezone.now()):
            raise MessageRefused("session_not_found", "Invalid connection ID")
        self.websocket_session.channel_name = channel

    @property
    def allowed_handlers(self) -> Collection[str]:
        """The names that clients may call."""
        if self.ALLOWED_HANDLERS:
            return self.ALLOWED_HANDLERS
        return {DEFAULT_HANDLER, *self.ADDITIONAL_ALLOWED_HANDLERS, *self._own_handlers}

    @property
    def _own_handlers(self) -> Mapping[str, Handler]:
        view_class: type = type(self)
        return _handlers_of(view_class, frozenset(self.BASE_HANDLERS))

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check_secret(self.gateway_event)
        for required in (self.required_headers, self.additional_required_headers):
            check_headers(self.gateway_event, request.headers, required)
        check_api_id(self.gateway_event, self.aws_api_gateway_id)
        if request.method != "POST":
            return self.http_method_not_allowed(request, *args, **kwargs)
        if isinstance(self.gateway_event, MessageEvent):
            return self._answer_message(request, *args, **kwargs)
        try:
            if isinstance(self.gateway_event, ConnectEvent):
                return self._answer_connect(request, *args, **kwargs)
            return self._answer_disconnect(request, *args, **kwargs)
        except (ConnectionRefused, MessageRefused):
            raise
        except Exception as error:
            self._report(error)
            raise

    def _answer_connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.api_gateway = find_gateway(self.gateway_event, self.aws_api_gateway_id)
        self._believe()
        agent = self.gateway_event.user_agent
        if self.CHECK_CONNECT_USERAGENT and not agent.startswith(self.expected_useragent_prefix):
            raise ConnectionRefused("unexpected_useragent", "Unexpected Useragent")
        try:
            with handling_connect(self.gateway_event.connection_id):
                response = self.connect(request, *args, **kwargs) or json_response({})
        except Exception:
            self._abandon()
            raise
        if response.status_code >= 300:
            self._abandon()
        return response

    def _abandon(self) -> None:
        """Close the session of a handshake that fails after all."""
        if self.websocket_session is not None:
            WebSocketSession.objects.filter(pk=self.websocket_session.pk).mark_closed()

    def _answer_disconnect(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        # The gateway is loaded only to refuse: a disconnect is one statement.
        claimed = GatewayContext.from_headers(request.headers).event_type
        if claimed not in ("", self.gateway_event.type):
            self.api_gateway = find_gateway(self.gateway_event, self.aws_api_gateway_id)
            self._believe()
        session: Any = SimpleLazyObject(self._load_session)
        gateway: Any = SimpleLazyObject(lambda: session and session.api_gateway)
        user: Any = SimpleLazyObject(lambda: (session and session.user) or AnonymousUser())
        self.websocket_session, self.api_gateway, request.user = session, gateway, user
        return self.disconnect(request, *args, **kwargs) or json_response({})

    def _answer_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_ping(self.body):
            return self._answer_ping()
        self._check_format()
        replier = self._resume(request)
        handler = self._select_handler()
        self._debug(f"message for {handler.name}")
        try:
            return replier.result(self._call_handler(handler, request, *args, **kwargs))
        except MessageRefused:
            raise
        except Exception as error:
            return self._fail(replier, error)

    def _select_handler(self) -> Handler:
        name = select_handler(
            self.body,
            self.allowed_handlers,
            keys=self._selection_keys,
            strict=self.STRICT_HANDLERS,
        )
        return get_handler(name, self._own_handlers)

    def _call_handler(
        self, handler: Handler, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Any:
        needed = handler.permissions
        allowed = self.has_view_permissions(request)
        if not allowed or (needed and not request.user.has_perms(needed)):
            raise MessageRefused("permission_denied", "Permission Denied", status=403)
        data = [] if handler.schema is None else [check_message(handler.schema, self.body)]
        return getattr(self, handler.method)(request, *data, *args, **kwargs)

    def _answer_ping(self) -> HttpResponseBase:
        if not self._rows().filter(connected=True).count_request():
            raise self._not_found()
        return json_response(pong_envelope())

    def _check_format(self) -> None:
        try:
            check_names_handler(self.body, keys=self._selection_keys)
        except MessageRefused:
            self._find_gateway()
            raise

    @property
    def _selection_keys(self) -> tuple[str, str]:
        return self.handler_selection_key, self.route_selection_key

    def _resume(self, request: HttpRequest) -> Replier:
        """Take up the session that a message belongs to.

        Raises:
            MessageRefused: there is none, it was closed meanwhile, or its login has ended.
        """
        session = self._load_session()
        if session is None or not session.connected:
            raise self._not_found()
        self.websocket_session, self.api_gateway = session, session.api_gateway
        self._believe()
        self._replier = Replier(session.api_gateway, session, reply_id(self.body))
        rows = WebSocketSession.objects.filter(pk=session.pk, connected=True)
        if not session.login_is_current():
            rows.mark_closed("login_ended")
            raise MessageRefused("login_ended", "Invalid connection ID")
        request.user = session.user or request.user
        if not rows.count_request():
            raise self._not_found()
        return self._replier

    def _fail(self, replier: Replier, error: Exception) -> HttpResponseBase:
        """Report what a handler raised; only a client that awaits a reply hears of it.

        Raises:
            Exception: the error itself, when no reply is awaited.
        """
        self._report(error)
        if replier.message_id is None:
            raise error
        request_id = self.gateway_event.context.request_id or self.gateway_event.trace_id
        return replier.error("server_error", f"The request failed ({request_id})")


@cache
def _handlers_of(view_class: type, exposed: frozenset[str]) -> Mapping[str, Handler]:
    return find_handlers(view_class, WebSocketView, exposed)
