"""The checks of ``$connect`` once more, in this process, to learn what the client is not told.

API Gateway shows a client no more than the status of a refusal. The project's own middleware and
view are asked again, and whatever they store is rolled back.
"""

from __future__ import annotations

import base64
import io
import logging
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import got_request_exception
from django.db import connections, transaction
from django.dispatch import Signal

from ...conf import settings
from ...exceptions import ConnectionRefused
from ...models import ApiGateway, ConnectionRateLimit, WebSocketToken
from ...models.primary import on_primary
from ...protocol.routes import (
    CONNECT,
    CONNECTION_ID_HEADER,
    CONTEXT_HEADERS,
    SECRET_HEADER,
)
from ...signals import connection_opened, connection_refused
from .visitor import Visitor

__all__ = ["Replay", "replay"]

_LOCALHOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """What came of it.

    Args:
        status: of the answer in this process.
        refusal: the view's own, with its code.
        error: class of what the project raised.
    """

    status: int
    refusal: ConnectionRefused | None = None
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether the connection would have been accepted."""
        return self.status < 300


def replay(
    gateway: ApiGateway, visitor: Visitor, *, origin: str, channel: str, headers: dict[str, str]
) -> Replay:
    """Answer a ``$connect`` like the one that was refused, and undo it.

    Args:
        headers: what the client sent besides.
    """
    refusals: list[ConnectionRefused] = []
    errors: list[str] = []

    def refused(*, refusal: ConnectionRefused, **kwargs: Any) -> None:
        refusals.append(refusal)

    def raised(**kwargs: Any) -> None:
        errors.append(type(sys.exception()).__name__)

    with ExitStack() as stack:
        stack.enter_context(_heard_by_alone(connection_opened))
        stack.enter_context(_heard_by_alone(connection_refused, refused))
        stack.enter_context(_heard_by_alone(got_request_exception, raised))
        stack.enter_context(_quiet("django.request"))
        stack.enter_context(_undone())
        token = WebSocketToken.generate_token(visitor.user, visitor.session_key).token
        query = urlencode({"ws_token": token, **({"channel": channel} if channel else {})})
        handler = WSGIHandler()
        request = WSGIRequest(_environ(gateway, query, {"Origin": origin, **headers}))
        response = handler.get_response(request)
    return Replay(
        status=response.status_code,
        refusal=refusals[0] if refusals else None,
        error=errors[0] if errors else "",
    )


def _environ(gateway: ApiGateway, query: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return the request that an integration makes of a handshake."""
    uri = urlsplit(gateway.integration_url(CONNECT))
    script_name = (django_settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    path = unquote_to_bytes(uri.path).decode("latin-1")
    sent = {**_gateway_headers(gateway), "Host": uri.netloc, **headers}
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": script_name,
        "PATH_INFO": path.removeprefix(script_name),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": "0",
        "SERVER_NAME": uri.hostname or "",
        "SERVER_PORT": str(uri.port or {"https": 443}.get(uri.scheme, 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": _LOCALHOST,
        "wsgi.url_scheme": uri.scheme,
        "wsgi.input": io.BytesIO(),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.items()},
    }


def _gateway_headers(gateway: ApiGateway) -> dict[str, str]:
    address = _last_address()
    is_secure = gateway.connection_url.startswith("wss:")
    context = {
        "context.eventType": "CONNECT",
        "context.identity.sourceIp": address,
        "context.routeKey": CONNECT,
        "context.connectedAt": "1700000000000",
        "context.requestId": _new_id(),
        "context.messageId": "",
        "context.stage": gateway.stage_name,
    }
    return {
        "Sec-WebSocket-Extensions": "permessage-deflate",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "X-Amzn-Apigateway-Api-Id": gateway.api_id,
        "X-Amzn-Trace-Id": f"Root=1-{secrets.token_hex(4)}-{secrets.token_hex(12)}",
        "X-Forwarded-For": address,
        "X-Forwarded-Port": "443" if is_secure else "80",
        "X-Forwarded-Proto": "https" if is_secure else "http",
        CONNECTION_ID_HEADER: _new_id(),
        SECRET_HEADER: next(iter(settings.gateway_secrets), ""),
        **{name: context[source] for name, source in CONTEXT_HEADERS.items()},
    }


def _last_address() -> str:
    """Return the address of the newest attempt to connect, which is likely to be the probe's."""
    newest = on_primary(ConnectionRateLimit).order_by("-pk").values_list("ip_address", flat=True)
    return newest.first() or _LOCALHOST


def _new_id() -> str:
    """Return an id of the form that AWS gives connections and requests."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


@contextmanager
def _heard_by_alone(signal: Signal, *receivers: Callable[..., None]) -> Iterator[None]:
    """Keep a signal from everybody else: what is rehearsed here has not happened."""
    others, signal.receivers = signal.receivers, []
    for receiver in receivers:
        signal.connect(receiver, weak=False)
    try:
        yield
    finally:
        signal.receivers = others


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def _undone() -> Iterator[None]:
    """Roll back on every database what happens inside."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield
