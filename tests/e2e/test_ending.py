"""Sockets end with the logins and the rights that opened them, through boto3 and the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import create_server
from time import monotonic

import pytest
from django.contrib.auth.models import User
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from django_aws_api_gateway_websockets.closing import DEADLINE_SECONDS
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ChannelPermission, WebSocketSession

from ..connections import open_rows, pending_rows
from .conftest import IN_ANY_WEATHER, Browser

__all__ = ["TestLogout", "TestOutage", "TestRights", "TestUsers"]

pytestmark = [pytest.mark.django_db(transaction=True), IN_ANY_WEATHER]

OpenBrowser = Callable[[str], Browser]

SLACK = 5.0
"""Seconds beyond a deadline that a busy machine may take."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail when it takes longer."""
    started = monotonic()
    yield
    took = monotonic() - started
    assert took < seconds


def farewell(socket: ClientConnection) -> tuple[str, int]:
    """Return the code that the client is told, and that of the frame that ends the socket."""
    envelope = json.loads(socket.recv(timeout=20))
    with pytest.raises(ConnectionClosed) as end:
        socket.recv(timeout=20)
    assert (envelope["ws"], envelope["reconnect"]) == ("close", False)
    assert end.value.rcvd is not None
    return envelope["code"], end.value.rcvd.code


class TestLogout:
    def test_closes_every_socket_of_the_login(self, open_browser: OpenBrowser) -> None:
        """Each page is told why in no time, and closed."""
        ada = open_browser("ada")
        with ada.connect("room") as first, ada.connect("hall") as second, at_most(SLACK):
            ada.sign_out()
            ends = [farewell(first), farewell(second)]

        assert ends == [("logged_out", 1000)] * 2
        assert (open_rows(), pending_rows()) == ([], {})

    def test_leaves_the_sockets_of_others(self, open_browser: OpenBrowser) -> None:
        """Somebody else's page goes on."""
        ada, grace = open_browser("ada"), open_browser("grace")
        with ada.connect(), grace.connect() as socket:
            ada.sign_out()

            socket.send(json.dumps({"action": "chat", "handler": "echo", "id": "c", "text": "?"}))
            assert json.loads(socket.recv(timeout=20))["data"]["user"] == "grace"

    def test_lets_the_page_not_back_in(self, open_browser: OpenBrowser) -> None:
        """The cookie is worth nothing any more."""
        ada = open_browser("ada")
        with ada.connect():
            ada.sign_out()

        assert ada.fetch_token() == (403, "Authentication required")


class TestOutage:
    def test_delays_a_logout_by_no_more_than_the_deadline(
        self, emulator: EmulatorThread, open_browser: OpenBrowser
    ) -> None:
        """With the gateway away the login ends all the same, and the rest is left for later."""
        ada = open_browser("ada")
        with ada.connect():
            emulator.stop()

            with at_most(DEADLINE_SECONDS + SLACK):
                ada.sign_out()

        assert ada.fetch_token() == (403, "Authentication required")
        assert (open_rows(), list(pending_rows().values())) == ([], ["logged_out"])

    def test_waits_for_a_silent_gateway_no_longer(
        self, emulator: EmulatorThread, open_browser: OpenBrowser
    ) -> None:
        """A gateway that takes requests and never answers costs the deadline."""
        ada = open_browser("ada")
        with ada.connect():
            emulator.stop()

            with create_server(("127.0.0.1", emulator.port)), at_most(DEADLINE_SECONDS + SLACK):
                ada.sign_out()

        assert (open_rows(), list(pending_rows().values())) == ([], ["logged_out"])


class TestUsers:
    def test_end_with_their_password(self, open_browser: OpenBrowser) -> None:
        """A new password ends what the old one opened."""
        with open_browser("ada").connect() as socket:
            ada = User.objects.get()
            ada.set_password("another")
            ada.save()

            assert farewell(socket) == ("login_ended", 1000)

    def test_end_with_their_account(self, open_browser: OpenBrowser) -> None:
        """Who is deactivated hears nothing more."""
        with open_browser("ada").connect() as socket:
            ada = User.objects.get()
            ada.is_active = False
            ada.save()

            assert farewell(socket) == ("login_ended", 1000)

    def test_end_with_their_row(self, open_browser: OpenBrowser) -> None:
        """Who is deleted leaves no socket behind."""
        with open_browser("ada").connect() as socket:
            User.objects.get().delete()

            assert farewell(socket) == ("login_ended", 1000)


class TestRights:
    def test_end_with_the_permission(self, open_browser: OpenBrowser) -> None:
        """Who may no longer be in the channel is closed out of it."""
        ada = open_browser("ada")
        with ada.connect("room") as socket, ada.connect("hall"):
            ChannelPermission.objects.create(channel_name="room", access="staff_only")

            assert farewell(socket) == ("channel_denied", 1000)
            assert len(open_rows()) == 1

    def test_end_when_revoked(self, open_browser: OpenBrowser) -> None:
        """Your own code says who goes, and the client hears why."""
        ada = open_browser("ada")
        with ada.connect("room") as first, ada.connect("room") as second:
            report = WebSocketSession.objects.filter(channel_name="room").disconnect("banned")

            assert [farewell(first), farewell(second)] == [("banned", 1000)] * 2

        assert (report.closed, report.failed, pending_rows()) == (2, 0, {})
