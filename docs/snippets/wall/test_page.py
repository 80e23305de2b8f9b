from __future__ import annotations

import json
import re

from django.contrib.auth.models import User
from django.test import TestCase

from django_aws_api_gateway_websockets.testing import create_gateway


class WallPageTests(TestCase):
    def setUp(self) -> None:
        self.client.force_login(User.objects.create_user("ada"))

    def test_connects_when_the_route_is_there(self) -> None:
        url = "http://testserver/wall/"
        gateway = create_gateway(url, {"wall": f"{url}default"})

        html = self.client.get("/").content.decode()

        block = re.search(r'<script id="websocket-config"[^>]*>(.*?)</script>', html)
        assert block is not None
        config = json.loads(block[1])
        assert config["url"] == gateway.connection_url
        assert (config["routeKey"], config["channel"]) == ("wall", "wall")

    def test_says_so_when_the_route_is_missing(self) -> None:
        with self.assertLogs("django_aws_api_gateway_websockets.mixins", "WARNING") as logs:
            response = self.client.get("/")

        self.assertContains(response, "Live updates are off")
        assert "No WebSocket route has the key 'wall'" in logs.output[0]
