"""A client's own ``X-Ws-*`` headers count for nothing, unless the gateway overwrites them."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ConnectionRateLimit,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.views import WebSocketView

from .inbound import API_ID, CONNECTION_ID, connect, log_in, post, serve

pytestmark = pytest.mark.django_db

FORWARDED = "203.0.113.7"
FORGED = {
    "X-Ws-Api-Stage": "forged",
    "X-Ws-Connected-At": "forged",
    "X-Ws-Event-Type": "FORGED",
    "X-Ws-Message-Id": "forged",
    "X-Ws-Request-Id": "forged",
    "X-Ws-Route-Key": "forged",
    "X-Ws-Source-Ip": "198.51.100.4",
}
SECRET = "s" * 32


class Telling(WebSocketView):
    """Tells what it believes."""

    RATE_LIMIT_MAX_ATTEMPTS = 2

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """Tell everything."""
        return str(self.gateway_event.context)

    def fail(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Fail."""
        raise LookupError


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> ApiGateway:
    """Return a gateway that maps all our headers; a view serves it."""
    serve(settings, Telling)
    return create_gateway(api_id=API_ID, two_way=True)


@pytest.fixture
def session(gateway: ApiGateway) -> WebSocketSession:
    """Return a connection."""
    return WebSocketSession.objects.create(connection_id=CONNECTION_ID, api_gateway=gateway)


def use_secret(settings: Settings) -> dict[str, str]:
    """Configure a secret, and return the header that proves it."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
    return {"X-Ws-Gateway-Secret": SECRET}


@pytest.fixture(params=["of 4.1", "without a secret"])
def sent(request: pytest.FixtureRequest, settings: Settings) -> dict[str, str]:
    """Return headers that a client forged, at a gateway that lets them through.

    One gateway has a secret, and maps no more than the two headers that 4.1 maps. The other one
    maps them all, but anyone may be the sender, for there is no secret.
    """
    if request.param == "without a secret":
        return FORGED
    ApiGateway.objects.update(headers_mapped=False)
    return {**FORGED, **use_secret(settings)}


class TestForged:
    """What a client may have sent is ignored."""

    def test_address(self, sent: dict[str, str]) -> None:
        """The address on record is that of ``X-Forwarded-For``, and no type is compared."""
        assert connect(log_in("ann"), headers=sent).status_code == 200
        assert ConnectionRateLimit.objects.get().ip_address == FORWARDED

    def test_limit(self, sent: dict[str, str]) -> None:
        """Nobody gets round a limit by another address each time."""
        answers = [
            connect(
                log_in(f"user-{number}"),
                headers={**sent, "connectionId": str(number), "X-Ws-Source-Ip": f"10.0.0.{number}"},
            ).status_code
            for number in range(3)
        ]

        assert answers == [200, 200, 400]

    def test_message(self, sent: dict[str, str], session: WebSocketSession) -> None:
        """A message is one, and its view sees nothing forged."""
        response = post("message", {"action": "tell"}, headers=sent)

        assert response.status_code == 200
        assert "event_type=''" in response.content.decode()
        assert "source_ip=''" in response.content.decode()
        assert "forged" not in response.content.decode()

    def test_request_id(self, sent: dict[str, str], session: WebSocketSession) -> None:
        """The id by which a failure is found in the log is none that a client makes up."""
        response = post("message", {"handler": "fail", "id": "c7"}, headers=sent)

        assert "server_error" in response.content.decode()
        assert "forged" not in response.content.decode()

    def test_disconnect(self, sent: dict[str, str], session: WebSocketSession) -> None:
        """A disconnect is one."""
        assert post("disconnect", headers=sent).status_code == 200
        session.refresh_from_db()
        assert session.connected is False


class TestBelieved:
    """What the gateway overwrites, and proves by the secret, is its own word."""

    def test_address(self, settings: Settings) -> None:
        """The address on record is the mapped one."""
        headers = {**FORGED, **use_secret(settings), "X-Ws-Event-Type": "CONNECT"}

        assert connect(log_in("ann"), headers=headers).status_code == 200
        assert ConnectionRateLimit.objects.get().ip_address == FORGED["X-Ws-Source-Ip"]

    @pytest.mark.parametrize("route", ["connect", "message", "disconnect"])
    def test_type(self, settings: Settings, session: WebSocketSession, route: str) -> None:
        """An event at the URL of another kind is refused."""
        headers = {**FORGED, **use_secret(settings)}

        response = post(route, {"action": "tell"}, headers=headers)

        assert response.status_code == 400
        assert response.content == b"Invalid request headers"
        session.refresh_from_db()
        assert session.connected is True

    def test_wrong_secret(self, settings: Settings, session: WebSocketSession) -> None:
        """Without the secret nothing is looked at."""
        use_secret(settings)
        headers = {**FORGED, "X-Ws-Gateway-Secret": "t" * 32, "X-Ws-Event-Type": "MESSAGE"}

        assert post("message", {"action": "tell"}, headers=headers).status_code == 403
