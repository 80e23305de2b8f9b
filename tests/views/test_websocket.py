"""A view answers every event of its gateway, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.test import AsyncClient, Client
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.exceptions import MessageRefused
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.models.tokens import hash_user_auth
from django_aws_api_gateway_websockets.protocol.events import Event
from django_aws_api_gateway_websockets.signals import (
    connection_closed,
    connection_opened,
    connection_refused,
    message_refused,
)
from django_aws_api_gateway_websockets.testing import create_gateway, sent_messages
from django_aws_api_gateway_websockets.transports import locmem
from django_aws_api_gateway_websockets.views import WebSocketView

from ..inbound import API_ID, CONNECTION_ID, EVENT_HEADERS, connect, log_in, post, serve
from .test_alerts import ADMIN

pytestmark = pytest.mark.django_db

SECRET = "s" * 32
EVENTS = ["connect", "message", "disconnect"]


class Open(WebSocketView):
    """Lets visitors in."""

    USE_WS_TOKEN = False


class Chat(Open):
    """A project's view."""

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return None

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self.body["value"]

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return JsonResponse({"route": kwargs["route"]}, status=201)

    def refuse(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        raise MessageRefused("not_now", "Not now", status=409)

    def fail(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        raise LookupError("secret detail")

    def who(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return [str(request.user), self.websocket_session.pk, str(self.api_gateway)]

    async def slow(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return {"slow": self.body["value"]}

    def event(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self.gateway_event.type

    async def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "deleted"

    @staticmethod
    def static(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "static"

    def huge(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "x" * 131_072

    def _private(self, request: HttpRequest) -> None:
        """Not for clients."""


class Channels(Chat):
    """Lets clients change their channel."""

    ADDITIONAL_ALLOWED_HANDLERS = ("change_channel",)


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> Iterator[ApiGateway]:
    """Return the gateway that sends the events; a view serves it."""
    serve(settings, Chat)
    locmem.reset()
    yield create_gateway(api_id=API_ID, two_way=True)
    locmem.reset()


@pytest.fixture
def user() -> User:
    """Return a user."""
    return User.objects.create_user("ann", password="old")


@pytest.fixture
def session(gateway: ApiGateway, user: User) -> WebSocketSession:
    """Return the user's connection."""
    return WebSocketSession.objects.create(
        connection_id=CONNECTION_ID,
        api_gateway=gateway,
        user=user,
        auth_hash=hash_user_auth(user),
    )


def answer(response: Any) -> tuple[int, str]:
    """Return status and text."""
    return response.status_code, response.content.decode()


def call(handler: str, value: object = None, **data: object) -> tuple[int, str]:
    """Send a message to a handler, and return status and text."""
    return answer(post("message", {"handler": handler, "value": value, **data}))


UNKNOWN = (400, "Invalid request headers")
NOT_FOUND = (400, "Invalid connection ID")


class TestTrust:
    """An event that does not come from a gateway of ours is refused before anything else."""

    @pytest.mark.parametrize("route", EVENTS)
    def test_secret(
        self, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, route: str
    ) -> None:
        """A wrong secret costs no statement."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}

        with django_assert_num_queries(0):
            response = post(route, headers={"X-Ws-Gateway-Secret": "wrong"})

        assert answer(response) == (403, "Invalid request")

    @pytest.mark.parametrize("route", EVENTS)
    @pytest.mark.parametrize("value", [b"s" * 32, 7, {SECRET}, {"a": SECRET}])
    def test_unusable_secret(self, settings: Settings, route: str, value: object) -> None:
        """A secret of a wrong type refuses everything."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": value}

        response = post(route, headers={"X-Ws-Gateway-Secret": SECRET})

        assert answer(response) == (403, "Invalid request")

    @pytest.mark.parametrize("route", EVENTS)
    @pytest.mark.parametrize("name", sorted(EVENT_HEADERS.keys() - {"X-Forwarded-Port"}))
    def test_header(
        self, django_assert_num_queries: DjangoAssertNumQueries, route: str, name: str
    ) -> None:
        """A missing header costs none either."""
        with django_assert_num_queries(0):
            response = post(route, headers={name: None})

        assert answer(response) == UNKNOWN

    @pytest.mark.parametrize("route", EVENTS)
    @pytest.mark.parametrize("api_id", ["", "unknown", "a\x00", "\xe9", "x" * 8_000, "a,b"])
    def test_unknown_gateway(self, route: str, api_id: str) -> None:
        """Nor does the API have a row, whatever its id looks like."""
        ApiGateway.objects.create(api_name="not created yet")

        response = post(route, {"action": "x"}, headers={"X-Amzn-Apigateway-Api-Id": api_id})

        assert answer(response) == UNKNOWN

    @pytest.mark.parametrize("route", EVENTS)
    def test_forgotten_gateway(
        self, gateway: ApiGateway, session: WebSocketSession, route: str
    ) -> None:
        """A session of a gateway without an id is not found by an event without one."""
        gateway.forget_api()

        response = post(route, {"action": "x"}, headers={"X-Amzn-Apigateway-Api-Id": ""})

        assert answer(response) == UNKNOWN

    @pytest.mark.parametrize("route", EVENTS)
    def test_pinned(self, settings: Settings, session: WebSocketSession, route: str) -> None:
        """A view for one API serves no other, though that one has a row and the session."""
        serve(settings, Chat, aws_api_gateway_id="another")

        assert answer(post(route, {"action": "x"})) == UNKNOWN
        session.refresh_from_db()
        assert session.connected is True

    @pytest.mark.parametrize(
        ("route", "event_type"),
        [("connect", "MESSAGE"), ("message", "CONNECT"), ("disconnect", "MESSAGE")],
    )
    def test_event_type(
        self, settings: Settings, session: WebSocketSession, route: str, event_type: str
    ) -> None:
        """An event at the URL of another kind is refused, when the gateway can be believed."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
        headers = {"X-Ws-Gateway-Secret": SECRET, "X-Ws-Event-Type": event_type}

        response = post(route, {"action": "x"}, headers=headers)

        assert answer(response) == UNKNOWN
        session.refresh_from_db()
        assert session.connected is True

    @pytest.mark.parametrize("route", EVENTS)
    def test_event_type_of_a_client(self, session: WebSocketSession, route: str) -> None:
        """What a client can send is ignored."""
        response = post(
            route,
            {"action": "x"},
            headers={"X-Ws-Event-Type": "OTHER"},
        )

        assert answer(response) != UNKNOWN

    @pytest.mark.parametrize("route", EVENTS)
    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
    def test_method(self, route: str, method: str) -> None:
        """Events are posted."""
        response = post(route, method=method)

        assert (response.status_code, response["Allow"]) == (405, "POST")


class TestFriendliness:
    """A view works among the middleware that projects have."""

    @pytest.mark.parametrize("route", ["message", "message/"])
    def test_slash(self, session: WebSocketSession, route: str) -> None:
        """With a trailing slash and without, never by a redirect."""
        assert answer(post(route, {"handler": "echo", "value": 1})) == (200, "1")

    def test_csrf(self, session: WebSocketSession) -> None:
        """API Gateway knows no CSRF token."""
        client = Client(enforce_csrf_checks=True)

        assert post("message", {"handler": "echo", "value": 1}, client=client).status_code == 200

    def test_login_required(self, settings: Settings, session: WebSocketSession) -> None:
        """API Gateway has no login session."""
        required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, required]

        assert call("echo", 1) == (200, "1")

    def test_no_middleware(self, settings: Settings, session: WebSocketSession) -> None:
        """A project without login sessions knows its users by their connections."""
        settings.MIDDLEWARE = []

        assert call("who")[1].startswith('["ann", ')

    def test_no_middleware_and_no_user(self, settings: Settings, gateway: ApiGateway) -> None:
        """Nobody is an anonymous user."""
        settings.MIDDLEWARE = []
        WebSocketSession.objects.create(connection_id=CONNECTION_ID, api_gateway=gateway)

        assert call("who")[1].startswith('["AnonymousUser", ')

    def test_arguments(self, settings: Settings) -> None:
        """A pattern sets any attribute of the view."""
        serve(settings, Chat, CHECK_CONNECT_USERAGENT=True, expected_useragent_prefix="My")

        refused = post("connect")
        accepted = post("connect", headers={"User-Agent": "MyApp/1.0"})

        assert answer(refused) == (400, "Unexpected Useragent")
        assert accepted.status_code == 200


class AtomicRequests(Chat):
    """Tells whether it runs in a transaction."""

    def plain(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return connection.in_atomic_block

    @transaction.atomic
    def atomic(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    """A request is no transaction, whatever the project says."""

    @pytest.fixture(autouse=True)
    def atomic_requests(self, settings: Settings) -> Iterator[None]:
        """Let each request of the project be one."""
        serve(settings, AtomicRequests)
        connection.settings_dict["ATOMIC_REQUESTS"] = True
        yield
        connection.settings_dict["ATOMIC_REQUESTS"] = False

    def test_not_by_itself(self, session: WebSocketSession) -> None:
        """A row lock does not last as long as a handler."""
        assert call("plain") == (200, "false")

    def test_by_request(self, session: WebSocketSession) -> None:
        """A handler asks for one itself."""
        assert call("atomic") == (200, "true")


class TestConnecting:
    """The handshake's answer is the view's."""

    def test_accepted(self, gateway: ApiGateway) -> None:
        """The checks pass, and there is a session."""
        assert answer(post("connect")) == (200, "{}")
        assert WebSocketSession.objects.get().api_gateway == gateway

    def test_overridden(self, settings: Settings) -> None:
        """A view that returns nothing accepts."""

        class View(Open):
            def connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
                super().connect(request, *args, **kwargs)

        serve(settings, View)

        assert answer(post("connect")) == (200, "{}")
        assert WebSocketSession.objects.get().connected is True

    def test_reaches_others_only(self, settings: Settings, session: WebSocketSession) -> None:
        """What a handshake sends does not wait for its own connection."""
        reports = []

        class View(Open):
            def connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
                super().connect(request, *args, **kwargs)
                reports.append(WebSocketSession.objects.send_message({}))

        serve(settings, View)
        WebSocketSession.objects.filter(pk=session.pk).update(connection_id="other=")

        assert answer(post("connect")) == (200, "{}")
        assert [(report.sent, report.not_ready) for report in reports] == [(1, 1)]

    def test_refused_late(self, settings: Settings) -> None:
        """A session of a handshake that fails after all is closed."""

        class View(Open):
            def connect(
                self, request: HttpRequest, *args: Any, **kwargs: Any
            ) -> HttpResponseBase | None:
                super().connect(request, *args, **kwargs)
                return HttpResponse("Full", status=503)

        serve(settings, View)

        assert answer(post("connect")) == (503, "Full")
        assert WebSocketSession.objects.get().connected is False

    def test_refused_early(self, settings: Settings, session: WebSocketSession) -> None:
        """One that another handshake opened stays."""

        class View(Open):
            def connect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                return HttpResponse("Full", status=503)

        serve(settings, View)

        assert answer(post("connect")) == (503, "Full")
        session.refresh_from_db()
        assert session.connected is True

    def test_failed(
        self, settings: Settings, mailoutbox: list[EmailMessage], caplog: pytest.LogCaptureFixture
    ) -> None:
        """A view that fails is reported, and its session closed."""

        class View(Open):
            def connect(
                self, request: HttpRequest, *args: Any, **kwargs: Any
            ) -> HttpResponseBase | None:
                super().connect(request, *args, **kwargs)
                raise LookupError("No such room")

        serve(settings, View)
        settings.ADMINS = [ADMIN]

        with pytest.raises(LookupError, match="No such room"):
            post("connect")

        assert f"Connect of connection '{CONNECTION_ID}' failed" in caplog.messages
        assert mailoutbox[0].body == "No such room"
        assert WebSocketSession.objects.get().connected is False

    def test_with_a_login_session(self, settings: Settings) -> None:
        """The base view asks for a token."""
        serve(settings, WebSocketView)

        assert connect(log_in("ann")).status_code == 200


class TestDisconnecting:
    """The session of a connection that has ended is closed."""

    def test_closed(
        self, session: WebSocketSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """One statement does it, and counts no request."""
        with django_assert_num_queries(1):
            response = post("disconnect")

        session.refresh_from_db()
        assert answer(response) == (200, "{}")
        assert (session.connected, session.request_count) == (False, 1)

    def test_repeated(self, session: WebSocketSession) -> None:
        """Twice is as good as once."""
        post("disconnect")

        assert answer(post("disconnect")) == (200, "{}")

    @pytest.mark.parametrize("connection_id", ["other", "", "a\x00", "x" * 8_000, "\xe9"])
    def test_unknown(self, session: WebSocketSession, connection_id: str) -> None:
        """A connection that was never opened."""
        response = post("disconnect", headers={"connectionId": connection_id})

        session.refresh_from_db()
        assert answer(response) == NOT_FOUND
        assert session.connected is True

    def test_of_another_gateway(self, session: WebSocketSession) -> None:
        """Another gateway's connection stays."""
        create_gateway(api_name="two", api_id="two")

        response = post("disconnect", headers={"X-Amzn-Apigateway-Api-Id": "two"})

        session.refresh_from_db()
        assert answer(response) == NOT_FOUND
        assert session.connected is True

    def test_pinned_without_row(self, settings: Settings) -> None:
        """A session without a gateway is that of the one API that the view is for."""
        serve(settings, Chat, aws_api_gateway_id="elsewhere")
        session = WebSocketSession.objects.create(connection_id=CONNECTION_ID)

        response = post("disconnect", headers={"X-Amzn-Apigateway-Api-Id": "elsewhere"})

        session.refresh_from_db()
        assert response.status_code == 200
        assert session.connected is False

    def test_trusted(self, settings: Settings, session: WebSocketSession) -> None:
        """A gateway that can be believed says the same."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
        headers = {"X-Ws-Gateway-Secret": SECRET, "X-Ws-Event-Type": "DISCONNECT"}

        assert post("disconnect", headers=headers).status_code == 200


class Leaving(Chat):
    """Says good-bye."""

    def disconnect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Leave a trace of what a view sees."""
        seen.append(
            (self.websocket_session.connection_id, str(request.user), str(self.api_gateway))
        )
        super().disconnect(request, *args, **kwargs)


seen: list[Any] = []


class TestDisconnectingInAProject:
    """A view that asks gets session, user and gateway."""

    @pytest.fixture(autouse=True)
    def leaving(self, settings: Settings) -> None:
        """Serve the view that asks."""
        serve(settings, Leaving)
        seen.clear()

    def test_user(self, session: WebSocketSession) -> None:
        """They are loaded when they are asked for."""
        assert answer(post("disconnect")) == (200, "{}")
        assert seen == [(CONNECTION_ID, "ann", "test")]

    def test_visitor(self, gateway: ApiGateway) -> None:
        """Nobody is an anonymous user."""
        WebSocketSession.objects.create(connection_id=CONNECTION_ID, api_gateway=gateway)

        post("disconnect")

        assert seen == [(CONNECTION_ID, "AnonymousUser", "test")]

    def test_failed(self, caplog: pytest.LogCaptureFixture) -> None:
        """Without a session a view that needs one fails, and that is reported."""
        with pytest.raises(AttributeError, match="connection_id"):
            post("disconnect")

        assert f"Disconnect of connection '{CONNECTION_ID}' failed" in caplog.messages


class TestPing:
    """A ping keeps a connection from being idle."""

    PING = {"ws": "ping"}

    def test_answered(
        self, session: WebSocketSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """One statement, which counts it."""
        with django_assert_num_queries(1):
            response = post("message", self.PING)

        session.refresh_from_db()
        assert answer(response) == (200, '{"ws": "pong"}')
        assert session.request_count == 2

    def test_closed(self, session: WebSocketSession) -> None:
        """A session that was closed is not found."""
        WebSocketSession.objects.update(connected=False)

        assert answer(post("message", self.PING)) == NOT_FOUND

    def test_unknown_gateway(self) -> None:
        """Nor is one of a gateway that is unknown."""
        headers = {"X-Amzn-Apigateway-Api-Id": "unknown"}

        assert answer(post("message", self.PING, headers=headers)) == UNKNOWN


class TestResuming:
    """A message belongs to a connection that is open, and to a login that lasts."""

    def test_statements(
        self, session: WebSocketSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Two statements: the session with its user and gateway, and the count."""
        with django_assert_num_queries(2):
            response = post("message", {"handler": "who"})

        session.refresh_from_db()
        assert answer(response) == (200, f'["ann", {session.pk}, "test"]')
        assert session.request_count == 2

    @pytest.mark.parametrize("connection_id", ["other", "", "a\x00", "x" * 8_000, "\xe9"])
    def test_unknown(self, session: WebSocketSession, connection_id: str) -> None:
        """A connection that was never opened."""
        headers = {"connectionId": connection_id}

        assert answer(post("message", {"action": "x"}, headers=headers)) == NOT_FOUND

    def test_closed(self, session: WebSocketSession) -> None:
        """One that has ended."""
        WebSocketSession.objects.update(connected=False)

        assert call("echo") == NOT_FOUND

    def test_closed_meanwhile(self, session: WebSocketSession) -> None:
        """One that ends after it was loaded; its row stays as whoever closed it left it."""
        closing = iter([session])

        def close_first(execute: Any, sql: str, *args: Any) -> Any:
            if sql.startswith("UPDATE") and next(closing, None):
                WebSocketSession.objects.all().mark_closed("revoked")
            return execute(sql, *args)

        with connection.execute_wrapper(close_first):
            assert call("echo") == NOT_FOUND
        session.refresh_from_db()
        assert (session.close_code, session.request_count) == ("revoked", 1)

    def test_of_another_gateway(self, session: WebSocketSession) -> None:
        """One of another gateway."""
        create_gateway(api_name="two", api_id="two")
        headers = {"X-Amzn-Apigateway-Api-Id": "two"}

        assert answer(post("message", {"action": "x"}, headers=headers)) == NOT_FOUND

    def test_deactivated_user(self, session: WebSocketSession) -> None:
        """A user who was deactivated is out, and the row is closed."""
        User.objects.update(is_active=False)

        assert call("echo") == NOT_FOUND
        session.refresh_from_db()
        assert (session.connected, session.request_count) == (False, 1)

    def test_changed_password(self, session: WebSocketSession, user: User) -> None:
        """So is one whose password was changed."""
        user.set_password("new")
        user.save()

        assert call("echo") == NOT_FOUND
        session.refresh_from_db()
        assert session.connected is False

    def test_visitor(self, gateway: ApiGateway) -> None:
        """A visitor stays the user whom the middleware found."""
        WebSocketSession.objects.create(connection_id=CONNECTION_ID, api_gateway=gateway)

        assert call("who")[1].startswith('["AnonymousUser", ')

    def test_pinned_without_row(self, settings: Settings) -> None:
        """A session without a gateway is that of the one API that the view is for."""
        serve(settings, Chat, aws_api_gateway_id="elsewhere")
        WebSocketSession.objects.create(connection_id=CONNECTION_ID)
        headers = {"X-Amzn-Apigateway-Api-Id": "elsewhere"}

        response = post("message", {"handler": "echo", "value": 1}, headers=headers)

        assert answer(response) == (200, "1")


class TestFormat:
    """A message is a JSON object that names a handler or an action."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"7",
            b"\xff\xfe",
            b'{"action": NaN}',
            b'{"action": "' + b"x" * 131_072 + b'"}',
            b"[" * 10_000,
            b"{}",
            b'{"message": "x"}',
        ],
    )
    def test_refused(
        self,
        session: WebSocketSession,
        body: bytes,
    ) -> None:
        """Anything else is refused, and counts as no request."""
        assert answer(post("message", body)) == (400, "Invalid request format (1)")
        session.refresh_from_db()
        assert session.request_count == 1

    def test_before_the_session(self, gateway: ApiGateway) -> None:
        """No session is needed to say so."""
        assert answer(post("message", {})) == (400, "Invalid request format (1)")


class TestHandlers:
    """A message runs the handler that it names."""

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({"handler": "static"}, '"static"'),
            ({"action": "static"}, '"static"'),
            ({"handler": "static", "action": "echo"}, '"static"'),
            ({"handler": "delete"}, '"deleted"'),
            ({"handler": "event"}, '"MESSAGE"'),
            ({"handler": "unknown"}, ""),
            ({"handler": "_private"}, ""),
            ({"handler": "change_channel", "channel": "a"}, ""),
            ({"handler": "connect"}, ""),
            ({"handler": "dispatch"}, ""),
            ({"handler": "__class__"}, ""),
        ],
    )
    def test_selected(self, session: WebSocketSession, body: dict[str, object], text: str) -> None:
        """Any other name runs the default one."""
        assert answer(post("message", body)) == (200, text)

    def test_inherited(self, settings: Settings, session: WebSocketSession) -> None:
        """A handler of a base of the project is one."""

        class View(Chat):
            pass

        serve(settings, View)

        assert call("echo", 1) == (200, "1")

    def test_listed(self, settings: Settings, session: WebSocketSession) -> None:
        """A view that lists its handlers has no others."""
        serve(settings, Chat, ALLOWED_HANDLERS=["static"])

        assert call("static") == (200, '"static"')
        assert call("echo", 1) == (200, "")

    def test_listed_and_missing(self, settings: Settings, session: WebSocketSession) -> None:
        """A handler that is listed and does not exist is a mistake, and told as one."""
        serve(settings, Chat, ALLOWED_HANDLERS=["nothing"])

        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            call("nothing")

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ({"do": "static"}, '"static"'),
            ({"route": "static"}, '"static"'),
            ({"do": "unknown", "route": "static"}, ""),
            ({"do": "", "handler": "static"}, ""),
        ],
    )
    def test_other_keys(
        self,
        settings: Settings,
        session: WebSocketSession,
        body: dict[str, object],
        text: str,
    ) -> None:
        """A view may read the handler from other keys; they mean what the usual ones do."""
        serve(settings, Chat, handler_selection_key="do", route_selection_key="route")

        assert answer(post("message", body)) == (200, text)

    def test_usual_keys(self, settings: Settings, session: WebSocketSession) -> None:
        """The usual ones mean nothing then."""
        serve(settings, Chat, handler_selection_key="do", route_selection_key="route")

        assert call("static", action="static") == (400, "Invalid request format (1)")

    def test_strict(self, settings: Settings, session: WebSocketSession) -> None:
        """A view may refuse what it does not know."""
        serve(settings, Chat, STRICT_HANDLERS=True)

        assert call("unknown") == (400, "Unknown handler")

    def test_strict_and_awaited(self, settings: Settings, session: WebSocketSession) -> None:
        """A client that awaits a reply gets it as one."""
        serve(settings, Chat, STRICT_HANDLERS=True)

        assert call("unknown", id="c7") == (
            200,
            '{"ws": "reply", "id": "c7", '
            '"error": {"code": "unknown_handler", "message": "Unknown handler"}}',
        )

    def test_no_default(self, settings: Settings, session: WebSocketSession) -> None:
        """The base view has no default handler."""
        serve(settings, WebSocketView)

        with pytest.raises(
            NotImplementedError,  # error and text of 4.1, which projects may expect
            match="needs to be defined within the subclass",
        ):
            call("anything")

    def test_permissions(self, settings: Settings, session: WebSocketSession) -> None:
        """A user without the view's permissions is refused."""
        serve(settings, Chat, permissions_required=["auth.view_group"])

        assert call("echo", 1) == (403, "Permission Denied")
        session.refresh_from_db()
        assert session.request_count == 2

    def test_debug(self, settings: Settings, session: WebSocketSession) -> None:
        """A view that is being debugged keeps what it chose and what it refused."""

        class View(Chat):
            debug = True

            def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return self.debug_log

        serve(settings, View)

        assert call("<x>") == (200, '["message for default"]')


class TestAnswers:
    """What a handler returns reaches the client; see also ``test_replies``."""

    @pytest.mark.parametrize(
        ("value", "text"), [(None, ""), ({"a": 1}, '{"a": 1}'), ([1], "[1]"), ("x", '"x"')]
    )
    def test_value(self, session: WebSocketSession, value: object, text: str) -> None:
        """As the body, where nothing is awaited."""
        assert call("echo", value) == (200, text)

    @pytest.mark.parametrize(
        ("value", "text"), [(None, "null"), ({"a": 1}, '{"a": 1}'), ([1], "[1]"), ("x", '"x"')]
    )
    def test_awaited_value(self, session: WebSocketSession, value: object, text: str) -> None:
        """As a reply, where one is."""
        assert call("echo", value, id="c7") == (
            200,
            f'{{"ws": "reply", "id": "c7", "data": {text}}}',
        )

    def test_response(self, session: WebSocketSession) -> None:
        """A handler's own response, with the arguments of the URL."""
        assert call("respond") == (201, '{"route": "message"}')

    def test_awaited_response(self, session: WebSocketSession) -> None:
        """Its content is the reply."""
        assert call("respond", id="c7") == (
            200,
            '{"ws": "reply", "id": "c7", "data": {"route": "message"}}',
        )

    def test_one_way(self, session: WebSocketSession) -> None:
        """The reply is posted where the body reaches nobody."""
        ApiGateway.objects.update(two_way=False)

        assert call("echo", 1, id="c7") == (200, "{}")
        assert sent_messages(session) == [{"ws": "reply", "id": "c7", "data": 1}]

    @pytest.mark.parametrize("message_id", [7, "", "x" * 129, None, ["c7"]])
    def test_no_id(self, session: WebSocketSession, message_id: object) -> None:
        """What is no id asks for no reply."""
        assert call("echo", 1, id=message_id) == (200, "1")

    def test_refusal(self, session: WebSocketSession) -> None:
        """A handler may refuse, with status and text."""
        assert call("refuse") == (409, "Not now")

    def test_awaited_refusal(self, session: WebSocketSession) -> None:
        """The status is 200 then, because the reply must reach the client."""
        assert call("refuse", id="c7") == (
            200,
            '{"ws": "reply", "id": "c7", "error": {"code": "not_now", "message": "Not now"}}',
        )

    def test_asynchronous(self, session: WebSocketSession) -> None:
        """Under WSGI a handler may be asynchronous."""
        assert call("slow", 1) == (200, '{"slow": 1}')

    @pytest.mark.parametrize(("handler", "text"), [("slow", '{"slow": 1}'), ("echo", "1")])
    def test_asgi(self, session: WebSocketSession, handler: str, text: str) -> None:
        """Under ASGI it may be either."""
        response = async_to_sync(AsyncClient().post)(
            "/chat/message",
            {"handler": handler, "value": 1},
            content_type="application/json",
            headers={name: value for name, value in EVENT_HEADERS.items() if name != "Host"},
        )

        assert answer(response) == (200, text)


class TestFailures:
    """A handler that fails is reported to those who can mend it."""

    ERROR = (
        '{"ws": "reply", "id": "c7", "error": {"code": "server_error", '
        '"message": "The request failed (Root=1-5e272390-8c398be037738dc042009320)"}}'
    )

    def test_raised(self, session: WebSocketSession, caplog: pytest.LogCaptureFixture) -> None:
        """The error goes on to Django, as in any view."""
        with pytest.raises(LookupError, match="secret detail"):
            call("fail")

        (record,) = [r for r in caplog.records if r.name.endswith("websockets.views")]
        assert record.levelno == logging.ERROR
        assert record.getMessage() == f"Message of connection '{CONNECTION_ID}' failed"
        assert record.exc_info is not None

    def test_status(self, session: WebSocketSession) -> None:
        """The client of API Gateway gets what AWS makes of a 500."""
        client = Client(raise_request_exception=False)

        assert post("message", {"handler": "fail"}, client=client).status_code == 500

    def test_awaited(self, session: WebSocketSession) -> None:
        """A client that awaits a reply gets the id of the request, and no detail."""
        assert call("fail", id="c7") == (200, self.ERROR)

    def test_awaited_on_one_way(self, session: WebSocketSession) -> None:
        """It is posted where the body reaches nobody."""
        ApiGateway.objects.update(two_way=False)

        assert call("fail", id="c7") == (200, "{}")
        assert locmem.outbox[0].text == self.ERROR

    def test_request_id(self, settings: Settings, session: WebSocketSession) -> None:
        """The id is that of API Gateway's own log, where it can be believed."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
        headers = {"X-Ws-Gateway-Secret": SECRET, "X-Ws-Request-Id": "EXtR="}

        response = post("message", {"handler": "fail", "id": "c7"}, headers=headers)

        assert response.json()["error"]["message"] == "The request failed (EXtR=)"

    def test_request_id_of_a_client(self, session: WebSocketSession) -> None:
        """What a client can send is ignored."""
        headers = {"X-Ws-Request-Id": "EXtR="}

        response = post("message", {"handler": "fail", "id": "c7"}, headers=headers)

        assert answer(response) == (200, self.ERROR)

    def test_result(self, session: WebSocketSession) -> None:
        """A result that AWS does not carry is a failure of the handler."""
        assert call("huge", id="c7") == (200, self.ERROR)

    def test_permissions(self, settings: Settings, session: WebSocketSession) -> None:
        """So is a check that fails itself."""

        class View(Chat):
            permissions_required = ("auth.view_group",)

            def has_any_permission(self, request: HttpRequest) -> bool:
                raise LookupError("No such permission")

        serve(settings, View)

        assert call("echo", 1, id="c7") == (200, self.ERROR)

    def test_mail(
        self, settings: Settings, session: WebSocketSession, mailoutbox: list[EmailMessage]
    ) -> None:
        """Administrators get one mail per interval."""

        class View(Chat):
            pass

        serve(settings, View)
        settings.ADMINS = [ADMIN]

        call("fail", id="c7")
        call("fail", id="c7")

        assert [mail.body for mail in mailoutbox] == ["secret detail"]

    def test_every_mail(
        self, settings: Settings, session: WebSocketSession, mailoutbox: list[EmailMessage]
    ) -> None:
        """Or all of them."""
        serve(settings, Chat, EXCEPTION_MAIL_INTERVAL=0)
        settings.ADMINS = [ADMIN]

        call("fail", id="c7")
        call("fail", id="c7")

        assert len(mailoutbox) == 2

    def test_no_mail(
        self, settings: Settings, session: WebSocketSession, mailoutbox: list[EmailMessage]
    ) -> None:
        """Or none."""
        serve(settings, Chat, SEND_EXCEPTION_MAIL=False, EXCEPTION_MAIL_INTERVAL=0)
        settings.ADMINS = [ADMIN]

        call("fail", id="c7")

        assert mailoutbox == []


class TestChangingTheChannel:
    """A client moves to another channel, where the view lets clients do so."""

    @pytest.fixture(autouse=True)
    def channels(self, settings: Settings) -> None:
        """Serve the view that does."""
        serve(settings, Channels)

    def test_changed(self, session: WebSocketSession) -> None:
        """Nothing but the channel is written."""
        WebSocketSession.objects.update(request_count=7)

        assert call("change_channel", channel="room_2") == (200, "")
        session.refresh_from_db()
        assert (session.channel_name, session.request_count) == ("room_2", 8)

    def test_statements(
        self, session: WebSocketSession, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """One statement writes, one asks who may join, two are those of every message."""
        with django_assert_num_queries(4):
            assert call("change_channel", channel="room_2") == (200, "")

    def test_known_at_once(self, settings: Settings, session: WebSocketSession) -> None:
        """A view that does more finds the new channel in its session."""

        class View(Channels):
            def change_channel(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                super().change_channel(request, *args, **kwargs)
                return self.websocket_session.channel_name

        serve(settings, View)

        assert call("change_channel", channel="room_2") == (200, '"room_2"')

    def test_closed_meanwhile(self, settings: Settings, session: WebSocketSession) -> None:
        """A session that ends while it is being moved stays as it is."""

        class View(Channels):
            def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
                return bool(WebSocketSession.objects.all().mark_closed())

        serve(settings, View)

        assert call("change_channel", channel="room_2") == NOT_FOUND
        session.refresh_from_db()
        assert (session.channel_name, session.connected) == ("", False)

    @pytest.mark.parametrize("channel", ["", "a b", "room\n", "x" * 129, 7, None, ["a"], "\x00"])
    def test_invalid(self, session: WebSocketSession, channel: object) -> None:
        """What is no name is refused."""
        assert call("change_channel", channel=channel) == (400, "Invalid channel")
        session.refresh_from_db()
        assert session.channel_name == ""

    def test_missing(self, session: WebSocketSession) -> None:
        """So is no name at all."""
        assert call("change_channel") == (400, "Invalid channel")

    def test_denied(self, session: WebSocketSession) -> None:
        """A channel that the user may not join."""
        ChannelPermission.objects.create(channel_name="staff", access="staff_only")

        assert call("change_channel", channel="staff") == (403, "Permission Denied")
        session.refresh_from_db()
        assert session.channel_name == ""

    def test_awaited(self, session: WebSocketSession) -> None:
        """A client that awaits a reply gets it as one."""
        assert call("change_channel", channel="a b", id="c7") == (
            200,
            '{"ws": "reply", "id": "c7", '
            '"error": {"code": "invalid_channel", "message": "Invalid channel"}}',
        )


class TestSignals:
    """What happens is told to the project's receivers."""

    @pytest.fixture
    def told(self) -> Iterator[list[dict[str, Any]]]:
        """Return what receivers of the four signals are told."""
        calls: list[dict[str, Any]] = []

        def receive(**kwargs: Any) -> None:
            calls.append(kwargs)

        signals = [connection_opened, connection_closed, connection_refused, message_refused]
        for signal in signals:
            signal.connect(receive)
        yield calls
        for signal in signals:
            signal.disconnect(receive)

    def signal(self, told: list[dict[str, Any]]) -> tuple[Signal, dict[str, Any]]:
        """Return the only signal, and what came with it."""
        (call,) = told
        assert call.pop("sender") is Chat
        assert isinstance(call.pop("event"), Event)
        return call.pop("signal"), call

    def test_opened(self, told: list[dict[str, Any]]) -> None:
        """A connection, with its session."""
        post("connect")

        session = WebSocketSession.objects.get()
        assert self.signal(told) == (connection_opened, {"session": session})

    def test_closed(self, told: list[dict[str, Any]], session: WebSocketSession) -> None:
        """Its end."""
        post("disconnect")

        assert self.signal(told) == (connection_closed, {})

    def test_connection_refused(self, told: list[dict[str, Any]], gateway: ApiGateway) -> None:
        """A handshake that failed, and why."""
        post("connect", headers={"Origin": "http://evil.example"})

        signal, values = self.signal(told)
        assert (signal, values["gateway"]) == (connection_refused, gateway)
        assert values["refusal"].code == "origin_not_allowed"

    @pytest.mark.parametrize(
        ("body", "code"), [({}, "invalid_format"), ({"action": "x"}, "session_not_found")]
    )
    def test_message_refused(
        self,
        told: list[dict[str, Any]],
        gateway: ApiGateway,
        body: dict[str, object],
        code: str,
    ) -> None:
        """A message that was refused, and why."""
        post("message", body)

        signal, values = self.signal(told)
        assert (signal, values["gateway"]) == (message_refused, gateway)
        assert values["refusal"].code == code
