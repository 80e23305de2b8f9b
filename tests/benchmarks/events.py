"""The requests that are measured, and the rows that they need."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from django_aws_api_gateway_websockets.models import (
    ChannelPermission,
    ConnectionRateLimit,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.models.tokens import hash_user_auth
from django_aws_api_gateway_websockets.testing import create_gateway
from tests.inbound import API_ID, EVENT_HEADERS, HANDSHAKE_HEADERS

__all__ = ["KINDS", "Browser", "Kind", "open_browsers"]

CHANNEL = "room_1"
CSRF_SECRET = "c" * 32
MESSAGE = {"action": "chat", "handler": "say", "text": "Hello, world."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """A user who is logged in, at an address of their own, with one open connection."""

    user: User
    session_key: str
    address: str
    session: WebSocketSession


def open_browsers(count: int) -> list[Browser]:
    """Store a gateway, a channel that all may join, and users with login session and connection."""
    gateway = create_gateway(api_id=API_ID)
    ChannelPermission.objects.create(channel_name=CHANNEL)
    return [_open_browser(number, api_gateway=gateway) for number in range(count)]


def _open_browser(number: int, **fields: Any) -> Browser:
    user = User.objects.create_user(f"user-{number}")
    client = Client()
    client.force_login(user)
    session = WebSocketSession.objects.create(
        connection_id=_connection_id(), user=user, auth_hash=hash_user_auth(user), **fields
    )
    key = client.session.session_key or ""
    return Browser(user=user, session_key=key, address=f"203.0.113.{number}", session=session)


def _connection_id() -> str:
    return f"{secrets.token_urlsafe(11)}="


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of event.

    Attributes:
        path: of the package's view; the bare one is at ``/bare/<name>``.
        reset: puts the rows back to where an event of each browser begins.
        request: returns the WSGI environment of one browser's event at a path.
    """

    name: str
    path: str
    reset: Callable[[], object]
    request: Callable[[Browser, str], dict[str, Any]]


def _environ(
    path: str, headers: dict[str, str], body: bytes = b"", query: str = ""
) -> dict[str, Any]:
    lines = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
    return {
        **lines,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
    }


def _event(browser: Browser, connection_id: str, event_type: str) -> dict[str, str]:
    """Return the headers of an event, mapped ones too, as our own provisioning has them sent."""
    return {
        **EVENT_HEADERS,
        "connectionId": connection_id,
        "X-Forwarded-For": browser.address,
        "X-Ws-Api-Stage": "production",
        "X-Ws-Connected-At": "1700000000000",
        "X-Ws-Event-Type": event_type,
        "X-Ws-Gateway-Secret": "s" * 32,
        "X-Ws-Request-Id": "L0SM9cOFvHcCIhw=",
        "X-Ws-Source-Ip": browser.address,
    }


def _token(browser: Browser, path: str) -> dict[str, Any]:
    cookies = f"{settings.SESSION_COOKIE_NAME}={browser.session_key}; csrftoken={CSRF_SECRET}"
    headers = {"Origin": "http://testserver", "X-CSRFToken": CSRF_SECRET, "Cookie": cookies}
    return _environ(path, {"Host": "testserver", **headers})


def _connect(browser: Browser, path: str) -> dict[str, Any]:
    token = WebSocketToken.generate_token(browser.user, browser.session_key).token
    headers = {
        **_event(browser, _connection_id(), "CONNECT"),
        **HANDSHAKE_HEADERS,
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={browser.session_key}",
    }
    return _environ(path, headers, query=urlencode({"ws_token": token, "channel": CHANNEL}))


def _message(browser: Browser, path: str) -> dict[str, Any]:
    headers = _event(browser, browser.session.connection_id, "MESSAGE")
    return _environ(path, headers, json.dumps(MESSAGE).encode())


def _disconnect(browser: Browser, path: str) -> dict[str, Any]:
    return _environ(path, _event(browser, browser.session.connection_id, "DISCONNECT"))


def _forget_tokens() -> None:
    WebSocketToken.objects.all().delete()


def _forget_connects() -> None:
    _forget_tokens()
    ConnectionRateLimit.objects.all().delete()
    WebSocketSession.objects.filter(channel_name=CHANNEL).delete()


def _reopen() -> None:
    WebSocketSession.objects.update(connected=True)


KINDS = (
    Kind(name="token", path="/tokens/token", reset=_forget_tokens, request=_token),
    Kind(name="connect", path="/ws/connect", reset=_forget_connects, request=_connect),
    Kind(name="message", path="/ws/message", reset=_reopen, request=_message),
    Kind(name="disconnect", path="/ws/disconnect", reset=_reopen, request=_disconnect),
)
