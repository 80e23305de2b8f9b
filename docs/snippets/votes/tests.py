from __future__ import annotations

from django.contrib.auth.models import User
from django.test import TestCase

from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    WebSocketTestMixin,
    create_gateway,
)
from votes.routes import add_votes

SITE = "https://www.example.com"


class VoteTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ada = User.objects.create_user("ada")

    # begin: votes
    def test_counts_votes(self) -> None:
        create_gateway(routes={"votes": "http://testserver/votes/default/"})
        ada = GatewayClient(self.ada)
        ada.connect("votes")

        ada.send({"action": "votes", "handler": "cast", "option": "tea", "id": "1"})

        assert ada.receive() == {"voter": "ada", "option": "tea"}
        assert ada.receive()["data"] == {"counted": "tea"}

    # end: votes

    def test_gives_the_page_its_route(self) -> None:
        create_gateway(routes={"votes": "http://testserver/votes/default/"})
        self.client.force_login(self.ada)

        page = self.client.get("/votes/")

        assert '"routeKey": "votes"' in page.text

    def test_adds_the_route_in_code(self) -> None:
        gateway = create_gateway(f"{SITE}/ws/", api_name="Chat", deployment_id="")

        add_votes()

        assert gateway.select_route('{"action": "votes"}') == "votes"
        assert gateway.integration_url("votes") == f"{SITE}/votes/default/"
