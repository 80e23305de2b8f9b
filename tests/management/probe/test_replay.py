"""The checks of ``$connect`` once more, in this process, without consequences."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest

from django_aws_api_gateway_websockets.exceptions import ConnectionRefused
from django_aws_api_gateway_websockets.management.probe.replay import Replay, replay
from django_aws_api_gateway_websockets.management.probe.visitor import visiting
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ConnectionRateLimit,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.protocol.events import read_event
from django_aws_api_gateway_websockets.signals import connection_opened, connection_refused
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["TestReplay"]

pytestmark = pytest.mark.django_db


EVENT = {
    "gateway": None,
    "event": read_event(
        "connect", headers={}, query={}, body=b"", remote_addr="", max_body_bytes=0
    ),
}


class GivenView(WebSocketView):
    """Takes tokens of the user alone, and raises when the channel says so."""

    SEND_EXCEPTION_MAIL = False
    token_binding = "user"

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        """Raise for one channel, and let everybody into all others."""
        if channel_name == "broken":
            raise LookupError
        return True


@pytest.fixture(autouse=True)
def _serve(settings: Any) -> None:
    """Serve the view where the gateway's integrations lead."""
    settings.ROOT_URLCONF = (events("ws/", GivenView),)
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "s" * 40}


def play(gateway: ApiGateway, *, origin: str = "http://testserver", channel: str = "") -> Replay:
    """Replay the handshake of a visitor."""
    with visiting(gateway, None, seconds=60) as visitor:
        headers = {"User-Agent": "probe"}
        return replay(gateway, visitor, origin=origin, channel=channel, headers=headers)


class TestReplay:
    def test_passes_what_passes(self) -> None:
        """A handshake that is accepted here leaves nothing."""
        outcome = play(create_gateway())

        assert outcome == Replay(status=200)
        assert outcome.passed
        assert not WebSocketSession.objects.exists()
        assert not ConnectionRateLimit.objects.exists()

    def test_knows_the_refusal(self) -> None:
        """What the client is not told is known here."""
        outcome = play(create_gateway(), origin="https://evil.example")

        assert outcome.refusal is not None
        assert (outcome.refusal.code, outcome.status) == ("origin_not_allowed", 400)
        assert not outcome.passed
        assert not ConnectionRateLimit.objects.exists()

    def test_knows_what_a_view_raises(self) -> None:
        """The class of the exception is enough to look for it."""
        outcome = play(create_gateway(), channel="broken")

        assert outcome == Replay(status=500, error="LookupError")

    def test_knows_a_url_that_is_not_there(self) -> None:
        """A path without a pattern is as good as no Django."""
        assert play(create_gateway("http://testserver/elsewhere/")).status == 404

    def test_counts_the_attempts_of_the_address_that_tried(self) -> None:
        """The newest attempt on record is the one that is replayed."""
        ConnectionRateLimit.objects.bulk_create(
            ConnectionRateLimit(ip_address="203.0.113.9") for _ in range(20)
        )

        outcome = play(create_gateway())

        assert outcome.refusal is not None
        assert outcome.refusal.code == "rate_limited"

    @pytest.mark.parametrize("origin", ["http://testserver", "https://evil.example"])
    def test_is_heard_by_nobody(self, origin: str, caplog: Any) -> None:
        """Signals and the log of requests are for what has happened."""
        heard: list[Any] = []

        def listen(**kwargs: Any) -> None:
            heard.append(kwargs)

        for signal in (connection_opened, connection_refused):
            signal.connect(listen)
        with caplog.at_level(logging.DEBUG):
            play(create_gateway(), origin=origin)

        assert heard == []
        assert [record for record in caplog.records if record.name.startswith("django")] == []
        for signal in (connection_opened, connection_refused):
            signal.send(WebSocketView, refusal=ConnectionRefused("x", ""), **EVENT)
            signal.disconnect(listen)
        assert len(heard) == 2

    def test_knows_a_prefix_of_the_site(self, settings: Any) -> None:
        """A site below a path strips that path as its server does."""
        settings.FORCE_SCRIPT_NAME = "/app"

        assert play(create_gateway("http://testserver/app/ws/")).passed

    def test_is_of_the_login_that_tried(self) -> None:
        """Who connects is who is asked about."""
        user, gateway = User.objects.create_user("ada", is_active=True), create_gateway()
        with visiting(gateway, user, seconds=60) as visitor:
            User.objects.update(is_active=False)
            outcome = replay(
                gateway, visitor, origin="http://testserver", channel="", headers=visitor.cookie()
            )

        assert outcome.refusal is not None
