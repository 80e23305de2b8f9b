from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.test import TestCase

from django_aws_api_gateway_websockets.models import ConnectionRateLimit
from django_aws_api_gateway_websockets.testing import (
    GatewayClient,
    WebSocketTestMixin,
    create_gateway,
)
from rooms.channels import list_channels


def grant(user: User, *codenames: str) -> None:
    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="auth", codename__in=codenames)
    )


class RoomTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/rooms/")
        list_channels()
        self.ada = User.objects.create_user("ada")

    def status(self, channel: str) -> int:
        return GatewayClient(self.ada).connect(channel).status_code

    def test_opens_a_channel_that_is_listed_for_all(self) -> None:
        assert self.status("news") == 200

    def test_refuses_a_channel_that_is_not_listed(self) -> None:
        assert [self.status("elsewhere"), self.status("")] == [403, 403]

    def test_asks_for_staff(self) -> None:
        assert self.status("staff") == 403

        User.objects.update(is_staff=True)
        self.ada.refresh_from_db()
        assert self.status("staff") == 200

    def test_asks_for_all_permissions_of_one_rule(self) -> None:
        grant(self.ada, "change_user")
        assert self.status("desk") == 403

        grant(self.ada, "delete_user")
        assert self.status("desk") == 200

    def test_is_content_with_one_rule(self) -> None:
        grant(self.ada, "add_user")

        assert self.status("desk") == 200


class TeamTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/teams/")
        self.ada = User.objects.create_user("ada")
        self.red, self.blue = (Group.objects.create(name=name) for name in ("red", "blue"))
        self.ada.groups.add(self.red)
        self.client_of_ada = GatewayClient(self.ada)

    def test_lets_members_in(self) -> None:
        assert self.client_of_ada.connect(f"team_{self.red.pk}").status_code == 200

    def test_lets_nobody_else_in(self) -> None:
        for channel in (f"team_{self.blue.pk}", "team_", "news", ""):
            assert GatewayClient(self.ada).connect(channel).status_code == 403

    def test_asks_again_when_the_channel_changes(self) -> None:
        self.client_of_ada.connect(f"team_{self.red.pk}")
        channel = f"team_{self.blue.pk}"

        self.client_of_ada.send({"handler": "change_channel", "id": "c1", "channel": channel})

        assert self.client_of_ada.receive()["error"]["code"] == "channel_denied"
        assert self.client_of_ada.session.channel_name == f"team_{self.red.pk}"


class MemberTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/members/")

    def test_lets_users_in(self) -> None:
        assert GatewayClient(User.objects.create_user("ada")).connect("news").status_code == 200

    def test_refuses_the_token_of_a_visitor(self) -> None:
        visitor = GatewayClient()
        token = visitor.http.post("/score/token").json()["token"]

        assert visitor.connect("news", token=token).status_code == 403


class DeskTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(cache.clear)
        create_gateway("http://testserver/counter/")
        self.ada = User.objects.create_user("ada")
        grant(self.ada, "add_user")
        self.client_of_ada = GatewayClient(self.ada)

    def test_lets_editors_in(self) -> None:
        self.client_of_ada.connect()

        self.client_of_ada.send({"handler": "approve", "id": "a1"})

        assert self.client_of_ada.receive()["data"] == {"approved": True}

    def test_lets_nobody_else_in(self) -> None:
        assert GatewayClient(User.objects.create_user("bob")).connect().status_code == 403

    def test_sees_at_once_that_a_permission_is_gone(self) -> None:
        self.client_of_ada.connect()
        self.ada.user_permissions.clear()

        self.client_of_ada.send({"handler": "approve", "id": "a1"})

        assert self.client_of_ada.receive()["error"]["code"] == "permission_denied"

    def test_can_be_closed(self) -> None:
        cache.set("desk_is_closed", True)

        response = self.client_of_ada.connect()

        assert (response.status_code, response.content) == (400, b"The desk is closed")


class TicketTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        create_gateway("http://testserver/tickets/")

    def test_takes_three_attempts_of_an_address(self) -> None:
        users = [User.objects.create_user(name) for name in ("ada", "bob", "eve", "tim")]

        answers = [GatewayClient(user).connect().status_code for user in users]

        assert answers == [200, 200, 200, 400]

    def test_records_no_flood(self) -> None:
        ada = GatewayClient(User.objects.create_user("ada"))

        for _ in range(9):
            ada.connect(token="wrong")

        assert ConnectionRateLimit.objects.count() == 6
