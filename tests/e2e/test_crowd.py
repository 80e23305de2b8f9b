"""Broadcasts while very many connect: who is only about to be there is not taken for gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from threading import BoundedSemaphore, Event
from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponseBase
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from websockets.asyncio.client import connect
from websockets.typing import Origin

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.models.sending.broadcasts import Broadcast
from django_aws_api_gateway_websockets.models.sending.delivery import DeliveryReport
from django_aws_api_gateway_websockets.models.sending.patience import Timer
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

from ..settings import DB

__all__ = ["Crowd", "DoorView", "TestCrowd", "urlpatterns", "weather"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(DB != "postgresql", reason="elsewhere so many connections take too long"),
]

COUNT = 500
DOORS = 32
"""Handshakes at once; each has a connection to the database."""

HANDSHAKE_SECONDS = 0.1
"""How long the answer to a handshake takes after the row is stored, at least."""

PATIENCE = 30.0
"""Seconds that a client may have to queue at the doors."""

LONGEST = 1.5
"""Seconds that a broadcast may wait for those who are about to be there."""


class DoorView(WebSocketView):
    """Lets everybody in, the first of them only when a broadcast has waited for them."""

    USE_WS_TOKEN = False
    RATE_LIMIT_ENABLED = False
    doors = BoundedSemaphore(DOORS)
    has_begun = Event()
    is_waited_for = Event()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer when it is their turn."""
        with self.doors:
            return super().dispatch(request, *args, **kwargs)

    def connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase | None:
        """Store the row, and keep the client waiting."""
        response = super().connect(request, *args, **kwargs)
        self.has_begun.set()
        self.is_waited_for.wait(PATIENCE)
        time.sleep(HANDSHAKE_SECONDS)
        return response


urlpatterns = [events("ws/", DoorView)]


class Crowd:
    """Clients that connect at once, and broadcasts to them meanwhile, one after another.

    Attributes:
        reports: of the broadcasts; the last one began when all were connected.
        waits: seconds that each of them waited.
        closed: sessions that were not open in the end, while all sockets were.
    """

    def __init__(self) -> None:
        self.reports: list[DeliveryReport] = []
        self.waits: list[float] = []
        self.closed = 0

    async def meet(self, url: str, site: str, leave: Callable[[], None]) -> None:
        """Let all connect, and leave when the broadcasts are over."""
        options: dict[str, Any] = {"proxy": None, "open_timeout": PATIENCE, "max_queue": None}
        clients = [connect(url, origin=Origin(site), **options) for _ in range(COUNT)]
        opening = asyncio.gather(*clients)
        await asyncio.to_thread(self._broadcast_until, opening.done)
        sockets = await opening
        await asyncio.to_thread(leave)
        for socket in sockets:
            socket.transport.abort()

    def _broadcast_until(self, all_are_here: Callable[[], bool]) -> None:
        DoorView.has_begun.wait(PATIENCE)
        is_last = False
        while not is_last:
            is_last = all_are_here()
            self.waits.append(0)
            broadcast = Broadcast(
                WebSocketSession.objects.live(), b"{}", timer=Timer(sleep=self._wait)
            )
            self.reports.append(broadcast.run())
        self.closed = WebSocketSession.objects.filter(connected=False).count()
        connections.close_all()

    def _wait(self, seconds: float) -> None:
        self.waits[-1] += seconds
        DoorView.is_waited_for.set()
        time.sleep(seconds)


@pytest.fixture
def weather() -> tuple[str, ...]:
    """Give faults that make more clients be only about to be there, and for longer."""
    return (
        "connect-delay=0-0.1",
        "welcome-delay=0-0.3",
        "post-delay=0-0.03",
        "post-reorder=0.1",
    )


class TestCrowd:
    def test_loses_nobody_to_a_broadcast(
        self,
        settings: Settings,
        emulator: EmulatorThread,
        gateway: ApiGateway,
        live_server: LiveServer,
    ) -> None:
        """Nobody is marked gone or waited for longer than a moment, and in the end all hear it."""
        settings.ROOT_URLCONF = __name__
        live_server.thread.httpd.socket.listen(COUNT)  # Django's ten would turn some away
        crowd = Crowd()

        asyncio.run(crowd.meet(gateway.connection_url, live_server.url, emulator.stop))

        assert [sum(r.gone for r in crowd.reports), crowd.closed] == [0, 0]
        assert sum(r.failed for r in crowd.reports) == 0
        assert 0 < max(crowd.waits) <= LONGEST  # how long the posts take depends on the machine
        assert crowd.reports[-1].sent == COUNT
