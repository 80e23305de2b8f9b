"""Integration requests as events."""

from __future__ import annotations

from typing import Any

import pytest
from django.http.request import HttpHeaders

from django_aws_api_gateway_websockets.protocol.events import (
    ConnectEvent,
    DisconnectEvent,
    Event,
    GatewayContext,
    MessageEvent,
    read_event,
)
from django_aws_api_gateway_websockets.protocol.routes import CONTEXT_HEADERS

__all__ = ["TestConnect", "TestDisconnect", "TestEveryEvent", "TestMessage"]

HEADERS = {
    "HTTP_HOST": "app.example.com",
    "HTTP_CONNECTIONID": "abc=",
    "HTTP_USER_AGENT": "AmazonAPIGateway_abc123",
    "HTTP_X_AMZN_APIGATEWAY_API_ID": "abc123",
    "HTTP_X_AMZN_TRACE_ID": "Root=1",
    "HTTP_X_FORWARDED_FOR": "192.0.2.1, 192.0.2.2",
    "HTTP_X_WS_GATEWAY_SECRET": "gateway-secret",
    "HTTP_ORIGIN": "https://app.example.com",
    "HTTP_X_WS_EVENT_TYPE": "CONNECT",
    "HTTP_X_WS_SOURCE_IP": "192.0.2.3",
    "HTTP_X_WS_ROUTE_KEY": "$connect",
    "HTTP_X_WS_CONNECTED_AT": "1700000000000",
    "HTTP_X_WS_REQUEST_ID": "request",
    "HTTP_X_WS_MESSAGE_ID": "message",
    "HTTP_X_WS_API_STAGE": "production",
}
NOBODY = GatewayContext(
    event_type="",
    source_ip="",
    route_key="",
    connected_at="",
    request_id="",
    message_id="",
    stage="",
)


def read(name: str, environ: dict[str, Any] = HEADERS, **changes: Any) -> Event:
    """Return the event of a request with these CGI variables."""
    request: dict[str, Any] = {
        "query": {},
        "body": b"",
        "remote_addr": "192.0.2.9",
        "max_body_bytes": 64,
    }
    return read_event(name, headers=HttpHeaders(environ), **(request | changes))


class TestEveryEvent:
    @pytest.mark.parametrize("name", ["connect", "disconnect", "default"])
    def test_carries_the_headers(self, name: str) -> None:
        """Header names are matched in any case."""
        event = read(name)

        assert (event.api_id, event.connection_id) == ("abc123", "abc=")
        assert event.secret == "gateway-secret"
        assert event.user_agent == "AmazonAPIGateway_abc123"
        assert (event.forwarded_for, event.remote_addr) == ("192.0.2.1, 192.0.2.2", "192.0.2.9")
        assert event.trace_id == "Root=1"

    @pytest.mark.parametrize("name", ["connect", "disconnect", "default"])
    def test_carries_no_context(self, name: str) -> None:
        """A client may have sent the headers, so somebody has to believe them first."""
        assert read(name).context == GatewayContext()


class TestContext:
    def test_carries_the_mapped_headers(self) -> None:
        """Each mapped header has its attribute."""
        assert GatewayContext.from_headers(HttpHeaders(HEADERS)) == GatewayContext(
            event_type="CONNECT",
            source_ip="192.0.2.3",
            route_key="$connect",
            connected_at="1700000000000",
            request_id="request",
            message_id="message",
            stage="production",
        )

    def test_reads_every_header_that_is_mapped(self) -> None:
        """Whatever our integrations map is read."""
        context = GatewayContext.from_headers(dict.fromkeys(CONTEXT_HEADERS, "x"))

        assert "''" not in repr(context)

    @pytest.mark.parametrize("name", ["connect", "disconnect", "default"])
    def test_absent_headers_are_empty(self, name: str) -> None:
        """Without headers every text is empty."""
        event = read(name, {})

        assert (event.api_id, event.connection_id, event.secret) == ("", "", "")
        assert (event.user_agent, event.forwarded_for, event.trace_id) == ("", "", "")
        assert event.context == NOBODY

    @pytest.mark.parametrize("name", ["connect", "disconnect", "default"])
    def test_shows_no_secret(self, name: str) -> None:
        """Neither secret, token nor text is in what a log would show."""
        query = {"ws_token": "the-token", "channel": "room"}
        shown = repr(read(name, query=query, body=b'{"text": "the-text"}'))

        assert "gateway-secret" not in shown
        assert "the-token" not in shown
        assert "the-text" not in shown


class TestConnect:
    def test_carries_what_the_page_sent(self) -> None:
        """The query string has channel and token, a header the origin."""
        event = read("connect", query={"ws_token": "t", "channel": "room"})

        assert isinstance(event, ConnectEvent)
        assert (event.type, event.origin) == ("CONNECT", "https://app.example.com")
        assert (event.token, event.channel) == ("t", "room")

    def test_page_sent_nothing(self) -> None:
        """Without them channel, token and origin are empty."""
        event = read("connect", {})

        assert isinstance(event, ConnectEvent)
        assert (event.token, event.channel, event.origin) == ("", "", "")


class TestDisconnect:
    def test_is_told_by_the_url(self) -> None:
        """The route of this name ends a connection."""
        event = read("disconnect")

        assert isinstance(event, DisconnectEvent)
        assert event.type == "DISCONNECT"


class TestMessage:
    @pytest.mark.parametrize("name", ["default", "chat", "", "Connect", "connect/", "$connect"])
    def test_is_anything_else(self, name: str) -> None:
        """Only the exact names of the life cycle are not messages."""
        event = read(name, body=b'{"action": "chat"}')

        assert isinstance(event, MessageEvent)
        assert (event.type, event.body) == ("MESSAGE", {"action": "chat"})

    @pytest.mark.parametrize(
        "body", [b"", b"text", b"[]", b"\xff", b'{"a": 1', b'{"a": 1}'.ljust(65)]
    )
    def test_body_may_be_empty(self, body: bytes) -> None:
        """No object, or one over the limit, leaves the body empty."""
        event = read("default", body=body)

        assert isinstance(event, MessageEvent)
        assert event.body == {}
