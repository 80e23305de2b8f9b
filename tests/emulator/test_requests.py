"""Requests to the backend."""

from __future__ import annotations

from typing import Any

from django_aws_api_gateway_websockets.emulator.events import EventType
from django_aws_api_gateway_websockets.emulator.requests import (
    BackendRequest,
    BackendResponse,
    build_request,
)

from .samples import make_event, make_integration
from .support import request_head

HEAD = request_head(
    "/abcdefghij/dev?ws_token=t&channel=room",
    ("Host", "gateway.test"),
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Cookie", "sessionid=1"),
    ("cookie", "b=\xe9"),
    ("Origin", "http://page.test"),
    ("User-Agent", "Browser"),
    ("Sec-WebSocket-Key", "k"),
    ("Expect", "100-continue"),
    ("connectionId", "forged"),
    ("X-Forwarded-For", "198.51.100.7"),
)


def connect(**integration: Any) -> BackendRequest:
    """Return the request of a connect event."""
    event = make_event(EventType.CONNECT, handshake=HEAD, route_key="$connect")
    return build_request(make_integration(**integration), event)


class TestConnect:
    """The handshake, forwarded."""

    def test_has_the_client_s_headers(self) -> None:
        """What the client sent arrives as it was, and the gateway adds its own."""
        headers = list(connect().headers)
        (trace,) = [pair for pair in headers if pair[0] == "X-Amzn-Trace-Id"]
        headers.remove(trace)

        assert headers == [
            ("Host", "django.test:8000"),
            ("Cookie", "sessionid=1"),
            ("cookie", "b=\xe9"),
            ("Origin", "http://page.test"),
            ("User-Agent", "Browser"),
            ("Sec-WebSocket-Key", "k"),
            ("connectionId", "forged"),
            ("X-Amzn-Apigateway-Api-Id", "abcdefghij"),
            ("X-Forwarded-For", "198.51.100.7, 192.0.2.1"),
            ("X-Forwarded-Port", "8000"),
            ("X-Forwarded-Proto", "http"),
            ("Content-Length", "0"),
        ]

    def test_has_the_query_of_the_handshake(self) -> None:
        """The query is appended as it came."""
        assert connect().url == "http://django.test:8000/ws/chat?ws_token=t&channel=room"

    def test_appends_to_a_query_of_the_uri(self) -> None:
        """A URI with a query keeps it."""
        url = connect(uri="http://django.test/ws?a=1").url

        assert url == "http://django.test/ws?a=1&ws_token=t&channel=room"

    def test_has_no_body(self) -> None:
        """Nothing but headers is sent, with the integration's method and timeout."""
        request = connect(method="PUT", timeout_seconds=1.5)

        assert (request.method, request.body, request.timeout_seconds) == ("PUT", b"", 1.5)

    def test_mapped_headers_replace_those_of_the_client(self) -> None:
        """A forged header does not arrive, however it is written."""
        source = {"integration.request.header.ConnectionId": "context.connectionId"}

        headers = connect(parameters=source).headers

        assert [value for name, value in headers if name.lower() == "connectionid"] == [
            "Qyi07eCbtjMCJKw="
        ]

    def test_mapped_headers_without_a_value_keep_out_those_of_the_client(self) -> None:
        """A handshake has no message id, and the client cannot make one up."""
        source = {"integration.request.header.connectionID": "context.messageId"}

        headers = connect(parameters=source).headers

        assert "connectionid" not in {name.lower() for name, _ in headers}


class TestMessage:
    """A message, posted."""

    def test_has_the_gateway_s_headers_alone(self) -> None:
        """No header, no cookie and no query of the client is there."""
        request = build_request(make_integration(), make_event(body="h\xe9llo"))

        assert request.url == "http://django.test:8000/ws/chat"
        assert request.body == b"h\xc3\xa9llo"
        assert dict(request.headers) == {
            "Host": "django.test:8000",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "AmazonAPIGateway_abcdefghij",
            "X-Amzn-Apigateway-Api-Id": "abcdefghij",
            "X-Amzn-Trace-Id": dict(request.headers)["X-Amzn-Trace-Id"],
            "X-Forwarded-For": "192.0.2.1",
            "X-Forwarded-Port": "8000",
            "X-Forwarded-Proto": "http",
            "Content-Length": "6",
        }

    def test_fills_the_uri(self) -> None:
        """Path, query and stage variables come from the mapping."""
        integration = make_integration(
            uri="http://${stageVariables.host}/{room}/x",
            parameters={
                "integration.request.path.room": "route.request.body.room",
                "integration.request.querystring.id": "context.connectionId",
            },
        )
        event = make_event(body='{"room": "a/b"}', stage_variables={"host": "u:p@h.test"})

        request = build_request(integration, event)

        assert request.url == "http://u:p@h.test/a%2Fb/x?id=Qyi07eCbtjMCJKw%3D"
        assert request.headers[0] == ("Host", "h.test")


class TestResponse:
    """The backend's answer."""

    def test_is_a_status_at_least(self) -> None:
        """Headers and body may be missing."""
        assert BackendResponse(status=204) == BackendResponse(status=204, headers=(), body=b"")
