"""Who opens the socket of a probe, and what is left of them."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import override_settings

from django_aws_api_gateway_websockets.management.probe.visitor import (
    browser_sends_cookie,
    find_superuser,
    find_user,
    visiting,
)
from django_aws_api_gateway_websockets.models import WebSocketSession, WebSocketToken
from django_aws_api_gateway_websockets.testing import create_gateway

__all__ = ["TestBrowserSendsCookie", "TestFinding", "TestVisiting"]

pytestmark = pytest.mark.django_db

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


class DeafBackend:
    """Lets nobody in, and knows nobody."""


def user_of(session_key: str, settings: Any) -> Any:
    """Return whom Django takes the holder of a cookie for."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return get_user(request)


class TestVisiting:
    @pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "signed_cookies"])
    @override_settings(CACHES=CACHES)
    def test_is_a_login_to_django(self, settings: Any, engine: str) -> None:
        """The cookie means the user, whatever keeps the sessions."""
        settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
        user = User.objects.create_user("ada")

        with visiting(create_gateway(), user, seconds=60) as visitor:
            assert user_of(visitor.session_key, settings) == user
            assert visitor.cookie() == {"Cookie": f"sessionid={visitor.session_key}"}
            assert str(visitor) == "ada"

    def test_takes_the_backend_that_knows_the_user(self, settings: Any) -> None:
        """A backend that cannot load users would end the login at once."""
        settings.AUTHENTICATION_BACKENDS = [
            f"{__name__}.DeafBackend",
            "django.contrib.auth.backends.ModelBackend",
        ]
        user = User.objects.create_user("ada")

        with visiting(create_gateway(), user, seconds=60) as visitor:
            assert user_of(visitor.session_key, settings) == user

    def test_ends_without_a_trace(self) -> None:
        """Neither session nor token nor connection stays, whatever happens."""
        gateway = create_gateway()

        with suppress(LookupError), visiting(gateway, None, seconds=60) as visitor:
            key = visitor.token.session_key
            for name, session_key_hash in (("mine", key), ("other", "")):
                WebSocketSession.objects.create(
                    connection_id=name, api_gateway=gateway, session_key_hash=session_key_hash
                )
            raise LookupError

        assert not Session.objects.exists()
        assert not WebSocketToken.objects.exists()
        assert WebSocketSession.objects.get().connection_id == "other"

    def test_needs_no_login_sessions(self, settings: Any) -> None:
        """A project without them has tokens alone."""
        settings.MIDDLEWARE = ["django.views.decorators.csrf.csrf_exempt"]  # a function

        with visiting(create_gateway(), None, seconds=60) as visitor:
            assert visitor.cookie() == {}
            assert visitor.token.session_key != ""
            assert str(visitor) == "a visitor"


class TestFinding:
    def test_finds_a_user_by_name(self) -> None:
        """The name is what users log in with."""
        user = User.objects.create_user("ada")

        assert find_user("ada") == user
        assert find_user("grace") is None

    def test_finds_the_oldest_superuser_who_is_active(self) -> None:
        """Who may not log in any more does not count."""
        User.objects.create_superuser("gone", is_active=False)
        root = User.objects.create_superuser("root")
        User.objects.create_superuser("second")

        assert find_superuser() == root

    def test_finds_none_where_there_are_none(self, settings: Any) -> None:
        """A user model need not know superusers."""
        settings.AUTH_USER_MODEL = Group._meta.label

        assert find_superuser() is None


class TestBrowserSendsCookie:
    @pytest.mark.parametrize(
        ("page", "host", "domain", "sends"),
        [
            ("https://example.com", "example.com", None, True),
            ("https://example.com", "ws.example.com", None, False),
            ("https://example.com", "ws.example.com", ".example.com", True),
            ("https://www.example.com", "ws.example.com", "example.com", True),
            ("https://example.com", "abc.execute-api.eu-west-1.amazonaws.com", None, False),
            ("https://example.com", "notexample.com", "example.com", False),
            ("http://localhost:8000", "127.0.0.1", None, True),
            ("http://[::1]:8000", "127.0.0.1", None, True),
            ("null", "example.com", None, False),
        ],
    )
    def test_goes_by_the_domain_of_the_cookie(
        self, settings: Any, page: str, host: str, domain: str | None, sends: bool
    ) -> None:
        """A cookie goes to its own host, or below the domain that it is for."""
        settings.SESSION_COOKIE_DOMAIN = domain

        assert browser_sends_cookie(page, host) is sends
