"""Django on a port, the emulator beside it, and clients that speak to both as browsers do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zlib import crc32

import pytest
from django.contrib.auth.models import User
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import LiveGateway
from django_aws_api_gateway_websockets.testing.fixtures import live_gateway

from ..emulator.support import Journal

__all__ = [
    "FOUL",
    "IN_ANY_WEATHER",
    "QUIET",
    "Browser",
    "emulator",
    "gateway",
    "journal",
    "let_time_pass",
    "live_gateway",
    "live_gateway_options",
    "open_browser",
    "seed",
    "weather",
]

FOUL = (
    "connect-delay=0-0.03",
    "welcome-delay=0-0.03",
    "message-delay=0-0.05",
    "message-reorder=0.5",
    "post-delay=0-0.03",
    "post-reorder=0.3",
    "disconnect-delay=0-0.1",
    "disconnect-twice=0.5",
)
"""Faults that must change nothing but the time that a test takes, and the order of posts."""

IN_ANY_WEATHER = pytest.mark.parametrize(
    "weather", [(), (*FOUL, "disconnect-lost=0.5")], ids=["fair", "foul"]
)
"""Runs a test as it is, and with faults; one that waits for a ``$disconnect`` may not get it."""

QUIET = timedelta(minutes=12)
"""How long a client says nothing before somebody asks whether it is there."""


def let_time_pass() -> None:
    """Let all sessions look as if their clients had been quiet for long."""
    moment = timezone.now() - QUIET
    WebSocketSession.objects.update(created_on=moment, updated_on=moment)


@pytest.fixture
def weather() -> tuple[str, ...]:
    """Give the faults of the local gateway: none."""
    return ()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Give the number that decides which event meets which fault: one of the test's own."""
    return crc32(request.node.name.encode())


@pytest.fixture
def journal() -> Journal:
    """Give what the local gateway tells of itself."""
    return Journal()


@pytest.fixture
def live_gateway_options(
    weather: tuple[str, ...], seed: int, journal: Journal, settings: Settings
) -> dict[str, Any]:
    """Say what the local gateway calls, what it tells, and what goes wrong."""
    settings.ROOT_URLCONF = "tests.e2e.urls"
    return {
        "routes": {"chat": "/chat/message"},
        "fields": {"api_name": "e2e"},
        "websockets": {"gateway_secret": "e2e-" + "s" * 40},
        "faults": weather,
        "seed": seed,
        "log": journal,
    }


@pytest.fixture
def emulator(live_gateway: LiveGateway) -> EmulatorThread:
    """Give the local gateway."""
    emulator: EmulatorThread = live_gateway.emulator
    return emulator


@pytest.fixture
def gateway(live_gateway: LiveGateway) -> ApiGateway:
    """Give a gateway with a chat route, created through boto3."""
    return live_gateway.gateway


class Browser:
    """A browser with a login: it fetches tokens and opens sockets."""

    def __init__(self, site: str, gateway: ApiGateway, user: User | None) -> None:
        self.site = site
        self.gateway = gateway
        self.csrf_token = _get_new_csrf_string()
        self.cookie = f"csrftoken={self.csrf_token}"
        if user is not None:
            client = Client()
            client.force_login(user)
            self.cookie += f"; sessionid={client.cookies['sessionid'].value}"

    def fetch_token(self) -> tuple[int, Any]:
        """Post for a token; return the status, and the token or the text of the refusal."""
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf_token}
        request = Request(f"{self.site}/ws/token/", b"", headers)
        try:
            with urlopen(request, timeout=20) as response:
                return response.status, json.load(response)["token"]
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def sign_out(self) -> None:
        """Press the button that ends the login."""
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf_token}
        with urlopen(Request(f"{self.site}/sign-out/", b"", headers), timeout=20):
            pass

    def connect(self, channel: str = "room", *, token: str | None = None) -> ClientConnection:
        """Open a socket, with a fresh token unless one is given."""
        token = self.fetch_token()[1] if token is None else token
        query = urlencode({"ws_token": token, "channel": channel})
        return connect(
            f"{self.gateway.connection_url}?{query}",
            origin=Origin(self.site),
            additional_headers={"Cookie": self.cookie},
            proxy=None,
            close_timeout=1,
        )


@pytest.fixture
def open_browser(
    gateway: ApiGateway, live_server: LiveServer, request: pytest.FixtureRequest
) -> Callable[[str], Browser]:
    """Return a function that opens a browser in which the named user is logged in."""

    def open_for(name: str) -> Browser:
        user = User.objects.create_user(name) if name else None
        return Browser(live_server.url, gateway, user)

    return open_for
