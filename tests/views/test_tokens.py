"""A page fetches a token for its next connection."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.models.tokens import hash_session_key, hash_token
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.views import WebSocketTokenView

from ..inbound import log_in, statements

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def urls(settings: Settings) -> None:
    """Serve the package's URLs."""
    settings.ROOT_URLCONF = (path("ws/", include("django_aws_api_gateway_websockets.urls")),)


class TestIssuing:
    """Whoever is logged in gets a token."""

    def test_token(self) -> None:
        """The token, for how long it is valid, and what to open."""
        response = log_in().post("/ws/token/")

        data = response.json()
        assert response.status_code == 200
        assert set(data) == {"token", "expires_in", "url"}
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

    def test_statements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Four statements: login session, user, gateway with the limit, token."""
        monkeypatch.setattr(secrets, "randbelow", lambda limit: 1)  # no old tokens are deleted
        create_gateway()
        browser = log_in()

        with statements(4):
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


class TestUrl:
    """The answer says what to open."""

    def url(self) -> Any:
        """Return the URL of a fresh token."""
        return log_in().post("/ws/token/").json()["url"]

    def test_gateway(self) -> None:
        """That of the gateway."""
        gateway = create_gateway()

        assert self.url() == gateway.connection_url

    def test_none(self) -> None:
        """A project whose gateway is not created yet has none."""
        create_gateway(api_id="", api_endpoint="")

        assert self.url() is None

    def test_no_region(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        """Nor has one that cannot say where its gateway is; the log knows why."""
        settings.AWS_GATEWAY_REGION_NAME = None
        create_gateway(api_endpoint="")

        assert self.url() is None
        assert "Gateway test has no URL: AWS_GATEWAY_REGION_NAME" in caplog.text

    def test_malformed(self, caplog: pytest.LogCaptureFixture) -> None:
        """An endpoint that is no URL costs nobody the token."""
        create_gateway(api_endpoint="wss://[x")

        assert self.url() is None
        assert "Gateway test has no URL: Invalid IPv6 URL" in caplog.text

    def test_several(self, caplog: pytest.LogCaptureFixture) -> None:
        """Of several it is the first, and the log asks for a name."""
        gateway = create_gateway()
        create_gateway(api_name="two", api_id="two")

        assert self.url() == gateway.connection_url
        assert caplog.messages == [
            "A token could be for several gateways; set websocket_api_name to choose one"
        ]

    def test_named(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        """A view may name the one."""
        settings.ROOT_URLCONF = (
            path("ws/token/", WebSocketTokenView.as_view(websocket_api_name="two")),
        )
        create_gateway()
        gateway = create_gateway(api_name="two", api_endpoint="wss://two.example")

        assert self.url() == gateway.connection_url
        assert caplog.messages == []

    def test_local(self) -> None:
        """A gateway on this machine is reached by the name that the client used."""
        create_gateway(api_endpoint="ws://127.0.0.1:9000")

        response = log_in().post("/ws/token/", headers={"Host": "localhost:8000"})

        assert response.json()["url"] == "ws://localhost:9000/production"


class ByKey(WebSocketTokenView):
    """Knows a user by a key, beside by login."""

    def get_user(self, request: HttpRequest) -> Any:
        key = request.headers.get("X-Api-Key")
        if key:
            return get_user_model().objects.filter(username=key).first()
        return super().get_user(request)


class TestOtherCredentials:
    """A client may prove who it is by something else than a login session."""

    @pytest.fixture(autouse=True)
    def by_key(self, settings: Settings) -> None:
        """Serve a view that takes keys, and issue tokens that are bound to nothing else."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_binding": "user"}
        settings.ROOT_URLCONF = (path("ws/token/", ByKey.as_view()),)

    def test_key(self) -> None:
        """No login session, no CSRF token, no cookie."""
        user = get_user_model().objects.create_user("ann")

        response = Client(enforce_csrf_checks=True).post("/ws/token/", headers={"X-Api-Key": "ann"})

        token = WebSocketToken.objects.get()
        assert response.status_code == 200
        assert (token.user, token.session_key) == (user, "")
        assert response.cookies == {}

    @pytest.mark.parametrize("key", ["bob", "eve"])
    def test_wrong_key(self, key: str) -> None:
        """A key of nobody, or of somebody inactive."""
        get_user_model().objects.create_user("eve", is_active=False)

        response = Client().post("/ws/token/", headers={"X-Api-Key": key})

        assert (response.status_code, response.content) == (403, b"Authentication required")

    def test_key_beside_a_login(self) -> None:
        """The key counts, and no other site could have sent it."""
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(get_user_model().objects.create_user("ann"))
        bob = get_user_model().objects.create_user("bob")

        response = browser.post("/ws/token/", headers={"X-Api-Key": "bob"})

        assert response.status_code == 200
        assert WebSocketToken.objects.get().user == bob

    def test_login(self) -> None:
        """Who comes by the login session needs the CSRF token."""
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(get_user_model().objects.create_user("ann"))

        assert browser.post("/ws/token/").status_code == 403

    def test_login_session_is_remembered(self) -> None:
        """A token that was fetched in a login session is known as its own."""
        browser = log_in()

        browser.post("/ws/token/")

        key = browser.session.session_key or ""
        assert WebSocketToken.objects.get().session_key == hash_session_key(key)

    def test_project_without_logins(self, settings: Settings) -> None:
        """A project that knows its clients by keys alone has no ``request.user``."""
        get_user_model().objects.create_user("ann")
        settings.MIDDLEWARE = []

        known = Client().post("/ws/token/", headers={"X-Api-Key": "ann"})
        unknown = Client().post("/ws/token/")

        assert (known.status_code, unknown.status_code) == (200, 403)

    def test_project_without_sessions(self, settings: Settings) -> None:
        """A project that has no login sessions needs none."""
        get_user_model().objects.create_user("ann")
        settings.MIDDLEWARE = [f"{__name__}.KnowsEverybody"]

        assert Client().post("/ws/token/").status_code == 200


class TestVisitors:
    """Where a view allows it, who is not known gets a token too."""

    @pytest.fixture(autouse=True)
    def open_to_all(self, settings: Settings) -> None:
        """Allow two tokens a minute, to everybody."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_rate_limit_per_minute": 2}
        settings.ROOT_URLCONF = (
            path("ws/token/", WebSocketTokenView.as_view(allow_anonymous=True)),
        )

    def test_token(self) -> None:
        """It belongs to nobody, and to the session that begins with it."""
        visitor = Client()

        response = visitor.post("/ws/token/")

        token = WebSocketToken.objects.get()
        assert response.status_code == 200
        assert token.user is None
        assert token.session_key == hash_session_key(visitor.session.session_key or "")

    def test_no_session(self, settings: Settings) -> None:
        """Where tokens are bound to nothing else, no session begins."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_binding": "user"}

        response = Client().post("/ws/token/")

        assert response.cookies == {}
        assert WebSocketToken.objects.get().session_key == ""

    def test_limit(self) -> None:
        """Visitors are counted by their address, whatever session they have."""
        from_one = [
            Client().post("/ws/token/", headers={"X-Forwarded-For": "192.0.2.1"}).status_code
            for _ in range(3)
        ]
        from_another = Client().post("/ws/token/", headers={"X-Forwarded-For": "192.0.2.2"})

        assert from_one == [200, 200, 403]
        assert from_another.status_code == 200

    def test_limit_of_users(self) -> None:
        """A user of the same address has a limit of their own."""
        browser = log_in()
        statuses = [Client().post("/ws/token/").status_code for _ in range(2)]

        assert statuses == [200, 200]
        assert browser.post("/ws/token/").status_code == 200


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
        assert 50 <= int(response["Retry-After"]) <= 60
        assert WebSocketToken.objects.count() == 2

    def test_too_many_for_a_while(self, settings: Settings) -> None:
        """The client is told when the oldest token of the minute no longer counts."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_rate_limit_per_minute": 2}
        browser = log_in()
        browser.post("/ws/token/")
        WebSocketToken.objects.update(created_at=timezone.now() - timedelta(seconds=40))
        browser.post("/ws/token/")

        response = browser.post("/ws/token/")

        assert 10 <= int(response["Retry-After"]) <= 20

    def test_no_session_for_too_many(self, settings: Settings) -> None:
        """A client that is over its limit begins no session."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_rate_limit_per_minute": 1}
        settings.ROOT_URLCONF = (
            path("ws/token/", WebSocketTokenView.as_view(allow_anonymous=True)),
        )
        Client().post("/ws/token/")

        assert Client().post("/ws/token/").cookies == {}

    def test_nul_in_a_cookie(self) -> None:
        """A login session that no database looks up is none."""
        browser = Client(headers={"Cookie": 'sessionid="' + r"\000" * 32 + '"'})

        assert browser.post("/ws/token/").content == b"Authentication required"

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
