"""Admin page of tokens."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.models.tokens import hash_token

__all__ = ["TestTokenList", "TestTokenPage"]

pytestmark = pytest.mark.django_db

TOKENS = "admin:django_aws_api_gateway_websockets_websockettoken"


@pytest.fixture
def token() -> WebSocketToken:
    """Return a token as ``generate_token`` returns it: with the clear value."""
    ada = User.objects.create(username="ada", email="countess@example.com")
    return WebSocketToken.generate_token(ada, "key")


class TestTokenList:
    @pytest.mark.parametrize("term", ["ada", "countess"])
    def test_searches_users(self, admin_client: Client, token: WebSocketToken, term: str) -> None:
        """A part of the user's name or address finds a token."""
        page = admin_client.get(reverse(f"{TOKENS}_changelist"), {"q": term})

        assert [row.pk for row in page.context["cl"].result_list] == [token.pk]

    def test_shows_the_beginning_of_the_hash(
        self, admin_client: Client, token: WebSocketToken
    ) -> None:
        """Sixteen characters are enough to tell tokens apart, and too few to use one."""
        page = admin_client.get(reverse(f"{TOKENS}_changelist"))

        assert f">{hash_token(token.token)[:16]}...</a>" in page.text

    def test_cannot_be_added_to(self, admin_client: Client) -> None:
        """Tokens are made by the token view."""
        assert admin_client.get(reverse(f"{TOKENS}_add")).status_code == 403


class TestTokenPage:
    def test_shows_nothing_that_opens_a_connection(
        self, admin_client: Client, token: WebSocketToken
    ) -> None:
        """Neither the token, nor all of its hash, nor that of the login session is shown."""
        row = WebSocketToken.objects.get()

        page = admin_client.get(reverse(f"{TOKENS}_change", args=[row.pk]))

        assert f"{row.token[:16]}..." in page.text
        assert row.token not in page.text
        assert token.token not in page.text
        assert row.session_key not in page.text

    def test_cannot_be_changed(self, admin_client: Client, token: WebSocketToken) -> None:
        """A used token cannot be made good again."""
        answer = admin_client.post(reverse(f"{TOKENS}_change", args=[token.pk]), {})

        assert answer.status_code == 403
