"""What the admin warns of after a save."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import messages
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute

from .test_gateways import GATEWAYS, ROUTES, form

__all__ = ["TestClearText"]

pytestmark = pytest.mark.django_db

CLEAR = "http://www.example.com/ws/"
WARNING = f"The gateway secret travels in clear to {CLEAR}; use https."


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    """Configure a gateway secret."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "s" * 32}


def warnings(client: Client, page: str, data: dict[str, Any], *args: object) -> list[str]:
    """Post a form, and return the warnings that were left for the next page."""
    response = client.post(reverse(page, args=args), data)
    assert response.status_code == 302, response.context["errors"]
    found = messages.get_messages(response.wsgi_request)
    return [message.message for message in found if message.level_tag == "warning"]


def route(url: str, **fields: Any) -> dict[str, Any]:
    """Return what a browser posts for a route."""
    return {"name": "Room", "route_key": "room", "integration_url": url, **fields}


class TestClearText:
    def test_base_without_tls(self, admin_client: Client) -> None:
        """The gateway is stored, and the warning names the URL."""
        data = form(target_base_endpoint=CLEAR)

        assert warnings(admin_client, f"{GATEWAYS}_add", data) == [WARNING]
        assert ApiGateway.objects.exists()

    def test_routes_without_tls(self, admin_client: Client) -> None:
        """Every route that is stored with the gateway is looked at."""
        rows = {f"additional_routes-0-{name}": value for name, value in route(CLEAR).items()}
        data = form(**{"additional_routes-TOTAL_FORMS": 1, **rows})

        assert warnings(admin_client, f"{GATEWAYS}_add", data) == [WARNING]

    def test_route_on_its_own_page(self, admin_client: Client) -> None:
        """So is one that is stored alone."""
        gateway = ApiGateway.objects.create(api_name="Chat", target_base_endpoint=CLEAR)
        url = "HTTP://www.example.com/room/"

        found = warnings(admin_client, f"{ROUTES}_add", route(url, api_gateway=gateway.pk))

        stored = ApiGatewayAdditionalRoute.objects.get().integration_url
        assert found == [WARNING.replace(CLEAR, stored)]

    @pytest.mark.parametrize(
        "url", ["", "https://www.example.com/ws/", "http://localhost:8000/ws/", "http://[::1]/"]
    )
    def test_nothing_in_clear(self, admin_client: Client, url: str) -> None:
        """TLS, this machine and nothing at all are fine."""
        data = form(target_base_endpoint=url)

        assert warnings(admin_client, f"{GATEWAYS}_add", data) == []

    def test_no_secret(self, admin_client: Client, settings: Settings) -> None:
        """Without a secret there is nothing to read on the way."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": None}

        assert warnings(admin_client, f"{GATEWAYS}_add", form(target_base_endpoint=CLEAR)) == []
