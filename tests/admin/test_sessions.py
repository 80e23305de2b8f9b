"""Admin page of connections."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession

__all__ = ["TestChannelFilter", "TestSessionList", "TestSessionPage"]

pytestmark = pytest.mark.django_db

SESSIONS = "admin:django_aws_api_gateway_websockets_websocketsession"


def listed(client: Client, **query: str) -> list[str]:
    """Return the ids of the connections that the list shows."""
    page = client.get(reverse(f"{SESSIONS}_changelist"), query)
    return [row.connection_id for row in page.context["cl"].result_list]


class TestSessionList:
    def test_loads_users_and_gateways_with_the_rows(
        self, admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The number of queries does not grow with that of the connections."""
        for name in "abcdefgh":
            WebSocketSession.objects.create(
                connection_id=name,
                user=User.objects.create(username=name),
                api_gateway=ApiGateway.objects.create(api_name=name),
            )

        with django_assert_max_num_queries(10):
            assert listed(admin_client) == list("hgfedcba")

    @pytest.mark.parametrize("term", ["abc", "room"])
    def test_searches_connections_and_channels(self, admin_client: Client, term: str) -> None:
        """A part of the connection id or of the channel finds a connection."""
        WebSocketSession.objects.create(connection_id="abc=", channel_name="room_1")
        WebSocketSession.objects.create(connection_id="other")

        assert listed(admin_client, q=term) == ["abc="]

    def test_cannot_be_added_to(self, admin_client: Client) -> None:
        """A connection is a fact; nobody writes one down by hand."""
        assert admin_client.get(reverse(f"{SESSIONS}_add")).status_code == 403


class TestChannelFilter:
    def test_offers_channels(self, admin_client: Client) -> None:
        """Each channel stands in the filter once, none of them as a word."""
        for number, channel in enumerate(["room", "room", ""]):
            WebSocketSession.objects.create(connection_id=str(number), channel_name=channel)

        page = admin_client.get(reverse(f"{SESSIONS}_changelist"))

        _, channels = page.context["cl"].filter_specs
        assert channels.lookup_choices == [("", "(none)"), ("room", "room")]

    def test_offers_no_more_than_fit_a_page(self, admin_client: Client) -> None:
        """A project with a channel for each user still gets a page."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=str(n), channel_name=f"user_{n}") for n in range(60)
        )

        page = admin_client.get(reverse(f"{SESSIONS}_changelist"))

        _, channels = page.context["cl"].filter_specs
        assert len(channels.lookup_choices) == 50

    @pytest.mark.parametrize(("channel", "expected"), [("room", ["a"]), ("", ["b"])])
    def test_narrows_the_list_down(
        self, admin_client: Client, channel: str, expected: list[str]
    ) -> None:
        """Only the connections of the channel, or those without one, are left."""
        WebSocketSession.objects.create(connection_id="a", channel_name="room")
        WebSocketSession.objects.create(connection_id="b")

        assert listed(admin_client, channel_name=channel) == expected


class TestSessionPage:
    def test_shows_no_hash(self, admin_client: Client) -> None:
        """What a connection is recognised by stays in the database."""
        session = WebSocketSession.objects.create(
            connection_id="abc=", session_key_hash="5" * 64, auth_hash="7" * 64
        )

        page = admin_client.get(reverse(f"{SESSIONS}_change", args=[session.pk]))

        assert "abc=" in page.text
        assert "5" * 64 not in page.text
        assert "7" * 64 not in page.text

    def test_cannot_be_changed(self, admin_client: Client) -> None:
        """A post is refused."""
        session = WebSocketSession.objects.create(connection_id="abc=")

        answer = admin_client.post(reverse(f"{SESSIONS}_change", args=[session.pk]), {})

        assert answer.status_code == 403

    def test_can_be_deleted(self, admin_client: Client) -> None:
        """A row that is not wanted any more can go."""
        session = WebSocketSession.objects.create(connection_id="abc=")

        admin_client.post(reverse(f"{SESSIONS}_delete", args=[session.pk]), {"post": "yes"})

        assert not WebSocketSession.objects.exists()
