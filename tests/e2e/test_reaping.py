"""Rows and connections that nobody else has ended are ended, through boto3 and the emulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    WebSocketSession,
    reap_sessions,
)

from ..connections import connect, open_rows, pending_rows
from .conftest import IN_ANY_WEATHER, QUIET, Browser

__all__ = ["TestReaping"]

pytestmark = [pytest.mark.django_db(transaction=True), IN_ANY_WEATHER]

OpenBrowser = Callable[[str], Browser]


class TestReaping:
    def test_ends_what_the_gateway_does_not_know(
        self, gateway: ApiGateway, open_browser: OpenBrowser
    ) -> None:
        """A socket that is open keeps its row, however quiet it is."""
        with open_browser("ada").connect():
            ada = WebSocketSession.objects.get().connection_id
            WebSocketSession.objects.update(updated_on=timezone.now() - QUIET)
            connect("Gone1234EAbcDef=", age=QUIET, api_gateway=gateway)

            report = reap_sessions(probe=True)

            assert (report.gone, report.alive) == (1, 1)
            assert open_rows() == [ada]

    def test_closes_what_was_left_open(self, open_browser: OpenBrowser) -> None:
        """The page is told why, and closed."""
        with open_browser("ada").connect() as socket:
            WebSocketSession.objects.all().mark_closed("logged_out")

            report = reap_sessions()

            assert '"code": "logged_out"' in str(socket.recv(timeout=20))
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=20)

        assert (report.closed, pending_rows()) == (1, {})

    def test_leaves_everything_when_there_is_no_gateway(
        self, emulator: EmulatorThread, gateway: ApiGateway
    ) -> None:
        """A gateway that is away is no reason to end anything."""
        connect("Gone1234EAbcDef=", age=QUIET, api_gateway=gateway)
        emulator.stop()

        report = reap_sessions(probe=True)

        assert report.nothing_heard
        assert open_rows() == ["Gone1234EAbcDef="]
