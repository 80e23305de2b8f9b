"""A handshake passes every check in its order, or is refused by the first that fails."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import ConnectionRefused
from django_aws_api_gateway_websockets.handshake import CHECKS
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    ConnectionRateLimit,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.models.limits.rate_limits import ConnectionLimit
from django_aws_api_gateway_websockets.models.tokens import hash_session_key, hash_user_auth
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.views import WebSocketView

from .inbound import API_ID, CONNECTION_ID, connect, log_in, post, serve, statements, token_for

pytestmark = pytest.mark.django_db

SECRET = "s" * 32
LOGGER = "django_aws_api_gateway_websockets.handshake"


class Open(WebSocketView):
    """Lets everyone in without a token."""

    USE_WS_TOKEN = False


class Picky(WebSocketView):
    """Has a check of its own."""

    def _additional_connection_checks(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> tuple[bool, str]:
        return kwargs["route"] != "connect", "Come back tomorrow"


class Refusing(WebSocketView):
    """Refuses with a status of its own."""

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        raise ConnectionRefused("full", "The room is full", status=409)


def identify(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Return a middleware that knows everyone as the only user."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.user = get_user_model().objects.get()
        return get_response(request)

    return middleware


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> ApiGateway:
    """Return the gateway that connects; a view serves it."""
    serve(settings, WebSocketView)
    return create_gateway(api_id=API_ID, default_channel_name="")


def attempts() -> list[tuple[str, str | None, bool]]:
    """Return the attempts on record: address, user and success."""
    fields = ("ip_address", "user__username", "successful")
    return list(ConnectionRateLimit.objects.order_by("pk").values_list(*fields))


def answer(response: Any) -> tuple[int, str]:
    """Return status and text."""
    return response.status_code, response.content.decode()


def verify_again(browser: Client) -> None:
    """Let a login session be valid under the present ``SECRET_KEY``, as Django does on a page."""
    session = browser.session
    session[HASH_SESSION_KEY] = get_user_model().objects.get().get_session_auth_hash()
    session.save()


FAILED = [("203.0.113.7", "ann", False)]
SUCCEEDED = [("203.0.113.7", "ann", True)]


class TestAccepting:
    """A handshake that passes becomes a session."""

    def test_session(self, gateway: ApiGateway) -> None:
        """The row says who is connected, where and under which login."""
        browser = log_in("ann")

        response = connect(browser, channel="room_1")

        session = WebSocketSession.objects.get()
        user = get_user_model().objects.get()
        assert answer(response) == (200, "{}")
        assert response["Content-Type"] == "application/json"
        assert (session.connection_id, session.channel_name) == (CONNECTION_ID, "room_1")
        assert (session.user, session.api_gateway) == (user, gateway)
        assert session.session_key_hash == hash_session_key(browser.session.session_key or "")
        assert session.auth_hash == hash_user_auth(user)
        assert session.connected is True
        assert session.request_count == 1

    def test_recorded(self) -> None:
        """The attempt is on record as a success."""
        connect(log_in("ann"))

        assert attempts() == SUCCEEDED

    def test_token_is_used_up(self) -> None:
        """The same token does not open a second connection."""
        browser = log_in("ann")
        token = token_for(browser)
        connect(browser, ws_token=token)

        response = connect(browser, ws_token=token, headers={"connectionId": "another="})

        assert answer(response) == (400, "Invalid or expired token")
        assert WebSocketSession.objects.count() == 1

    def test_default_channel(self, gateway: ApiGateway) -> None:
        """Without a channel the connection joins that of the gateway."""
        ApiGateway.objects.update(default_channel_name="lobby")

        connect(log_in("ann"))

        assert WebSocketSession.objects.get().channel_name == "lobby"

    def test_statements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nine statements: gateway, login session, user, limit, token, channel, three writes."""
        monkeypatch.setattr(secrets, "randbelow", lambda limit: 1)  # no old attempts are deleted
        browser = log_in("ann")
        token = token_for(browser)

        with statements(9):
            connect(browser, ws_token=token, channel="room_1")

    def test_visitor(self, settings: Settings) -> None:
        """A view without tokens lets a visitor in."""
        serve(settings, Open)

        response = post("connect")

        session = WebSocketSession.objects.get()
        assert response.status_code == 200
        assert (session.user, session.session_key_hash, session.auth_hash) == (None, "", "")
        assert attempts() == [("203.0.113.7", None, True)]

    def test_login_session_without_tokens(self, settings: Settings) -> None:
        """A view without tokens takes the user of the login session."""
        serve(settings, Open)

        post("connect", client=log_in("ann"))

        session = WebSocketSession.objects.get()
        assert session.user == get_user_model().objects.get()
        assert session.session_key_hash != ""

    def test_project_without_sessions(self, settings: Settings) -> None:
        """A view without tokens needs no session middleware."""
        settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
        serve(settings, Open)

        response = post("connect")

        assert response.status_code == 200
        assert WebSocketSession.objects.get().user is None

    def test_order(self) -> None:
        """The order of the checks decides which refusal a client sees."""
        assert [check.name for check in CHECKS] == [
            "rate",
            "headers",
            "connection_id",
            "host",
            "origin",
            "channel",
            "login_session",
            "token",
            "permissions",
            "project",
        ]


class TestRepeatedConnect:
    """The same connection twice is one session."""

    def test_same_token(self) -> None:
        """A request that is delivered twice, token and all, is answered twice alike."""
        browser = log_in("ann")
        token = token_for(browser)
        connect(browser, ws_token=token)

        response = connect(browser, ws_token=token)

        assert answer(response) == (200, "{}")
        assert WebSocketSession.objects.count() == 1

    def test_another_token(self) -> None:
        """The user's row is reused."""
        browser = log_in("ann")
        connect(browser)

        response = connect(browser)

        assert answer(response) == (200, "{}")
        assert WebSocketSession.objects.count() == 1

    def test_visitor(self, settings: Settings) -> None:
        """A visitor's row is reused."""
        serve(settings, Open)
        post("connect")

        response = post("connect")

        assert response.status_code == 200
        assert WebSocketSession.objects.count() == 1

    @pytest.mark.parametrize("again", [True, False])
    def test_ended(self, again: bool) -> None:
        """A connection that has ended is not opened again, by its token or by another."""
        browser = log_in("ann")
        token = token_for(browser)
        connect(browser, ws_token=token)
        WebSocketSession.objects.all().mark_closed()

        response = connect(browser, ws_token=token if again else token_for(browser))

        text = "Invalid or expired token" if again else "Invalid connection ID"
        assert answer(response) == (400, text)
        assert WebSocketSession.objects.get().connected is False

    def test_another_user(self) -> None:
        """Somebody else's connection is refused and stays as it is."""
        connect(log_in("ann"))

        response = connect(log_in("bob"))

        assert answer(response) == (400, "Invalid connection ID")
        assert WebSocketToken.objects.get(user__username="bob").used is False
        assert WebSocketSession.objects.get().user == get_user_model().objects.get(username="ann")
        assert attempts() == [*SUCCEEDED, ("203.0.113.7", "bob", False)]

    def test_another_gateway(self) -> None:
        """The connection of another gateway is refused."""
        browser = log_in("ann")
        connect(browser)
        create_gateway(api_name="two", api_id="two")

        response = connect(browser, headers={"X-Amzn-Apigateway-Api-Id": "two"})

        assert answer(response) == (400, "Invalid connection ID")

    def test_used_token_at_another_gateway(self) -> None:
        """A used token does not open the connection of another gateway."""
        browser = log_in("ann")
        token = token_for(browser)
        connect(browser, ws_token=token)
        create_gateway(api_name="two", api_id="two")

        response = connect(browser, ws_token=token, headers={"X-Amzn-Apigateway-Api-Id": "two"})

        assert answer(response) == (400, "Invalid or expired token")

    def test_another_login(self) -> None:
        """A used token does not open a session of another login of the same user."""
        browser, other = log_in("ann"), Client()
        other.force_login(get_user_model().objects.get())
        token = token_for(browser)
        connect(browser, ws_token=token)

        response = connect(other, ws_token=token)

        assert answer(response) == (400, "Invalid or expired token")

    def test_visitor_who_takes_an_id(self, settings: Settings) -> None:
        """A visitor does not get at the connection of a user."""
        connect(log_in("ann"))
        serve(settings, Open)

        response = post("connect")

        assert answer(response) == (400, "Invalid connection ID")


class TestRate:
    """Too many attempts of an address or a user are refused first of all."""

    @pytest.fixture(autouse=True)
    def limit(self, settings: Settings) -> None:
        """Allow two attempts."""
        serve(settings, WebSocketView, RATE_LIMIT_MAX_ATTEMPTS=2)

    def test_address(self) -> None:
        """Failed attempts count, and so does the refused one."""
        browser = log_in("ann")
        ConnectionRateLimit.record_attempt("203.0.113.7")
        ConnectionRateLimit.record_attempt("203.0.113.7")

        response = connect(browser)

        assert answer(response) == (400, "Too many connection attempts")
        assert attempts()[2:] == FAILED

    def test_user(self) -> None:
        """A user is counted from every address."""
        browser = log_in("ann")
        user = get_user_model().objects.get()
        ConnectionRateLimit.record_attempt("192.0.2.1", user)
        ConnectionRateLimit.record_attempt("192.0.2.2", user)

        assert answer(connect(browser)) == (400, "Too many connection attempts")

    def test_token_stays(self) -> None:
        """What is refused for the rate costs no token."""
        browser = log_in("ann")
        ConnectionRateLimit.record_attempt("203.0.113.7")
        ConnectionRateLimit.record_attempt("203.0.113.7")

        connect(browser)

        assert WebSocketToken.objects.get().used is False

    def test_flood(self) -> None:
        """Of those over the limit, as many are recorded as may pass, and the client stays out."""
        browser = log_in("ann")

        for _ in range(10):
            response = connect(browser)

        assert answer(response) == (400, "Too many connection attempts")
        assert attempts() == [*SUCCEEDED, *SUCCEEDED, *FAILED, *FAILED]

    def test_others_were_faster(self, settings: Settings) -> None:
        """Who was let through, but is no longer within the limit at the end, is refused."""
        serve(settings, Crowded, RATE_LIMIT_MAX_ATTEMPTS=2)

        response = connect(log_in("ann"))

        assert answer(response) == (400, "Too many connection attempts")
        assert not WebSocketSession.objects.exists()
        assert WebSocketToken.objects.get().used is False
        assert [successful for _, _, successful in attempts()] == [True, True, False]

    def test_others_were_as_fast(self, settings: Settings) -> None:
        """Who still is within the limit passes."""
        serve(settings, Crowded, RATE_LIMIT_MAX_ATTEMPTS=3)

        assert connect(log_in("ann")).status_code == 200

    def test_below(self) -> None:
        """The last attempt that is allowed passes."""
        browser = log_in("ann")
        ConnectionRateLimit.record_attempt("203.0.113.7")

        assert connect(browser).status_code == 200

    def test_off(self, settings: Settings) -> None:
        """A view without a limit counts nothing."""
        serve(settings, WebSocketView, RATE_LIMIT_ENABLED=False, RATE_LIMIT_MAX_ATTEMPTS=1)
        ConnectionRateLimit.record_attempt("203.0.113.7")

        response = connect(log_in("ann"))

        assert response.status_code == 200
        assert len(attempts()) == 1

    def test_spoofed_address(self) -> None:
        """Without a secret the client's word is taken, so that 4.1's gateways work."""
        browser = log_in("ann")

        connect(browser, headers={"X-Forwarded-For": "192.0.2.9", "X-Ws-Source-Ip": "192.0.2.8"})

        assert attempts() == [("192.0.2.9", "ann", True)]

    def test_mapped_address(self, settings: Settings) -> None:
        """The gateway's word counts when it can be believed, whatever the client sends."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
        headers = {
            "X-Ws-Gateway-Secret": SECRET,
            "X-Ws-Source-Ip": "198.51.100.4",
            "X-Forwarded-For": "192.0.2.9",
        }

        connect(log_in("ann"), headers=headers)

        assert attempts() == [("198.51.100.4", "ann", True)]


class Crowded(WebSocketView):
    """Lets two others of the same address connect while this one is being examined."""

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        limit = ConnectionLimit(
            ip_address="203.0.113.7", user=None, max_attempts=2, window_minutes=1
        )
        return all(limit.claim(limit.look()) for _ in range(2))


class TestHandshakeHeaders:
    """A handshake without the headers of a handshake is none."""

    @pytest.mark.parametrize("name", ["Sec-WebSocket-Key", "Sec-WebSocket-Version"])
    def test_one_missing(self, name: str) -> None:
        """The client is told how many are missing."""
        response = connect(log_in("ann"), headers={name: None})

        assert answer(response) == (400, "Missing 1 headers")
        assert attempts() == []

    def test_more_missing(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        """The log is told which."""
        serve(settings, WebSocketView, required_connection_headers=["X-A", "Origin", "X-B"])

        response = connect(log_in("ann"))

        assert answer(response) == (400, "Missing 2 headers")
        assert "missing_connection_headers: missing X-A, X-B" in caplog.text


class TestConnectionId:
    """The id must be one that API Gateway gives."""

    @pytest.mark.parametrize("connection_id", ["", "a b", "x" * 129, "a\x00", "a,b", "\xe9"])
    def test_invalid(self, connection_id: str) -> None:
        """Anything else is refused before it is looked up or stored."""
        response = connect(log_in("ann"), headers={"connectionId": connection_id})

        assert answer(response) == (400, "Invalid connection ID")
        assert attempts() == []

    def test_longest(self) -> None:
        """128 characters are stored whole."""
        response = connect(log_in("ann"), headers={"connectionId": "x" * 128})

        assert response.status_code == 200
        assert WebSocketSession.objects.get().connection_id == "x" * 128


class TestHost:
    """The host must be the project's; Django decides that."""

    @pytest.fixture(autouse=True)
    def without_common_middleware(self, settings: Settings) -> None:
        """Leave out the middleware that asks for the host before the view does."""
        common = "django.middleware.common.CommonMiddleware"
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != common]

    @pytest.mark.parametrize("host", ["evil.example", "testserver evil", ""])
    def test_not_allowed(self, host: str) -> None:
        """The refusal does not list the hosts that are."""
        response = connect(log_in("ann"), headers={"Host": host})

        assert answer(response) == (400, "Host is not in AllowedHosts")
        assert attempts() == FAILED

    @pytest.mark.parametrize(
        ("allowed", "host", "origin"),
        [
            ("*", "a.example", "https://a.example"),
            (".b.example", "a.b.example", "https://a.b.example"),
            ("c.example", "c.example:8000", "http://c.example:8000"),
        ],
    )
    def test_allowed(self, settings: Settings, allowed: str, host: str, origin: str) -> None:
        """Wildcards, sub-domains and ports are as in the rest of Django."""
        settings.ALLOWED_HOSTS = [allowed]

        response = connect(log_in("ann"), headers={"Host": host, "Origin": origin})

        assert response.status_code == 200

    def test_behind_a_proxy(self, settings: Settings) -> None:
        """The host that the proxy forwards counts where the project says so."""
        settings.USE_X_FORWARDED_HOST = True
        settings.ALLOWED_HOSTS = ["www.example"]
        headers = {"X-Forwarded-Host": "www.example", "Origin": "https://www.example"}

        assert connect(log_in("ann"), headers=headers).status_code == 200


class TestOrigin:
    """A page of another site does not connect."""

    @pytest.mark.parametrize(
        "origin",
        [
            None,
            "",
            "null",
            "http://evil.example",
            "http://testserver.evil.example",
            "http://testserver:8080",
            "ftp://testserver",
            "http://testserver/",
            "http://testserver, http://evil.example",
        ],
    )
    def test_not_allowed(self, origin: str | None) -> None:
        """Neither does one that is not told."""
        response = connect(log_in("ann"), headers={"Origin": origin})

        assert answer(response) == (400, "Host is not in Origin")
        assert attempts() == FAILED

    @pytest.mark.parametrize(
        "origin",
        ["http://testserver", "https://testserver", "https://app.testserver", "http://TestServer"],
    )
    def test_same_site(self, origin: str) -> None:
        """The host itself, and what is below it."""
        assert connect(log_in("ann"), headers={"Origin": origin}).status_code == 200

    def test_listed(self, settings: Settings) -> None:
        """A list of origins replaces the rule."""
        allowed = {"allowed_origins": ["https://*.site.example"]}
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, **allowed}
        browser = log_in("ann")

        listed = connect(browser, headers={"Origin": "https://www.site.example"})
        same_host = connect(browser, headers={"Origin": "http://testserver"})

        assert listed.status_code == 200
        assert answer(same_host) == (400, "Host is not in Origin")

    def test_no_page(self, settings: Settings) -> None:
        """Where no login session is asked for, a program without an origin connects."""
        serve(settings, Open)

        assert post("connect", headers={"Origin": None}).status_code == 200

    def test_no_page_but_a_login(self, settings: Settings) -> None:
        """One that brings a login session needs an origin all the same."""
        serve(settings, Open)

        response = post("connect", client=log_in("ann"), headers={"Origin": None})

        assert answer(response) == (400, "Host is not in Origin")

    def test_no_page_but_an_identity(self, settings: Settings) -> None:
        """A program that is known by another credential than a login session needs none."""
        serve(settings, Open)
        get_user_model().objects.create_user("ann")
        settings.MIDDLEWARE = ["tests.test_handshake.identify"]

        assert post("connect", headers={"Origin": None}).status_code == 200

    def test_other_page(self, settings: Settings) -> None:
        """An origin that is told is checked there as well."""
        serve(settings, Open)

        response = post("connect", headers={"Origin": "http://evil.example"})

        assert answer(response) == (400, "Host is not in Origin")


class TestChannel:
    """A channel has a name of letters, digits, hyphens and underscores."""

    @pytest.mark.parametrize("channel", ["a b", "room\n", "x" * 129, "<b>", "\x00", "caf\xe9", "."])
    def test_invalid(self, channel: str) -> None:
        """Anything else is refused, and costs no token."""
        response = connect(log_in("ann"), channel=channel)

        assert answer(response) == (400, "Invalid channel")
        assert attempts() == FAILED
        assert WebSocketToken.objects.get().used is False

    def test_longest(self) -> None:
        """128 characters."""
        assert connect(log_in("ann"), channel="x" * 128).status_code == 200

    def test_invalid_default(self) -> None:
        """The gateway's own default is not better than a client's."""
        ApiGateway.objects.update(default_channel_name="a b")

        assert answer(connect(log_in("ann"))) == (400, "Invalid channel")

    def test_pinned_gateway_without_row(self, settings: Settings) -> None:
        """A view for one API needs no row, and then there is no default."""
        serve(settings, WebSocketView, aws_api_gateway_id="elsewhere")

        response = connect(log_in("ann"), headers={"X-Amzn-Apigateway-Api-Id": "elsewhere"})

        session = WebSocketSession.objects.get()
        assert response.status_code == 200
        assert (session.channel_name, session.api_gateway) == ("", None)


class TestLoginSession:
    """A token is bound to a login session, so the handshake must bring it."""

    @pytest.mark.parametrize("limited", [True, False])
    def test_ended(self, settings: Settings, limited: bool) -> None:
        """A token does not outlive its login session, whether or not attempts are limited."""
        serve(settings, WebSocketView, RATE_LIMIT_ENABLED=limited)
        browser = log_in("ann")
        token = token_for(browser)
        browser.session.delete()

        response = connect(browser, ws_token=token)

        assert answer(response) == (400, "Invalid session")

    def test_password_changed(self, settings: Settings) -> None:
        """Neither does it outlive the password."""
        serve(settings, WebSocketView, RATE_LIMIT_ENABLED=False)
        browser = log_in("ann")
        token = token_for(browser)
        get_user_model().objects.update(password="another")

        response = connect(browser, ws_token=token)

        assert answer(response) == (400, "Invalid session")

    def test_none(self, caplog: pytest.LogCaptureFixture) -> None:
        """The log says what a missing cookie often means."""
        response = post("connect", query={"ws_token": "0" * 64})

        assert answer(response) == (400, "Invalid session")
        assert attempts() == []
        assert (
            "no_login_session: the handshake brought no session cookie, so the socket is on another"
            " site than the page: give the gateway a custom domain of the page's site, or set"
            ' token_binding to "user" (connection'
        ) in caplog.text

    def test_project_without_sessions(self, settings: Settings) -> None:
        """A project without sessions is told the same."""
        settings.MIDDLEWARE = []

        assert answer(post("connect")) == (400, "Invalid session")


class TestToken:
    """The token must be fresh, unused, and this login's."""

    @pytest.mark.parametrize("token", ["0" * 64, "x", "\x00", "\ud83d\ude00", "%00"])
    def test_unknown(self, token: str) -> None:
        """Whatever it looks like."""
        response = connect(log_in("ann"), ws_token=token.encode("utf-8", "replace").decode())

        assert answer(response) == (400, "Invalid or expired token")
        assert attempts() == FAILED

    def test_none(self) -> None:
        """No token at all."""
        response = post("connect", client=log_in("ann"))

        assert answer(response) == (400, "Invalid or expired token")

    def test_of_another_login(self) -> None:
        """A token that was stolen does not work in another browser."""
        response = connect(log_in("bob"), ws_token=token_for(log_in("ann")))

        assert answer(response) == (400, "Invalid or expired token")

    def test_expired(self, settings: Settings) -> None:
        """Older than the setting allows."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_expiry_seconds": 30}
        browser = log_in("ann")
        token = token_for(browser)
        row = WebSocketToken.objects.get()
        WebSocketToken.objects.update(created_at=row.created_at.replace(year=2000))

        assert answer(connect(browser, ws_token=token)) == (400, "Invalid or expired token")

    def test_inactive_user(self) -> None:
        """A user who was deactivated since is out."""
        browser = log_in("ann")
        token = token_for(browser)
        get_user_model().objects.update(is_active=False)

        assert answer(connect(browser, ws_token=token)) == (400, "Invalid or expired token")

    def test_rotated_key(self, settings: Settings) -> None:
        """A token from before ``SECRET_KEY`` was rotated works."""
        browser = log_in("ann")
        token = token_for(browser)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "n" * 50
        verify_again(browser)

        assert connect(browser, ws_token=token).status_code == 200

    def test_used_up_meanwhile(self, settings: Settings) -> None:
        """Of two handshakes with one token, the one that is later at the very end is refused."""
        serve(settings, Overtaken)

        response = connect(log_in("ann"))

        assert answer(response) == (400, "Invalid or expired token")
        assert not WebSocketSession.objects.exists()
        assert attempts() == FAILED


class TestTokenAlone:
    """Where tokens are bound to the user, a token opens a connection without a cookie."""

    @pytest.fixture(autouse=True)
    def binding(self, settings: Settings) -> None:
        """Ask for nothing but a token."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_binding": "user"}

    def open(self, token: str, **headers: str | None) -> Any:
        """Connect as an app that has no cookie."""
        sent = {"Origin": None, **headers}
        return post("connect", query={"ws_token": token}, headers=sent)

    def test_session(self) -> None:
        """The session is the user's, and ends with the login that fetched the token."""
        browser = log_in("ann")

        response = self.open(token_for(browser))

        session = WebSocketSession.objects.get()
        assert answer(response) == (200, "{}")
        assert session.user == get_user_model().objects.get()
        assert session.session_key_hash == hash_session_key(browser.session.session_key or "")
        assert session.auth_hash == hash_user_auth(session.user)

    def test_visitor(self) -> None:
        """A token of nobody opens a connection of nobody."""
        response = self.open(WebSocketToken.generate_token(None, "").token)

        session = WebSocketSession.objects.get()
        assert response.status_code == 200
        assert (session.user, session.session_key_hash, session.auth_hash) == (None, "", "")

    def test_password_changed(self) -> None:
        """A token does not outlive the password."""
        token = token_for(log_in("ann"))
        user = get_user_model().objects.get()
        user.set_password("another")
        get_user_model().objects.update(password=user.password)

        assert answer(self.open(token)) == (400, "Invalid or expired token")

    def test_once(self) -> None:
        """It is used up all the same."""
        token = token_for(log_in("ann"))
        self.open(token)

        response = self.open(token, connectionId="another=")

        assert answer(response) == (400, "Invalid or expired token")

    def test_repeated(self) -> None:
        """The same handshake, delivered twice, is one session."""
        token = token_for(log_in("ann"))
        self.open(token)

        assert answer(self.open(token)) == (200, "{}")
        assert WebSocketSession.objects.count() == 1

    def test_stale(self) -> None:
        """It lives as short."""
        token = token_for(log_in("ann"))
        WebSocketToken.objects.update(created_at="2020-01-01T00:00:00Z")

        assert answer(self.open(token)) == (400, "Invalid or expired token")

    def test_other_page(self) -> None:
        """A page that says where it is from has to be one of ours."""
        response = self.open(token_for(log_in("ann")), Origin="http://evil.example")

        assert answer(response) == (400, "Host is not in Origin")

    def test_view(self, settings: Settings) -> None:
        """A view decides for itself."""
        serve(settings, WebSocketView, token_binding="session")

        response = self.open(token_for(log_in("ann")), Origin="http://testserver")

        assert answer(response) == (400, "Invalid session")

    def test_view_the_other_way_round(self, settings: Settings) -> None:
        """In either direction."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_binding": "session"}
        serve(settings, WebSocketView, token_binding="user")

        assert self.open(token_for(log_in("ann"))).status_code == 200


class Overtaken(WebSocketView):
    """Lets another handshake use the token up while this one is being checked."""

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        WebSocketToken.objects.update(used=True)
        return True


class TestPermissions:
    """Who is known may still not be welcome."""

    @pytest.mark.parametrize(
        ("access", "fields", "status"),
        [
            ("allow_all", {}, 200),
            ("staff_only", {}, 403),
            ("staff_only", {"is_staff": True}, 200),
            ("superuser_only", {"is_staff": True}, 403),
            ("superuser_only", {"is_superuser": True}, 200),
        ],
    )
    def test_channel(self, access: str, fields: dict[str, bool], status: int) -> None:
        """The channel's row says who may join."""
        ChannelPermission.objects.create(channel_name="room_1", access=access)

        assert connect(log_in("ann", **fields), channel="room_1").status_code == status

    def test_channel_refused(self, caplog: pytest.LogCaptureFixture) -> None:
        """The token is not used up, and the log has the channel."""
        ChannelPermission.objects.create(channel_name="room_1", access="staff_only")

        response = connect(log_in("ann"), channel="room_1")

        assert answer(response) == (403, "Permission Denied")
        assert attempts() == FAILED
        assert WebSocketToken.objects.get().used is False
        assert "channel_denied: channel 'room_1'" in caplog.text

    @pytest.mark.parametrize("channel", ["room_1", ""])
    def test_unlisted(self, settings: Settings, channel: str) -> None:
        """A view may refuse every channel without a row, and no channel too."""
        serve(settings, WebSocketView, ALLOW_UNLISTED_CHANNELS=False)

        assert answer(connect(log_in("ann"), channel=channel)) == (403, "Permission Denied")

    def test_view_permissions(self, settings: Settings) -> None:
        """Those of the view are asked for where it says so."""
        serve(
            settings,
            WebSocketView,
            CHECK_PERMISSIONS_ON_CONNECT=True,
            permissions_required=["auth.view_group"],
        )
        browser = log_in("ann")

        refused = connect(browser)
        get_user_model().objects.get().user_permissions.add(
            Permission.objects.get(codename="view_group")
        )

        assert answer(refused) == (403, "Permission Denied")
        assert attempts() == FAILED
        assert connect(browser).status_code == 200

    def test_view_permissions_off(self, settings: Settings) -> None:
        """By default they are asked for with each message alone."""
        serve(settings, WebSocketView, permissions_required=["auth.view_group"])

        assert connect(log_in("ann")).status_code == 200


class TestProject:
    """A project adds checks of its own."""

    def test_refused(self, settings: Settings) -> None:
        """They get the URL's arguments, and their message reaches the client."""
        serve(settings, Picky)

        response = connect(log_in("ann"))

        assert answer(response) == (400, "Come back tomorrow")
        assert attempts() == FAILED
        assert WebSocketToken.objects.get().used is False

    def test_own_refusal(self, settings: Settings) -> None:
        """A hook may refuse with a status of its own."""
        serve(settings, Refusing)

        response = connect(log_in("ann"))

        assert answer(response) == (409, "The room is full")
        assert attempts() == FAILED


class TestLog:
    """A refusal is one record, with all that finds the cause and nothing secret."""

    def test_record(self, caplog: pytest.LogCaptureFixture) -> None:
        """Code, connection, gateway and trace; never the token."""
        connect(log_in("ann"), ws_token="5ec7e7" * 10, channel="room_1")

        (record,) = [r for r in caplog.records if r.name == LOGGER]
        assert record.levelno == logging.WARNING
        assert record.getMessage() == (
            "Connection refused: invalid_token: Invalid or expired token "
            f"(connection '{CONNECTION_ID}', gateway test, "
            "trace 'Root=1-5e272390-8c398be037738dc042009320')"
        )
        assert "5ec7e7" not in caplog.text
