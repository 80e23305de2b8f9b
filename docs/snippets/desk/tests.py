from __future__ import annotations

from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import TestCase

from django_aws_api_gateway_websockets.exceptions import ConnectionGone, Throttled
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import (
    Clock,
    GatewayClient,
    WebSocketTestMixin,
    assert_nothing_sent,
    assert_sent,
    captured,
    create_gateway,
    failing_transport,
)


class DeskTestCase(WebSocketTestMixin, TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        create_gateway("http://testserver/desk/")
        cls.ada = User.objects.create_user("ada")
        cls.grace = User.objects.create_user("grace")
        cls.stranger = User.objects.create_user("stranger")
        permission = Permission.objects.get(codename="view_user")
        permission.user_set.set([cls.ada, cls.grace])

    def setUp(self) -> None:
        super().setUp()
        cache.clear()

    def join(self, user: User) -> GatewayClient:
        client = GatewayClient(user)
        assert client.connect("desk").status_code == 200
        return client


class MessageTests(DeskTestCase):
    # begin: messages
    def test_progress_reaches_the_others(self) -> None:
        ada, grace = self.join(self.ada), self.join(self.grace)

        response = ada.send({"handler": "progress", "ticket": 7, "percent": 50})

        assert response.status_code == 200
        assert grace.receive() == {"ticket": 7, "percent": 50}
        assert_sent({"ticket": 7, "percent": 50}, to=ada)

    # end: messages


class PermissionTests(DeskTestCase):
    # begin: permissions
    def test_strangers_stay_outside(self) -> None:
        stranger = GatewayClient(self.stranger)

        response = stranger.connect("desk")

        assert response.status_code == 403
        assert not stranger.is_open

    def test_pages_of_other_sites_stay_outside(self) -> None:
        ada = GatewayClient(self.ada, origin="https://elsewhere.example")

        assert ada.connect("desk").status_code == 400

    # end: permissions


class TimeTests(DeskTestCase):
    # begin: time
    def test_tokens_are_short_lived(self) -> None:
        ada = GatewayClient(self.ada)

        with Clock() as clock:
            token = ada.issue_token()
            clock.advance(seconds=61)
            response = ada.connect("desk", token=token)

        assert response.content == b"Invalid or expired token"

    # end: time


class FailureTests(DeskTestCase):
    # begin: failures
    def test_one_that_cannot_be_reached_keeps_nobody_waiting(self) -> None:
        ada, grace = self.join(self.ada), self.join(self.grace)

        with failing_transport(Throttled, to=ada):
            response = ada.send({"handler": "progress", "ticket": 7, "percent": 50})

        assert response.status_code == 200
        assert ada.received() == []
        assert grace.receive() == {"ticket": 7, "percent": 50}

    # end: failures

    # begin: lost
    def test_lost_disconnect(self) -> None:
        with Clock() as clock:
            ada, grace = self.join(self.ada), self.join(self.grace)
            grace.vanish()
            clock.advance(minutes=1)

            ada.send({"handler": "progress", "ticket": 7, "percent": 50})

        assert grace.session.connected is False
        assert_nothing_sent(to=grace)

    # end: lost

    def test_same_by_failure(self) -> None:
        with Clock() as clock, failing_transport(ConnectionGone):
            ada = self.join(self.ada)
            clock.advance(minutes=1)
            ada.send({"handler": "progress", "ticket": 7, "percent": 50})

        assert WebSocketSession.objects.get().connected is False


class OrderTests(DeskTestCase):
    # begin: order
    def test_late_progress_is_ignored(self) -> None:
        ada = self.join(self.ada)

        with ada.reordered() as late:
            late.send({"handler": "progress", "ticket": 7, "percent": 50})
            late.send({"handler": "progress", "ticket": 7, "percent": 60})

        assert ada.received() == [{"ticket": 7, "percent": 60}]

    def test_repeated_progress_is_ignored(self) -> None:
        ada = self.join(self.ada)

        ada.send({"handler": "progress", "ticket": 7, "percent": 50})
        ada.repeat()

        assert ada.received() == [{"ticket": 7, "percent": 50}]

    def test_message_after_the_end(self) -> None:
        ada = self.join(self.ada)

        with ada.reordered() as late:
            late.send({"handler": "progress", "ticket": 7, "percent": 50})
            late.disconnect()

        assert [response.status_code for response in late.responses] == [200, 400]

    # end: order


class PageTests(DeskTestCase):
    # begin: pages
    def test_closing_a_ticket_is_told_to_the_desk(self) -> None:
        self.join(self.grace)
        self.client.force_login(self.ada)

        with captured() as messages:
            self.client.post("/tickets/7/close/")

        assert messages == [{"ticket": 7, "closed": True}]

    # end: pages
