"""Admin page of attempts to connect."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from django_aws_api_gateway_websockets.models import ConnectionRateLimit

__all__ = ["TestAttempts"]

pytestmark = pytest.mark.django_db

ATTEMPTS = "admin:django_aws_api_gateway_websockets_connectionratelimit"


class TestAttempts:
    @pytest.mark.parametrize("term", ["192.0.2.1", "ada", "countess"])
    def test_are_searched_by_address_and_user(self, admin_client: Client, term: str) -> None:
        """An address, a user's name and a user's address find an attempt."""
        ada = User.objects.create(username="ada", email="countess@example.com")
        ConnectionRateLimit.objects.create(ip_address="192.0.2.1", user=ada)
        ConnectionRateLimit.objects.create(ip_address="2001:db8::7")

        page = admin_client.get(reverse(f"{ATTEMPTS}_changelist"), {"q": term})

        assert [row.user for row in page.context["cl"].result_list] == [ada]

    def test_cannot_be_added(self, admin_client: Client) -> None:
        """Attempts are recorded by the view."""
        assert admin_client.get(reverse(f"{ATTEMPTS}_add")).status_code == 403

    def test_cannot_be_changed(self, admin_client: Client) -> None:
        """An attempt can be looked at, and not be whitewashed."""
        attempt = ConnectionRateLimit.objects.create(ip_address="192.0.2.1")
        url = reverse(f"{ATTEMPTS}_change", args=[attempt.pk])

        assert "192.0.2.1" in admin_client.get(url).text
        assert admin_client.post(url, {"successful": "on"}).status_code == 403
