"""A page fetches a token for its next connection."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import include, path
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.models.tokens import hash_session_key, hash_token

from ..inbound import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def urls(settings: Settings) -> None:
    """Serve the package's URLs."""
    settings.ROOT_URLCONF = (path("ws/", include("django_aws_api_gateway_websockets.urls")),)


class TestIssuing:
    """Whoever is logged in gets a token."""

    def test_token(self) -> None:
        """The token, and for how long it is valid."""
        response = log_in().post("/ws/token/")

        data = response.json()
        assert response.status_code == 200
        assert set(data) == {"token", "expires_in"}
        assert data["expires_in"] == 60
        assert WebSocketToken.objects.get().token == hash_token(data["token"])

    def test_expiry(self, settings: Settings) -> None:
        """The setting decides how long that is."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_expiry_seconds": 30}

        assert log_in().post("/ws/token/").json()["expires_in"] == 30

    def test_row(self) -> None:
        """It belongs to the user and the login session."""
        browser = log_in()

        browser.post("/ws/token/")

        token = WebSocketToken.objects.get()
        assert token.user == get_user_model().objects.get()
        assert token.session_key == hash_session_key(browser.session.session_key or "")

    def test_not_cached(self) -> None:
        """No cache on the way keeps it."""
        response = log_in().post("/ws/token/")

        assert "no-store" in response["Cache-Control"]

    def test_statements(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """Four statements: login session, user, limit, token."""
        browser = log_in()

        with django_assert_num_queries(4):
            browser.post("/ws/token/")

    @pytest.mark.parametrize("url", ["/ws/token", "/ws/token/"])
    def test_slash(self, url: str) -> None:
        """With a trailing slash and without, never by a redirect."""
        assert log_in().post(url).status_code == 200

    def test_user_without_login_session(self, settings: Settings) -> None:
        """A user whom a middleware knows by other means gets a login session for it."""
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.KnowsEverybody"]
        get_user_model().objects.create_user("ann")
        browser = Client()

        response = browser.post("/ws/token/")

        token = WebSocketToken.objects.get()
        assert response.status_code == 200
        assert token.session_key == hash_session_key(browser.session.session_key or "")


def KnowsEverybody(get_response):  # type: ignore[no-untyped-def]  # noqa: N802
    """Take every request for one of the first user."""

    def middleware(request):  # type: ignore[no-untyped-def]
        request.user = get_user_model().objects.get()
        return get_response(request)

    return middleware


class TestRefusing:
    """Everybody else gets a plain text that says why."""

    def test_visitor(self) -> None:
        """A visitor who is not logged in."""
        response = Client().post("/ws/token/")

        assert (response.status_code, response.content) == (403, b"Authentication required")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert "no-store" in response["Cache-Control"]

    def test_login_required_middleware(self, settings: Settings) -> None:
        """A project that asks everybody to log in answers the same, and redirects nobody."""
        required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]

        response = Client().post("/ws/token/")

        assert (response.status_code, response.content) == (403, b"Authentication required")

    def test_too_many(self, settings: Settings) -> None:
        """More than the setting allows per minute."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_rate_limit_per_minute": 2}
        browser = log_in()
        browser.post("/ws/token/")
        browser.post("/ws/token/")

        response = browser.post("/ws/token/")

        assert (response.status_code, response.content) == (403, b"Rate limit exceeded")
        assert response["Retry-After"] == "60"
        assert WebSocketToken.objects.count() == 2

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_method(self, method: str) -> None:
        """Anything but POST."""
        response = getattr(log_in(), method)("/ws/token/")

        assert response.status_code == 405
        assert response["Allow"] == "POST, OPTIONS"


class TestForgery:
    """Another site cannot fetch a token with the cookies of a user."""

    @pytest.fixture
    def browser(self) -> Client:
        """Return a browser that is logged in, against a server that checks."""
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(get_user_model().objects.create_user("ann"))
        return browser

    @pytest.mark.parametrize("middleware", [[], ["django.middleware.csrf.CsrfViewMiddleware"]])
    def test_without_csrf_token(
        self, settings: Settings, browser: Client, middleware: list[str]
    ) -> None:
        """The view checks by itself, whether the project does or not."""
        kept = [name for name in settings.MIDDLEWARE if "csrf" not in name]
        settings.MIDDLEWARE = [*kept, *middleware]

        assert browser.post("/ws/token/").status_code == 403
        assert not WebSocketToken.objects.exists()

    def test_with_csrf_token(self, browser: Client) -> None:
        """The project's own page sends cookie and header."""
        browser.cookies["csrftoken"] = "c" * 32

        response = browser.post("/ws/token/", headers={"X-CSRFToken": "c" * 32})

        assert response.status_code == 200
