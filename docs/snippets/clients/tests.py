from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client, LiveServerTestCase, TestCase, override_settings

from clients.device import report
from clients.views import keys
from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    LiveGateway,
    WebSocketTestMixin,
    create_gateway,
)


class DeviceTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = User.objects.create_user("ada")
        self.gateway = create_gateway("http://testserver/devices/", api_name="devices")
        self.device = Client(enforce_csrf_checks=True)

    def ask(self, key: str) -> tuple[int, dict[str, object] | str]:
        response = self.device.post("/devices/token", headers={"X-Api-Key": key})
        is_json = response["Content-Type"] == "application/json"
        return response.status_code, response.json() if is_json else response.content.decode()

    def test_gets_a_token_by_its_key(self) -> None:
        status, answer = self.ask(keys.sign("ada"))

        assert status == 200
        assert answer["url"] == self.gateway.connection_url
        assert answer["expires_in"] == 60
        assert WebSocketToken.objects.get().user == self.user
        assert not self.device.cookies

    def test_gets_none_without_a_key_of_ours(self) -> None:
        for key in ("", "ada", "ada:forged", keys.sign("nobody")):
            assert self.ask(key) == (403, "Authentication required")

    def test_gets_none_once_it_is_deactivated(self) -> None:
        User.objects.update(is_active=False)

        assert self.ask(keys.sign("ada"))[0] == 403

    def test_connects_once_with_the_token_alone(self) -> None:
        token = self.ask(keys.sign("ada"))[1]["token"]
        device = GatewayClient()

        assert device.connect("readings", token=token).status_code == 200
        assert GatewayClient().connect("readings", token=token).status_code == 400
        assert device.session.user == self.user

    def test_is_told_how_long_to_wait(self) -> None:
        with override_settings(WEBSOCKETS={"token_rate_limit_per_minute": 1}):
            self.ask(keys.sign("ada"))
            response = self.device.post("/devices/token", headers={"X-Api-Key": keys.sign("ada")})

        assert (response.status_code, response.content) == (403, b"Rate limit exceeded")
        assert 50 <= int(response["Retry-After"]) <= 60


class NativeClientTests(LiveServerTestCase):
    def test_reports_a_reading(self) -> None:
        User.objects.create_user("ada")
        with LiveGateway(self.live_server_url, path="/devices/", fields={"api_name": "devices"}):
            reply = report(f"{self.live_server_url}/devices/token", keys.sign("ada"), 21.5)

        assert reply == {"ws": "reply", "id": "1", "data": {"from": "ada", "celsius": 21.5}}


class VisitorTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/score/")
        self.visitor = GatewayClient()

    def test_gets_a_token_and_a_session(self) -> None:
        token = self.visitor.http.post("/score/token").json()["token"]

        assert "sessionid" in self.visitor.http.cookies
        assert self.visitor.connect("match_7", token=token).status_code == 200
        assert self.visitor.session.user is None

    def test_needs_the_session_that_the_token_was_fetched_in(self) -> None:
        token = self.visitor.http.post("/score/token").json()["token"]
        another = GatewayClient()
        another.http.post("/score/token")

        assert another.connect("match_7", token=token).content == b"Invalid or expired token"

    def test_is_nobody_to_a_handler(self) -> None:
        token = self.visitor.http.post("/score/token").json()["token"]
        self.visitor.connect("match_7", token=token)

        self.visitor.send({"handler": "goal", "id": "g1"})

        assert self.visitor.receive()["data"] == {"counted": False}

    def test_is_counted_by_its_address(self) -> None:
        with override_settings(WEBSOCKETS={"token_rate_limit_per_minute": 1}):
            answers = [Client().post("/score/token").status_code for _ in range(2)]

        assert answers == [200, 403]
