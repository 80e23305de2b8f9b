"""The chat, tested without a network: ``GatewayClient`` stands for a browser's connection."""

from __future__ import annotations

from typing import Any

from config.testing import ExampleTestCase
from django.contrib.auth.models import User

from django_aws_api_gateway_websockets.testing import GatewayClient

from .models import Message

__all__ = ["RoomPageTests", "SocketTests"]


class RoomPageTests(ExampleTestCase):
    """The pages of the rooms."""

    def test_names_route_and_channel(self) -> None:
        """The route key is the app's, the channel the room's."""
        self.client.force_login(User.objects.get(username="grace"))
        context = self.client.get("/chat/rooms/lobby/").context

        assert context["api_gateway_route"].route_key == "chat"
        assert context["channel_name"] == "chat_lobby"

    def test_keeps_members_out_of_the_staff_room(self) -> None:
        """A channel permission closes the page, too."""
        self.client.force_login(User.objects.get(username="grace"))

        self.assertContains(self.client.get("/chat/rooms/staff/"), "for staff", status_code=403)


class SocketTests(ExampleTestCase):
    """What happens on the connection of a room."""

    def join(self, username: str, room: str) -> GatewayClient:
        """Return somebody's open connection to a room."""
        client = GatewayClient(User.objects.get(username=username))
        assert client.connect(f"chat_{room}").status_code == 200
        return client

    def ask(self, client: GatewayClient, handler: str, **data: Any) -> Any:
        """Send a request and return its reply."""
        client.send({"action": "chat", "handler": handler, "id": "c1", **data})
        return next(message for message in client.received() if message.get("id") == "c1")

    def test_a_line_reaches_everybody_in_the_room(self) -> None:
        """The others hear it, and the writer learns how many did."""
        ada, grace = self.join("ada", "lobby"), self.join("grace", "lobby")
        elsewhere = self.join("grace", "engines")
        elsewhere.received()

        reply = self.ask(ada, "say", text=" Hello ")

        assert reply["data"]["sent"] == 2
        assert grace.receive()["text"] == "Hello"
        assert elsewhere.received() == []

    def test_an_empty_line_is_refused(self) -> None:
        """The page is told why, and nothing is stored."""
        reply = self.ask(self.join("ada", "lobby"), "say", text="  ")

        assert reply["error"]["code"] == "invalid_text"
        assert not Message.objects.exists()

    def test_others_see_who_is_writing(self) -> None:
        """The writer does not."""
        ada, grace = self.join("ada", "lobby"), self.join("grace", "lobby")
        ada.received()
        ada.send({"action": "chat", "handler": "typing"})

        assert grace.receive() == {"type": "typing", "name": "Ada"}
        assert ada.received() == []

    def test_a_page_that_was_away_catches_up(self) -> None:
        """It gets what it missed, and who is here."""
        ada = self.join("ada", "lobby")
        first = self.ask(ada, "say", text="one")["data"]["id"]
        self.ask(ada, "say", text="two")

        data = self.ask(ada, "catch_up", after=first)["data"]

        assert [message["text"] for message in data["messages"]] == ["two"]
        assert data["presence"]["people"] == [{"username": "ada", "name": "Ada"}]

    def test_a_room_hears_who_leaves(self) -> None:
        """The others get the people who are left."""
        ada, grace = self.join("ada", "lobby"), self.join("grace", "lobby")
        ada.received()
        grace.disconnect()

        assert ada.receive()["people"] == [{"username": "ada", "name": "Ada"}]

    def test_pages_can_tell_which_people_are_newer(self) -> None:
        """Whoever comes and goes is told in two messages, which may change places."""
        ada, grace = self.join("ada", "lobby"), self.join("grace", "lobby")
        grace.disconnect()

        came, went = ada.received()
        assert came["as_of"] <= went["as_of"]

    def test_the_staff_room_refuses_members(self) -> None:
        """The connection itself is refused, whatever the page was."""
        grace = GatewayClient(User.objects.get(username="grace"))

        assert grace.connect("chat_staff").status_code == 403
        self.join("ada", "staff")
