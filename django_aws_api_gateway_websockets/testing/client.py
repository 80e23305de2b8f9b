"""A client that speaks to the project's views as API Gateway does, without a network."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.http import HttpResponse
from django.test import Client, TestCase

from ..conf import settings
from ..models import ApiGateway, WebSocketSession, WebSocketToken
from ..protocol.routes import (
    CONNECT,
    CONNECTION_ID_HEADER,
    CONTEXT_HEADERS,
    DEFAULT,
    DISCONNECT,
    SECRET_HEADER,
    integration_uri,
    select_route,
)
from ..transports import get_transport, locmem

__all__ = ["GatewayClient"]

_EVENT_TYPES = {CONNECT: "CONNECT", DISCONNECT: "DISCONNECT"}


class GatewayClient:
    """One WebSocket connection of a browser, as the project's views see it.

    Events go through the project's URLconf and middleware, and the commit callbacks that they
    register are run, inside a ``TestCase`` too. Django's test client raises what a view raises.

    Args:
        user: who is logged in; None for a visitor.
        gateway: the row to connect to; by default the only one there is.
        origin: the ``Origin`` of the page; by default the host of the gateway's target.

    Raises:
        ImproperlyConfigured: messages would leave the process.
        ValueError: no gateway is given, and there is not exactly one.
    """

    def __init__(
        self,
        user: AbstractBaseUser | None = None,
        *,
        gateway: ApiGateway | None = None,
        origin: str | None = None,
    ) -> None:
        if not isinstance(get_transport(), locmem.LocMemTransport):
            raise ImproperlyConfigured(
                "GatewayClient needs the in-memory transport: add WebSocketTestMixin to the test "
                'case, or name LocMemTransport in WEBSOCKETS["transport"].'
            )
        self.user = user
        self.gateway = gateway or _only_gateway()
        self.origin = origin or _origin_of(self.gateway)
        self.connection_id = _new_id()
        self.http = Client()
        if user is not None:
            self.http.force_login(user)  # type: ignore[arg-type]  # any user model will do
        self._inbox: list[Any] = []
        self._read = len(locmem.outbox)

    @property
    def session(self) -> WebSocketSession:
        """The row of the connection.

        Raises:
            WebSocketSession.DoesNotExist: there is none.
        """
        return WebSocketSession.objects.get(connection_id=self.connection_id)

    def connect(self, channel: str = "", *, token: str | None = None) -> HttpResponse:
        """Send ``$connect``; the status of the answer is that of the handshake.

        Args:
            channel: what the page asks to join.
            token: by default a fresh one for the user, as the token view issues it.
        """
        query = {"ws_token": self._token() if token is None else token, "channel": channel}
        handshake = {
            "Origin": self.origin,
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "Sec-WebSocket-Version": "13",
            "User-Agent": "GatewayClient",
        }
        return self._post(CONNECT, b"", handshake, urlencode(query))

    def send(self, data: Any) -> HttpResponse:
        """Send a message along the route that it selects; text is sent as it is.

        Returns:
            The response of the view; on a two-way gateway its body can be received, too.
        """
        text = data if isinstance(data, str) else json.dumps(data)
        keys = [DEFAULT, *self.gateway.additional_routes.values_list("route_key", flat=True)]
        route = select_route(self.gateway.route_selection_expression, text, keys) or DEFAULT
        response = self._post(route, text.encode())
        if self.gateway.two_way and response.content:
            self._inbox.append(_parsed(response.content))
        return response

    def receive(self) -> Any:
        """Return the oldest message that has reached the client and was not received yet.

        Raises:
            AssertionError: there is none.
        """
        self._collect()
        if not self._inbox:
            raise AssertionError(f"Nothing has reached connection {self.connection_id}.")
        return self._inbox.pop(0)

    def received(self) -> list[Any]:
        """Return all messages that were not received yet."""
        self._collect()
        messages, self._inbox = self._inbox, []
        return messages

    def disconnect(self) -> HttpResponse:
        """Send ``$disconnect``."""
        return self._post(DISCONNECT)

    def _post(
        self,
        route: str,
        body: bytes = b"",
        extra_headers: Mapping[str, str] = MappingProxyType({}),
        query: str = "",
    ) -> HttpResponse:
        uri = urlsplit(self._uri(route))
        headers = {**self._headers(route), "Host": uri.netloc, **extra_headers}
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(TestCase.captureOnCommitCallbacks(using=alias, execute=True))
            response: Any = self.http.post(
                uri._replace(scheme="", netloc="", query=query or uri.query).geturl(),
                body,
                content_type="application/json",
                secure=uri.scheme == "https",
                headers=headers,
                CONTENT_LENGTH=str(len(body)),
            )
        self._collect()
        return response  # type: ignore[no-any-return]  # the test client's own subclass

    def _headers(self, route: str) -> dict[str, str]:
        request_id = _new_id()
        context = {
            "context.eventType": _EVENT_TYPES.get(route, "MESSAGE"),
            "context.identity.sourceIp": "203.0.113.7",
            "context.routeKey": route,
            "context.connectedAt": "1700000000000",
            "context.requestId": request_id,
            "context.messageId": "" if route in _EVENT_TYPES else request_id,
            "context.stage": self.gateway.stage_name,
        }
        return {
            "User-Agent": f"AmazonAPIGateway_{self.gateway.api_id}",
            "X-Amzn-Apigateway-Api-Id": self.gateway.api_id,
            "X-Amzn-Trace-Id": f"Root=1-{secrets.token_hex(4)}-{secrets.token_hex(12)}",
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
            CONNECTION_ID_HEADER: self.connection_id,
            SECRET_HEADER: settings.sent_gateway_secret or "",
            **{name: context[source] for name, source in CONTEXT_HEADERS.items()},
        }

    def _uri(self, route: str) -> str:
        additional = self.gateway.additional_routes.filter(route_key=route).first()
        if additional:
            return additional.integration_url
        return integration_uri(self.gateway.target_base_endpoint or "", route)

    def _token(self) -> str:
        if self.user is None:
            return ""
        session_key = self.http.session.session_key or ""
        return WebSocketToken.generate_token(self.user, session_key).token

    def _collect(self) -> None:
        """Take over what was posted to this connection since the last time."""
        posted = locmem.outbox[min(self._read, len(locmem.outbox)) :]
        self._read = len(locmem.outbox)
        self._inbox += [m.json for m in posted if m.connection_id == self.connection_id]


def _only_gateway() -> ApiGateway:
    gateways = ApiGateway.objects.all()[:2]
    if len(gateways) != 1:
        raise ValueError(
            "Pass gateway=..., or store exactly one: django_aws_api_gateway_websockets.testing."
            "create_gateway() does."
        )
    return gateways[0]


def _origin_of(gateway: ApiGateway) -> str:
    parts = urlsplit(gateway.target_base_endpoint or "")
    return f"{parts.scheme}://{parts.netloc}"


def _new_id() -> str:
    """Return an id of the form that AWS gives connections, messages and requests."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
