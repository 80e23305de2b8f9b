from __future__ import annotations

from django.contrib.auth.models import User
from django.test import TestCase

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    WebSocketTestMixin,
    assert_nothing_sent,
    assert_sent,
    create_gateway,
)
from wall.moderation import ban, close_wall, remove_from_wall


def farewell(code: str) -> dict[str, object]:
    return {"ws": "close", "code": code, "reconnect": False}


class ModerationTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        url = "http://testserver/wall/"
        create_gateway(url, {"wall": f"{url}default"})
        self.ada = User.objects.create_user("ada")
        self.page = GatewayClient(self.ada)
        self.page.connect("wall")

    def test_removal_ends_the_connection(self) -> None:
        assert remove_from_wall(self.ada) == 1

        assert not self.page.session.connected
        assert_sent(farewell("removed_by_moderator"), to=self.page.session)

    def test_ban_ends_the_connection_after_the_commit(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            ban(self.ada)
            assert_nothing_sent()

        assert_sent(farewell("login_ended"), to=self.page.session)

    def test_wall_closes_after_the_commit(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            close_wall()
            assert_nothing_sent()

        assert_sent(farewell("wall_closed"), to=self.page.session)
        assert not WebSocketSession.objects.live().exists()
