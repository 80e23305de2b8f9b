"""Requests as API Gateway sends them, with every header in the test's hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = [
    "API_ID",
    "CONNECTION_ID",
    "EVENT_HEADERS",
    "HANDSHAKE_HEADERS",
    "connect",
    "log_in",
    "post",
    "serve",
    "statements",
    "token_for",
]

API_ID = "test000000"
CONNECTION_ID = "L0SM9cOFvHcCIhw="

EVENT_HEADERS = {
    "Host": "testserver",
    "User-Agent": f"AmazonAPIGateway_{API_ID}",
    "X-Amzn-Apigateway-Api-Id": API_ID,
    "X-Amzn-Trace-Id": "Root=1-5e272390-8c398be037738dc042009320",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
    "connectionId": CONNECTION_ID,
}
HANDSHAKE_HEADERS = {
    "Origin": "http://testserver",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
_NONE: Mapping[str, Any] = MappingProxyType({})


def serve(settings: Settings, view: type[WebSocketView], **initkwargs: Any) -> None:
    """Serve the package's URLs below ``/ws/``, and the events of a view below ``/chat/``."""
    settings.ROOT_URLCONF = (
        path("ws/", include("django_aws_api_gateway_websockets.urls")),
        events("chat/", view, **initkwargs),
    )


def post(
    route: str,
    body: object = b"",
    *,
    client: Client | None = None,
    headers: Mapping[str, str | None] = _NONE,
    query: Mapping[str, str] = _NONE,
    method: str = "POST",
) -> Any:
    """Send an event to the view that is served.

    Args:
        body: bytes, or what is sent as JSON.
        headers: replaces headers of the event; None leaves one out.
    """
    handshake = HANDSHAKE_HEADERS if route == "connect" else {}
    sent = {**EVENT_HEADERS, **handshake, **headers}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (client or Client()).generic(
        method,
        f"/chat/{route}?{urlencode(query)}",
        data,
        content_type="application/json",
        headers={name: value for name, value in sent.items() if value is not None},
        CONTENT_LENGTH=str(len(data)),
    )


def log_in(username: str = "ann", **fields: Any) -> Client:
    """Return the browser of a new user who is logged in."""
    client = Client()
    client.force_login(get_user_model().objects.create_user(username, **fields))
    return client


def token_for(client: Client) -> str:
    """Return a token for the login session of a browser."""
    user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    return WebSocketToken.generate_token(user, client.session.session_key or "").token


def connect(
    client: Client,
    *,
    headers: Mapping[str, str | None] = _NONE,
    **query: str,
) -> Any:
    """Send the ``$connect`` of a browser, with a fresh token unless one is given."""
    return post(
        "connect",
        client=client,
        headers=headers,
        query={"ws_token": query.pop("ws_token", "") or token_for(client), **query},
    )


@contextmanager
def statements(number: int) -> Iterator[None]:
    """Check how many statements the block needs, transaction control not counted."""
    with CaptureQueriesContext(connection) as captured:
        yield
    control = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    found = [q["sql"] for q in captured if not q["sql"].startswith(control)]
    assert len(found) == number, "\n".join(found)
