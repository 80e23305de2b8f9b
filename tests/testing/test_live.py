"""Real sockets beside Django's live server."""

from __future__ import annotations

import gc
import json
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import SocketType, create_server
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import LiveServerTestCase, override_settings
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from django_aws_api_gateway_websockets.conf import settings as websocket_settings
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.testing import LiveGateway
from django_aws_api_gateway_websockets.transports import get_transport

from ..management.site import Site
from .urls import VISITORS

__all__ = ["LiveServerCase", "TestBlock", "TestExtra", "TestLine", "TestTraces"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> str:
    """Serve the echo, and return its URL."""
    settings.ROOT_URLCONF = "tests.testing.urls"
    return str(live_server.url)


def endpoint() -> str | None:
    """Return which gateway the settings name."""
    return websocket_settings.endpoint_url


def open_socket(live: LiveGateway) -> ClientConnection:
    """Open a socket with a token."""
    token = WebSocketToken.generate_token(User.objects.create_user("ada"), "").token
    query = urlencode({"ws_token": token, "channel": "room"})
    return connect(f"{live.url}?{query}", proxy=None, close_timeout=1)


def echo(socket: ClientConnection, text: str) -> Any:
    """Send a text and return what comes back."""
    socket.send(json.dumps({"handler": "echo", "text": text}))
    return json.loads(socket.recv(timeout=5))


def sockets_of(port: int) -> list[SocketType]:
    """Return the sockets of this process that are open at either end of a port of a gateway."""
    return [
        thing
        for thing in gc.get_objects()
        if issubclass(type(thing), SocketType)  # a weak proxy would be asked for its class
        and thing.fileno() != -1
        and port in (*thing.getsockname()[1:2], *peer_of(thing)[1:2])
    ]


def peer_of(socket: SocketType) -> Any:
    """Return the address of the other end, if there is one."""
    try:
        return socket.getpeername()
    except OSError:
        return ()


def surroundings() -> tuple[Any, ...]:
    """Return what a gateway may change while it is there."""
    names = ["websocket-gateway", "websocket-fanout"]
    threads = [thread for thread in threading.enumerate() if thread.name in names]
    return threads, dict(os.environ), dict(django_settings.WEBSOCKETS), sorted(os.listdir())


@contextmanager
def unchanged() -> Iterator[None]:
    """Check that a block leaves no trace; nothing that is done with is collected meanwhile."""
    before = surroundings()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    assert surroundings() == before


@override_settings(ROOT_URLCONF="tests.testing.urls")
class LiveServerCase(LiveServerTestCase):
    """Django's own test case serves as well as pytest-django's fixture."""

    def test_echo(self) -> None:
        """A message goes to the view and comes back."""
        with LiveGateway(self.live_server_url, path="/echo/") as live, open_socket(live) as socket:
            assert echo(socket, "hello") == {"echo": "hello"}


class TestLine:
    """From a client to a view, and back by a post."""

    def test_follows_a_route(self, site: str) -> None:
        """Paths belong to the live server; what the row says is for the test to choose."""
        routes = {"shout": "/echo/default"}
        with LiveGateway(site, routes=routes, fields={"api_name": "hall"}) as live:
            assert live.gateway == ApiGateway.objects.get(api_name="hall", api_created=True)
            assert live.gateway.target_base_endpoint == f"{site}/ws/"
            assert live.gateway.integration_url("shout") == f"{site}/echo/default"

    def test_is_faulty_on_demand(self, site: str) -> None:
        """A fault is there from the start, and a seed too."""
        faults = ["post-429=1x"]
        with (
            LiveGateway(site, path="/echo/", faults=faults, seed=3) as live,
            open_socket(live) as socket,
        ):
            assert echo(socket, "hello") == {"echo": "hello"}
            assert live.emulator.switchboard.fired("post-429") == 1
            assert live.emulator.switchboard.seed == 3

    def test_brings_events_one_by_one_to_a_shared_connection(self, site: str) -> None:
        """Threads that have their own connections to the database work side by side."""
        shared = connection.vendor == "sqlite"
        with LiveGateway(site, path="/echo/") as live, open_socket(live) as socket:
            for _ in range(8):
                socket.send(json.dumps({"handler": "visit"}))
            answers = [json.loads(socket.recv(timeout=5)) for _ in range(8)]

        assert answers == ["done"] * 8
        assert (VISITORS.most == 1) is shared

    def test_is_as_concurrent_as_it_is_told(self) -> None:
        """A database in memory or not."""
        live = LiveGateway("http://localhost", concurrency=5)

        assert live.emulator.emulator.concurrency == 5

    def test_waits_for_the_end_of_a_connection(self, site: str) -> None:
        """A client that leaves at the end has left when the block is over."""
        faults = ["disconnect-delay=0.05"]
        with LiveGateway(site, path="/echo/", faults=faults) as live, open_socket(live):
            pass

        assert not WebSocketSession.objects.get().connected


class TestBlock:
    """What is so inside, and no longer outside."""

    def test_has_the_page_s_host_name(self, site: str) -> None:
        """A browser sends its cookie to no other."""
        with LiveGateway(site) as live:
            port = live.emulator.port
            assert live.url == f"ws://localhost:{port}/{live.gateway.api_id}/production"
            assert live.endpoint_url == f"http://127.0.0.1:{port}"

    def test_points_the_settings_at_the_gateway(self, site: str, settings: Settings) -> None:
        """Also those that a test overrides, and with values of its own."""
        with LiveGateway(site, websockets={"token_expiry_seconds": 7}) as live:
            assert websocket_settings.token_expiry_seconds == 7
            with override_settings(WEBSOCKETS={"token_expiry_seconds": 8}):
                assert websocket_settings.token_expiry_seconds == 8
                assert endpoint() == live.endpoint_url
                assert type(get_transport()).__name__ == "APIGatewayTransport"

        assert endpoint() is None
        assert type(get_transport()).__name__ == "LocMemTransport"

    def test_leaves_nothing_behind(self, site: str) -> None:
        """Neither a thread nor an open socket; not even when the test fails."""
        before = set(threading.enumerate())
        with (
            pytest.raises(LookupError),
            LiveGateway(site, path="/echo/") as live,
            open_socket(live) as socket,
        ):
            raise LookupError

        names = {thread.name for thread in set(threading.enumerate()) - before}
        assert "websocket-gateway" not in names
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)
        with pytest.raises(OSError, match="refused"):
            urlopen(live.endpoint_url, timeout=5)

    def test_cuts_who_stays(self, site: str) -> None:
        """A socket that outlives the block ends, and Django does not hear of it."""
        with ExitStack() as sockets:
            with LiveGateway(site, path="/echo/") as live:
                socket = sockets.enter_context(open_socket(live))

            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=5)

        assert WebSocketSession.objects.get().connected

    def test_ends_when_it_cannot_begin(self, site: str) -> None:
        """A row that is not valid leaves no gateway running."""
        live = LiveGateway(site, fields={"api_name": ""})

        with pytest.raises(ValidationError, match="api_name"):
            live.__enter__()

        assert endpoint() is None
        with pytest.raises(OSError, match="refused"):
            urlopen(live.endpoint_url, timeout=5)


class TestTraces:
    """What there is of a gateway afterwards: its row, and nothing else."""

    @pytest.fixture(autouse=True)
    def folder(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Work where nobody else leaves a file."""
        monkeypatch.chdir(tmp_path)

    def test_after_a_broadcast(self, site: str) -> None:
        """Threads, sockets, settings and environment are as they were, without a collection."""
        with unchanged():
            with LiveGateway(site, path="/echo/") as live, open_socket(live) as socket:
                assert echo(socket, "hello") == {"echo": "hello"}
                WebSocketSession.objects.live().send_message("all")
                assert json.loads(socket.recv(timeout=5)) == "all"
                assert sockets_of(live.emulator.port)
            assert not sockets_of(live.emulator.port)

    def test_after_a_row_that_is_not_valid(self, site: str) -> None:
        """The gateway was there already."""
        live = LiveGateway(site, fields={"api_name": ""})

        with unchanged():
            with pytest.raises(ValidationError, match="api_name"):
                live.__enter__()
            assert not sockets_of(live.emulator.port)

    def test_after_a_fault_that_does_not_exist(self, site: str) -> None:
        """The gateway was provisioned already."""
        live = LiveGateway(site, faults=["nonsense=1"])

        with unchanged():
            with pytest.raises(ValueError, match="nonsense"):
                live.__enter__()
            assert not sockets_of(live.emulator.port)

    def test_after_a_port_that_is_taken(self, site: str) -> None:
        """The gateway did not begin to listen."""
        with create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with unchanged(), pytest.raises(OSError, match=f"Port {port} of 127"):
                LiveGateway(site, port=port).__enter__()

        assert not ApiGateway.objects.exists()


class TestExtra:
    """The emulator's libraries."""

    def test_is_named(self, tmp_path: Any) -> None:
        """Without them the message says what to install."""
        code = (
            "import sys; sys.modules['aiohttp'] = None\n"
            "import django; django.setup()\n"
            "from django_aws_api_gateway_websockets.testing import LiveGateway"
        )
        running = Site(tmp_path).start_python(code)

        assert running.wait() == 1
        assert running.output.endswith(
            "ImportError: LiveGateway needs aiohttp: "
            'pip install "django-aws-api-gateway-websockets[local]"\n'
        )
