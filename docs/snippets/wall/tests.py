from __future__ import annotations

from django.contrib.auth.models import User
from django.test import TestCase

from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    WebSocketTestMixin,
    assert_sent,
    create_gateway,
)


class WallTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        url = "http://testserver/wall/"
        create_gateway(url, {"wall": f"{url}default"})
        self.ada = GatewayClient(User.objects.create_user("ada"))
        self.grace = GatewayClient(User.objects.create_user("grace"))

    def test_shows_a_line_to_everybody(self) -> None:
        self.ada.connect("wall")
        self.grace.connect("wall")

        self.ada.send({"action": "wall", "handler": "write", "text": "Hello"})

        assert_sent({"author": "ada", "text": "Hello"}, to=self.grace.session)

    def test_tells_the_writer_how_many_read_it(self) -> None:
        self.ada.connect("wall")

        self.ada.send({"action": "wall", "handler": "write", "id": "c1", "text": "Hello"})

        line, reply = self.ada.received()
        assert line == {"author": "ada", "text": "Hello"}
        assert reply == {"ws": "reply", "id": "c1", "data": {"readers": 1}}

    def test_lets_no_visitor_in(self) -> None:
        response = GatewayClient().connect("wall")

        assert response.status_code == 400
