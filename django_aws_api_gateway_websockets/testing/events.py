"""The requests with which API Gateway tells Django of a connection."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from ..conf import settings
from ..models import ApiGateway
from ..protocol.routes import (
    CONNECT,
    CONNECTION_ID_HEADER,
    CONTEXT_HEADERS,
    DISCONNECT,
    SECRET_HEADER,
)

__all__ = ["EventRequest", "build_request", "new_id", "parsed"]

_EVENT_TYPES = {CONNECT: "CONNECT", DISCONNECT: "DISCONNECT"}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRequest:
    """One event on its way to Django; the same one can arrive twice."""

    route: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_message(self) -> bool:
        """Whether it is a message, which a two-way gateway returns the answer of."""
        return self.route not in _EVENT_TYPES

    def post(self, http: Client) -> HttpResponse:
        """Return the project's answer; what the view raises is raised."""
        url = urlsplit(self.url)
        response: Any = http.post(
            url._replace(scheme="", netloc="").geturl(),
            self.body,
            content_type="application/json",
            secure=url.scheme == "https",
            headers=self.headers,
            CONTENT_LENGTH=str(len(self.body)),
        )
        return response  # type: ignore[no-any-return]  # the test client's own subclass


def build_request(
    gateway: ApiGateway,
    connection_id: str,
    route: str,
    *,
    source_ip: str,
    body: bytes = b"",
    query: str = "",
    handshake: Mapping[str, str] = MappingProxyType({}),
) -> EventRequest:
    """Return an event as the gateway sends it to the integration of a route.

    Args:
        query: of the handshake; other events have none.
        handshake: the headers of the browser's handshake. Other events have none of it, so no
            cookie and no origin either.
    """
    url = urlsplit(gateway.integration_url(route))
    return EventRequest(
        route=route,
        url=url._replace(query=query or url.query).geturl(),
        headers={
            **_headers(gateway, connection_id, route, source_ip),
            "Cookie": "",
            "Host": url.netloc,
            **handshake,
        },
        body=body,
    )


def new_id() -> str:
    """Return an id of the form that AWS gives connections, messages and requests."""
    return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()


def parsed(content: bytes) -> Any:
    """Return a frame as data, or as text when it is no JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def _headers(gateway: ApiGateway, connection_id: str, route: str, source_ip: str) -> dict[str, str]:
    request_id = new_id()
    context = {
        "context.eventType": _EVENT_TYPES.get(route, "MESSAGE"),
        "context.identity.sourceIp": source_ip,
        "context.routeKey": route,
        "context.connectedAt": "1700000000000",
        "context.requestId": request_id,
        "context.messageId": "" if route in _EVENT_TYPES else request_id,
        "context.stage": gateway.stage_name,
    }
    return {
        "User-Agent": f"AmazonAPIGateway_{gateway.api_id}",
        "X-Amzn-Apigateway-Api-Id": gateway.api_id,
        "X-Amzn-Trace-Id": f"Root=1-{secrets.token_hex(4)}-{secrets.token_hex(12)}",
        "X-Forwarded-For": source_ip,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        CONNECTION_ID_HEADER: connection_id,
        SECRET_HEADER: settings.sent_gateway_secret or "",
        **{name: context[source] for name, source in CONTEXT_HEADERS.items()},
    }
