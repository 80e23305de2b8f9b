"""What a project sets and overrides on a WebSocket view; the flow itself is in ``websocket``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, TypeGuard

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.html import escape
from django.views import View

from ..conf import settings
from ..dispatch import DEFAULT_HANDLER
from ..exceptions import ConnectionRefused, MessageRefused
from ..models import ApiGateway, ChannelPermission, WebSocketSession
from ..protocol.events import ConnectEvent, DisconnectEvent, MessageEvent
from ..protocol.limits import MESSAGE_MAX_BYTES
from .responses import text_response

__all__ = ["WebSocketViewBase"]

_DEBUG_ENTRY_LENGTH = 500

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


class WebSocketViewBase(View):
    """The attributes and hooks of a WebSocket view."""

    # What a project sets.

    # Django would infer it from handlers that are named like HTTP methods, "delete" for one.
    view_is_async = False
    debug = False
    SEND_EXCEPTION_MAIL = True
    EXCEPTION_MAIL_INTERVAL = 60
    """Seconds between two mails about one kind of exception; 0 mails every one."""

    MAX_BODY_SIZE = MESSAGE_MAX_BYTES
    MAX_CHANNEL_NAME_LENGTH = 128
    CHANNEL_NAME_PATTERN: ClassVar[re.Pattern[str]] = re.compile(r"^[a-zA-Z0-9_-]+$")
    ALLOW_UNLISTED_CHANNELS = True
    CHECK_PERMISSIONS_ON_CONNECT = False

    ALLOWED_HANDLERS: Collection[str] = frozenset()
    """The names that clients may call; empty for those that the class itself defines."""

    ADDITIONAL_ALLOWED_HANDLERS: Iterable[str] = []
    BASE_HANDLERS: ClassVar[frozenset[str]] = frozenset({DEFAULT_HANDLER, "change_channel"})
    STRICT_HANDLERS = False
    """Whether an unknown handler is refused instead of running ``default``."""

    handler_selection_key = "handler"
    """The key of a message that names its handler."""

    route_selection_key = "action"
    """The key that does where the message lacks the other."""

    USE_WS_TOKEN = True
    token_binding = ""
    """``"session"`` or ``"user"``; empty for the setting ``token_binding``."""

    RATE_LIMIT_ENABLED = True
    RATE_LIMIT_MAX_ATTEMPTS = 0
    """Attempts to connect within the window; 0 for the setting ``rate_limit_max_attempts``."""

    RATE_LIMIT_WINDOW_MINUTES = 0
    """Minutes; 0 for the setting ``rate_limit_window_minutes``."""

    aws_api_gateway_id: str | None = None
    """The only API that this view serves, or None for every API that has a row."""

    required_headers: Iterable[str] = [
        "Host",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Content-Length",
        "Connectionid",
        "User-Agent",
        "X-Amzn-Apigateway-Api-Id",
    ]
    additional_required_headers: Iterable[str] = ["X-Amzn-Trace-Id"]
    required_connection_headers: Iterable[str] = ["Sec-Websocket-Key", "Sec-Websocket-Version"]
    expected_useragent_prefix = "AmazonAPIGateway_"
    CHECK_CONNECT_USERAGENT = False
    permissions_required: Collection[str] = []
    all_permissions_required: Collection[str] = []
    model: Any = None

    # What the flow fills in.

    gateway_event: ConnectEvent | MessageEvent | DisconnectEvent
    body: dict[str, Any] = {}
    api_gateway: ApiGateway | None = None
    websocket_session: WebSocketSession = None  # type: ignore[assignment]  # handlers have one
    debug_log: list[str] | None = None

    def __init__(self, **initkwargs: Any) -> None:
        super().__init__(**initkwargs)
        self.debug_log = []
        self.RATE_LIMIT_MAX_ATTEMPTS = (
            self.RATE_LIMIT_MAX_ATTEMPTS or settings.rate_limit_max_attempts
        )
        self.RATE_LIMIT_WINDOW_MINUTES = (
            self.RATE_LIMIT_WINDOW_MINUTES or settings.rate_limit_window_minutes
        )
        self.token_binding = self.token_binding or settings.token_binding

    # What a project overrides.

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Handle a message that names no other handler.

        Returns:
            None, a JSON value or a response.
        """
        raise NotImplementedError(  # error and text are those of 4.1, which projects may expect
            "This logic needs to be defined within the subclass"
        )

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        """Return whether the request's user may join a channel; it is empty for none."""
        permission = self.get_channel_permission(channel_name) if channel_name else None
        return permission.allows(request.user) if permission else self.ALLOW_UNLISTED_CHANNELS

    def get_channel_permission(self, channel_name: str) -> ChannelPermission | None:
        """Return the row that says who may join a channel, or None when it is unlisted."""
        return ChannelPermission.for_channel(channel_name)

    def has_any_permission(self, request: HttpRequest) -> bool:
        """Return whether the user has one of ``permissions_required``."""
        return any(request.user.has_perms([name]) for name in self.permissions_required)

    def has_all_permission(self, request: HttpRequest) -> bool:
        """Return whether the user has every one of ``all_permissions_required``."""
        return all(request.user.has_perms([name]) for name in self.all_permissions_required)

    def _additional_connection_checks(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> tuple[bool, str]:
        """Return whether the connection is welcome, and what the client is told if it is not."""
        return True, ""

    def invalid_gateway_secret(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Answer a request without the gateway's secret."""
        return text_response("Invalid request", 403)

    def missing_headers(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a request that does not come from a known gateway."""
        return text_response("Invalid request headers", 400)

    def invalid_useragent(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer a handshake of an unexpected user agent."""
        return text_response("Unexpected Useragent", 400)

    def session_not_found(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer an event of a connection that is not, or no longer, known."""
        return text_response("Invalid connection ID", 400)

    def permission_denied(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer what the user may not do."""
        return text_response("Permission Denied", 403)

    def handler_selection_key_missing(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Answer a message that names neither a handler nor an action."""
        return text_response("Invalid request format (1)", 400)

    def route_selection_key_missing(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Answer a message without an action; for projects that call it, nothing else does."""
        warnings.warn(
            "route_selection_key_missing() is deprecated: no message needs a route key.",
            DeprecationWarning,
            stacklevel=2,
        )
        key = self.route_selection_key
        return text_response(f"route_select_key {key} missing from request body.", 400)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseNotAllowed:
        """Answer a request that is no event: API Gateway sends every event with POST."""
        return HttpResponseNotAllowed(["POST"])

    # What the flow and the handshake ask.

    def is_channel_name(self, name: object) -> TypeGuard[str]:
        """Return whether ``name`` may name a channel."""
        return (
            isinstance(name, str)
            and len(name) <= self.MAX_CHANNEL_NAME_LENGTH
            and self.CHANNEL_NAME_PATTERN.fullmatch(name) is not None
        )

    def has_view_permissions(self, request: HttpRequest) -> bool:
        """Return whether the user has what the view asks for; all-of wins over any-of."""
        if self.all_permissions_required:
            return self.has_all_permission(request)
        return not self.permissions_required or self.has_any_permission(request)

    def _refusal_response(
        self, refusal: ConnectionRefused | MessageRefused, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        hook = _HOOKS.get(refusal.code)
        if hook is None:
            return text_response(refusal.message, refusal.status)
        response: HttpResponseBase = getattr(self, hook)(*args, **kwargs)
        return response

    def _debug(self, text: str) -> None:
        if self.debug and self.debug_log is not None:
            self.debug_log.append(escape(text)[:_DEBUG_ENTRY_LENGTH])
