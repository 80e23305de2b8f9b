"""The dashboard, tested without a network."""

from __future__ import annotations

from config.testing import ExampleTestCase
from django.contrib.auth.models import User
from django.core.management import call_command

from django_aws_api_gateway_websockets.testing import GatewayClient

from .models import Announcement

__all__ = ["DashboardTests"]


class DashboardTests(ExampleTestCase):
    """The page and its connection."""

    def setUp(self) -> None:
        """Open a dashboard."""
        super().setUp()
        self.ada = User.objects.get(username="ada")
        self.dashboard = GatewayClient(self.ada)
        self.dashboard.connect("dashboard")

    def test_names_route_and_channel(self) -> None:
        """Both are what the view says."""
        self.client.force_login(self.ada)
        context = self.client.get("/dashboard/").context

        assert context["api_gateway_route"].route_key == "live"
        assert context["channel_name"] == "dashboard"

    def test_renders_without_a_route(self) -> None:
        """The page says what is missing."""
        self.client.force_login(self.ada)
        response = self.client.get("/dashboard/unconfigured/")

        assert response.context["api_gateway_route"] is None
        self.assertContains(response, "This page has no WebSocket route.")

    def test_shows_what_a_terminal_announces(self) -> None:
        """The command reaches every open dashboard."""
        call_command("announce", "Tea is ready")

        assert self.dashboard.receive()["text"] == "Tea is ready"
        assert Announcement.objects.get().author == "The terminal"

    def test_announces_for_a_page(self) -> None:
        """The reply says how many dashboards were reached."""
        self.dashboard.send({"action": "live", "handler": "announce", "id": "c1", "text": "Hi"})

        announcement, status, reply = self.dashboard.received()
        assert (announcement["text"], announcement["author"]) == ("Hi", "Ada")
        assert status["announcements"] == 1
        assert reply["data"] == {"sent": 1}

    def test_refuses_an_empty_announcement(self) -> None:
        """Nothing is stored."""
        self.dashboard.send({"action": "live", "handler": "announce", "id": "c1"})

        assert self.dashboard.receive()["error"]["code"] == "invalid_text"

    def test_counts_connections(self) -> None:
        """Whoever comes or goes changes the numbers."""
        grace = GatewayClient(User.objects.get(username="grace"))
        grace.connect("chat_lobby")
        grace.disconnect()

        came, went = self.dashboard.received()
        assert (came["connections"], went["connections"]) == (2, 1)
        assert came["as_of"] <= went["as_of"]
