"""A client that awaits a reply gets a refusal as one, wherever it can be reached."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway, sent_messages
from django_aws_api_gateway_websockets.transports import locmem
from django_aws_api_gateway_websockets.views import WebSocketView

from ..inbound import API_ID, CONNECTION_ID, post, serve

pytestmark = pytest.mark.django_db

SECRET = "s" * 32
ECHO = {"handler": "echo", "id": "c7"}


class Echo(WebSocketView):
    """A project's view."""

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Stands for a handler."""


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> Iterator[ApiGateway]:
    """Return the two-way gateway that sends the events."""
    serve(settings, Echo)
    locmem.reset()
    yield create_gateway(api_id=API_ID, two_way=True)
    locmem.reset()


@pytest.fixture
def session(gateway: ApiGateway) -> WebSocketSession:
    """Return a user's connection."""
    return WebSocketSession.objects.create(
        connection_id=CONNECTION_ID, api_gateway=gateway, user=User.objects.create_user("ann")
    )


def answer(body: object, **headers: str) -> tuple[int, str]:
    """Send a message, and return status and text."""
    response = post("message", body, headers=headers)
    return response.status_code, response.content.decode()


def error(code: str, message: str) -> dict[str, Any]:
    """Return the reply that says so."""
    return {"ws": "reply", "id": "c7", "error": {"code": code, "message": message}}


def replied(code: str, message: str) -> tuple[int, str]:
    """Return the answer that carries it."""
    return 200, json.dumps(error(code, message))


NOT_FOUND = (400, "Invalid connection ID")
UNKNOWN = (400, "Invalid request headers")


class TestWithoutSession:
    """The response of a two-way gateway reaches a client that has no session."""

    def test_not_found(self) -> None:
        """An unknown connection is told so."""
        assert answer(ECHO) == replied("session_not_found", "Invalid connection ID")

    def test_closed(self, session: WebSocketSession) -> None:
        """So is one that was closed."""
        WebSocketSession.objects.update(connected=False)

        assert answer(ECHO) == replied("session_not_found", "Invalid connection ID")

    def test_format(self) -> None:
        """So is one whose message names no handler."""
        assert answer({"id": "c7"}) == replied("invalid_format", "Invalid request format (1)")

    @pytest.mark.parametrize(
        ("body", "expected"),
        [(ECHO, NOT_FOUND), ({"id": "c7"}, (400, "Invalid request format (1)"))],
    )
    def test_one_way(self, body: object, expected: tuple[int, str]) -> None:
        """On a one-way gateway there is no way to the client."""
        ApiGateway.objects.update(two_way=False)

        assert answer(body) == expected
        assert sent_messages() == []

    @pytest.mark.parametrize(
        ("body", "expected"),
        [({"handler": "echo"}, NOT_FOUND), ({}, (400, "Invalid request format (1)"))],
    )
    def test_not_awaited(self, body: object, expected: tuple[int, str]) -> None:
        """A client that awaits no reply gets the plain refusal."""
        assert answer(body) == expected

    def test_pinned_without_row(self, settings: Settings) -> None:
        """Of a gateway without a row nothing is known."""
        serve(settings, Echo, aws_api_gateway_id="elsewhere")

        assert answer(ECHO, **{"X-Amzn-Apigateway-Api-Id": "elsewhere"}) == NOT_FOUND


class TestWithSession:
    """A client that has a session is reached through any gateway."""

    @pytest.fixture(autouse=True)
    def deactivated(self, session: WebSocketSession) -> None:
        """Deactivate the user."""
        User.objects.update(is_active=False)

    def test_login_ended(self, session: WebSocketSession) -> None:
        """A user who is out is told so, and the row is closed."""
        assert answer(ECHO) == replied("login_ended", "Invalid connection ID")
        session.refresh_from_db()
        assert (session.connected, session.request_count) == (False, 1)

    def test_login_ended_on_one_way(self, session: WebSocketSession) -> None:
        """By a post where the response reaches nobody."""
        ApiGateway.objects.update(two_way=False)

        assert answer(ECHO) == (200, "{}")
        assert sent_messages(session) == [error("login_ended", "Invalid connection ID")]

    def test_not_awaited(self) -> None:
        """A client that awaits no reply gets the plain refusal."""
        assert answer({"handler": "echo"}) == NOT_FOUND


class TestWithoutTrust:
    """What does not come from a gateway of ours gets no reply, whatever it asks for."""

    def test_secret(self, settings: Settings, session: WebSocketSession) -> None:
        """Not without the secret."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}

        assert answer(ECHO) == (403, "Invalid request")

    def test_headers(self, session: WebSocketSession) -> None:
        """Not without a header that every event has."""
        response = post("message", ECHO, headers={"X-Amzn-Trace-Id": None})

        assert (response.status_code, response.content.decode()) == UNKNOWN

    @pytest.mark.parametrize("body", [ECHO, {"id": "c7"}])
    def test_unknown_gateway(self, session: WebSocketSession, body: object) -> None:
        """Not of an API without a row."""
        assert answer(body, **{"X-Amzn-Apigateway-Api-Id": "unknown"}) == UNKNOWN

    @pytest.mark.parametrize("connected", [True, False])
    @pytest.mark.parametrize("body", [ECHO, {"id": "c7"}])
    def test_event_type(
        self, settings: Settings, session: WebSocketSession, body: dict[str, str], connected: bool
    ) -> None:
        """Nor may a handshake at the URL of messages succeed by a reply of status 200."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
        WebSocketSession.objects.update(connected=connected)
        headers = {"X-Ws-Gateway-Secret": SECRET, "X-Ws-Event-Type": "CONNECT"}

        status, text = answer(body, **headers)

        assert status == 400
        assert "reply" not in text
