"""A gateway client is one connection, from its handshake to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import TestCase
from django.urls import include, path
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import ConnectionGone, ConnectionNotReady
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession, WebSocketToken
from django_aws_api_gateway_websockets.signals import connection_opened
from django_aws_api_gateway_websockets.testing import Clock, create_gateway
from django_aws_api_gateway_websockets.testing.client import GatewayClient
from django_aws_api_gateway_websockets.transports import get_transport, locmem
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

from ..inbound import serve

pytestmark = pytest.mark.django_db

SECRET = "s" * 32


class Chat(WebSocketView):
    """A project's view."""

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return None

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return {"route": kwargs["route"], "secure": request.is_secure()}

    def say(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        WebSocketSession.objects.all().send_message({"said": self.body["text"]})

    def later(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        transaction.on_commit(lambda: self.websocket_session.send_message("committed") and None)

    def text(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse("plain")

    def headers(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return {name: value for name, value in request.headers.items() if name.startswith("X-Ws-")}

    def cookies(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return {"cookies": request.COOKIES, "origin": request.headers.get("Origin")}

    def ids(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return [self.gateway_event.context.message_id, self.gateway_event.trace_id, self.body["n"]]

    def fail(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        raise LookupError("No such room")


@pytest.fixture(autouse=True)
def project(settings: Settings) -> Iterator[None]:
    """Serve the view, and begin with nothing sent."""
    settings.ROOT_URLCONF = (
        path("ws/", include("django_aws_api_gateway_websockets.urls")),
        events("chat/", Chat),
    )
    locmem.reset()
    yield
    locmem.reset()


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a two-way gateway with one additional route."""
    return create_gateway(
        "http://testserver/chat/", routes={"special": "http://testserver/chat/other"}
    )


@pytest.fixture
def client(gateway: ApiGateway) -> GatewayClient:
    """Return the connection of a user."""
    client = GatewayClient(User.objects.create_user("ann"))
    client.connect()
    return client


class TestMaking:
    """A client is for one gateway and one user."""

    def test_only_gateway(self, gateway: ApiGateway) -> None:
        """The only gateway there is."""
        assert GatewayClient().gateway == gateway

    def test_no_gateway(self) -> None:
        """Without one there is nothing to connect to."""
        with pytest.raises(ValueError, match=r"^Pass gateway=\.\.\., or store exactly one"):
            GatewayClient()

    def test_chosen_gateway(self, gateway: ApiGateway) -> None:
        """Of several, one is named."""
        two = create_gateway("https://two.example/ws/", api_name="two", api_id="two")

        assert GatewayClient(gateway=two).gateway == two

    def test_connection_ids(self, gateway: ApiGateway) -> None:
        """Each client is a connection of its own."""
        assert GatewayClient().connection_id != GatewayClient().connection_id

    def test_other_transport(self, settings: Settings, gateway: ApiGateway) -> None:
        """No test reaches AWS by accident."""
        settings.WEBSOCKETS = {}

        with pytest.raises(ImproperlyConfigured) as caught:
            GatewayClient()

        assert str(caught.value) == (
            "GatewayClient needs the in-memory transport: add WebSocketTestMixin to the test "
            'case, or name LocMemTransport in WEBSOCKETS["transport"].'
        )


class TestConnecting:
    """The handshake goes through the project's view."""

    def test_user(self, client: GatewayClient) -> None:
        """The session is the user's, and its token is used up."""
        assert client.session.user == client.user
        assert client.session.channel_name == ""
        assert WebSocketToken.objects.get().used is True

    def test_channel(self, gateway: ApiGateway) -> None:
        """A page asks for a channel."""
        client = GatewayClient(User.objects.create_user("ann"))

        response = client.connect("room_1")

        assert (response.status_code, response.content) == (200, b"{}")
        assert client.session.channel_name == "room_1"

    def test_token(self, gateway: ApiGateway) -> None:
        """A test may bring a token."""
        client = GatewayClient(User.objects.create_user("ann"))

        response = client.connect(token="0" * 64)

        assert (response.status_code, response.content) == (400, b"Invalid or expired token")

    def test_late_token(self, gateway: ApiGateway) -> None:
        """A token that was issued a while ago."""
        client = GatewayClient(User.objects.create_user("ann"))

        with Clock() as clock:
            token = client.issue_token()
            clock.advance(seconds=61)
            response = client.connect(token=token)

        assert response.content == b"Invalid or expired token"

    def test_address(self, gateway: ApiGateway) -> None:
        """The gateway tells where the browser is."""
        client = GatewayClient(source_ip="198.51.100.9")

        response = client.connect()

        assert response.wsgi_request.headers["X-Ws-Source-Ip"] == "198.51.100.9"  # type: ignore[attr-defined]
        assert response.wsgi_request.headers["X-Forwarded-For"] == "198.51.100.9"  # type: ignore[attr-defined]

    def test_no_session(self, gateway: ApiGateway) -> None:
        """Before the handshake there is no session."""
        with pytest.raises(WebSocketSession.DoesNotExist):
            GatewayClient().session  # noqa: B018

    def test_visitor(self, gateway: ApiGateway) -> None:
        """A visitor brings neither cookie nor token."""
        client = GatewayClient()

        response = client.connect()

        assert (response.status_code, response.content) == (400, b"Invalid session")
        assert not client.http.cookies

    def test_project_without_sessions(self, settings: Settings, gateway: ApiGateway) -> None:
        """A visitor connects to a project that has no login sessions."""
        settings.MIDDLEWARE = []
        settings.SESSION_ENGINE = "nowhere"
        serve(settings, Chat, USE_WS_TOKEN=False)

        assert GatewayClient().connect().status_code == 200

    def test_origin(self, gateway: ApiGateway) -> None:
        """A page of another site."""
        client = GatewayClient(User.objects.create_user("ann"), origin="https://evil.example")

        response = client.connect()

        assert (response.status_code, response.content) == (400, b"Host is not in Origin")

    def test_no_origin(self, settings: Settings, gateway: ApiGateway) -> None:
        """A program, whose token stands alone as long as the view lets it."""
        client = GatewayClient(User.objects.create_user("ann"), origin="")
        refused = client.connect()
        serve(settings, Chat, token_binding="user")

        assert (refused.status_code, refused.content) == (400, b"Host is not in Origin")
        assert client.connect().status_code == 200

    def test_user_agent(self, settings: Settings, gateway: ApiGateway) -> None:
        """The handshake has the browser's user agent, not the gateway's."""
        serve(settings, Chat, CHECK_CONNECT_USERAGENT=True)

        response = GatewayClient().connect()

        assert (response.status_code, response.content) == (400, b"Unexpected Useragent")

    def test_secret(self, settings: Settings, gateway: ApiGateway) -> None:
        """The gateway's secret is sent, and the mapped headers are believed."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
        client = GatewayClient(User.objects.create_user("ann"))

        assert client.connect().status_code == 200
        assert client.send({"handler": "echo"}).status_code == 200
        assert client.disconnect().status_code == 200


class TestSending:
    """A message takes the route that it selects."""

    @pytest.mark.parametrize(
        ("message", "route"),
        [
            ({"handler": "echo"}, "default"),
            ({"handler": "echo", "action": "special"}, "other"),
            ({"handler": "echo", "action": "unknown"}, "default"),
            ('{"handler": "echo"}', "default"),
        ],
    )
    def test_route(self, client: GatewayClient, message: object, route: str) -> None:
        """The view of the route answers."""
        assert client.send(message).json()["route"] == route  # type: ignore[attr-defined]

    def test_no_json(self, client: GatewayClient) -> None:
        """Text is sent as it is."""
        assert client.send("{").content == b"Invalid request format (1)"

    def test_https(self, settings: Settings) -> None:
        """A target with ``https`` is reached as such."""
        settings.SECURE_SSL_REDIRECT = True
        settings.ALLOWED_HOSTS = ["app.example"]
        create_gateway("https://app.example/chat/")
        client = GatewayClient(User.objects.create_user("ann"))

        assert client.connect().status_code == 200
        assert client.send({"handler": "echo"}).json() == {  # type: ignore[attr-defined]
            "route": "default",
            "secure": True,
        }

    def test_target_with_a_query(self, client: GatewayClient) -> None:
        """What the integration's URL has beside its path is kept."""
        client.gateway.additional_routes.update(integration_url="http://testserver/chat/other?a=1")

        response = client.send({"handler": "echo", "action": "special"})

        assert response.wsgi_request.GET["a"] == "1"  # type: ignore[attr-defined]

    def test_mapped_headers(self, client: GatewayClient) -> None:
        """All headers that an integration maps are there."""
        headers = client.send({"handler": "headers"}).json()  # type: ignore[attr-defined]

        assert headers.pop("X-Ws-Request-Id") == headers.pop("X-Ws-Message-Id") != ""
        assert headers == {
            "X-Ws-Api-Stage": "production",
            "X-Ws-Connected-At": "1700000000000",
            "X-Ws-Event-Type": "MESSAGE",
            "X-Ws-Gateway-Secret": "",
            "X-Ws-Route-Key": "$default",
            "X-Ws-Source-Ip": "203.0.113.7",
        }

    def test_no_handshake(self, client: GatewayClient) -> None:
        """Only the handshake has cookies and an origin."""
        response = client.send({"handler": "cookies"})

        assert response.json() == {"cookies": {}, "origin": None}  # type: ignore[attr-defined]

    def test_failure(self, client: GatewayClient) -> None:
        """A test sees what a handler raises."""
        with pytest.raises(LookupError, match="No such room"):
            client.send({"handler": "fail"})


class TestReceiving:
    """What reaches the client, in its order."""

    def test_answer(self, client: GatewayClient) -> None:
        """The body of a two-way gateway's response."""
        client.send({"handler": "echo", "id": "c7"})

        assert client.receive() == {
            "ws": "reply",
            "id": "c7",
            "data": {"route": "default", "secure": False},
        }

    def test_text(self, client: GatewayClient) -> None:
        """A body that is not JSON is text."""
        client.send({"handler": "text"})

        assert client.receive() == "plain"

    def test_no_answer(self, client: GatewayClient) -> None:
        """An empty body is no message."""
        client.send({"handler": "unknown"})

        assert client.received() == []

    def test_one_way(self, client: GatewayClient) -> None:
        """A one-way gateway's body reaches nobody, and its replies are posted."""
        client.gateway.two_way = False
        client.gateway.save(update_fields=["two_way"])

        client.send({"handler": "echo"})
        client.send({"handler": "text", "id": "c7"})

        assert client.received() == [{"ws": "reply", "id": "c7", "data": "plain"}]

    def test_broadcast(self, client: GatewayClient) -> None:
        """What is posted, each message once."""
        other = GatewayClient(User.objects.create_user("bob"))
        other.connect()

        client.send({"handler": "say", "text": "a"})
        client.send({"handler": "say", "text": "b"})

        assert [client.receive(), client.receive()] == [{"said": "a"}, {"said": "b"}]
        assert other.received() == [{"said": "a"}, {"said": "b"}]
        assert other.received() == []

    def test_posted_elsewhere(self, client: GatewayClient) -> None:
        """What other code posts between the events."""
        client.session.send_message({"a": 1})

        assert client.receive() == {"a": 1}

    def test_after_a_reset(self, client: GatewayClient) -> None:
        """An outbox that was emptied is read from its beginning."""
        client.session.send_message(1)
        locmem.reset()

        assert client.received() == []

    def test_before(self, gateway: ApiGateway) -> None:
        """What was sent before the client was made is not its own."""
        session = WebSocketSession.objects.create(connection_id="old", api_gateway=gateway)
        session.send_message(1)

        client = GatewayClient()
        client.connection_id = "old"

        assert client.received() == []

    def test_nothing(self, client: GatewayClient) -> None:
        """A test that waits for a message fails."""
        with pytest.raises(AssertionError) as caught:
            client.receive()

        assert str(caught.value) == (f"Nothing has reached connection {client.connection_id}.")


class TestBeingOpen:
    """A connection can be posted to between its handshake and its end."""

    def test_handshake(self, gateway: ApiGateway) -> None:
        """Nothing can be posted before the handshake is answered, as in AWS."""
        client = GatewayClient(User.objects.create_user("ann"))
        was_open = []

        def welcome(*, session: WebSocketSession, **kwargs: Any) -> None:
            with pytest.raises(ConnectionNotReady):
                session.send_message("welcome")
            was_open.append(client.is_open)

        connection_opened.connect(welcome)
        response = client.connect()
        connection_opened.disconnect(welcome)

        assert response.status_code == 200
        assert was_open == [False]
        assert (client.is_open, client.received()) == (True, [])

    def test_refused(self, gateway: ApiGateway) -> None:
        """A refused connection never opens."""
        client = GatewayClient()

        client.connect()

        assert not client.is_open
        with pytest.raises(ConnectionGone):
            get_transport().send("https://x", client.connection_id, b"1")

    def test_closed_by_the_server(self, client: GatewayClient) -> None:
        """The server ends it."""
        get_transport().disconnect(client.gateway.management_url, client.connection_id)

        assert not client.is_open

    def test_disconnected(self, client: GatewayClient) -> None:
        """The client ends it, and nothing reaches it any more."""
        client.disconnect()

        assert not client.is_open
        with pytest.raises(ConnectionGone):
            get_transport().send("https://x", client.connection_id, b"1")

    def test_received_before(self, client: GatewayClient) -> None:
        """What has reached it until then has reached it."""
        client.session.send_message("bye")

        client.disconnect()

        assert client.received() == ["bye"]


class TestVanishing:
    """A connection that ends without ``$disconnect``."""

    def test_row(self, client: GatewayClient) -> None:
        """The row does not know."""
        client.vanish()

        assert not client.is_open
        assert client.session.connected is True

    def test_young(self, client: GatewayClient) -> None:
        """A message to it is lost; so soon after the handshake the row stays."""
        client.vanish()

        report = WebSocketSession.objects.all().send_message("hello")

        assert (report.not_ready, client.received()) == (1, [])
        assert client.session.connected is True

    def test_old(self, gateway: ApiGateway) -> None:
        """Later, a message to it closes the row."""
        with Clock() as clock:
            client = GatewayClient(User.objects.create_user("ann"))
            client.connect()
            client.vanish()
            clock.advance(seconds=10)
            report = WebSocketSession.objects.all().send_message("hello")

        assert report.gone == 1
        assert client.session.connected is False

    def test_very_old(self, gateway: ApiGateway) -> None:
        """After more than two hours nobody takes it for connected."""
        with Clock() as clock:
            client = GatewayClient(User.objects.create_user("ann"))
            client.connect()
            client.vanish()
            clock.advance(hours=3)
            assert WebSocketSession.objects.live().count() == 0
            assert clock.now() - client.session.created_on == timedelta(hours=3)


class TestRepeating:
    """An event that arrives twice."""

    def test_message(self, client: GatewayClient) -> None:
        """Ids and body are the same, and so is the answer."""
        first = client.send({"handler": "ids", "n": 1})
        second = client.repeat()

        assert first.json() == second.json()  # type: ignore[attr-defined]
        assert client.received() == [first.json()] * 2  # type: ignore[attr-defined]

    def test_failed_message(self, client: GatewayClient) -> None:
        """A message whose handler has failed is repeated as well."""
        with pytest.raises(LookupError):
            client.send({"handler": "fail"})
        with pytest.raises(LookupError):
            client.repeat()

    def test_connect(self, client: GatewayClient) -> None:
        """A repeated handshake has the same cookies and token, and the row stays the same."""
        session = client.session

        assert client.repeat().status_code == 200
        assert client.session == session
        assert client.is_open

    def test_disconnect(self, client: GatewayClient) -> None:
        """A repeated ``$disconnect`` is answered like the first."""
        assert client.disconnect().content == client.repeat().content == b"{}"

    def test_nothing(self, gateway: ApiGateway) -> None:
        """There must have been an event."""
        with pytest.raises(ValueError, match=r"^No event can be repeated before the first\.$"):
            GatewayClient().repeat()


class TestReordering:
    """Events that overtake others."""

    def numbers(self, client: GatewayClient, *order: int) -> list[int]:
        """Return the order in which three messages arrive."""
        with client.reordered(*order) as late:
            for n in range(3):
                late.send({"handler": "ids", "n": n})
            assert late.responses == []
        answers = [response.json() for response in late.responses]  # type: ignore[attr-defined]
        assert client.received() == answers
        return [n for *_, n in answers]

    def test_reversed(self, client: GatewayClient) -> None:
        """The last comes first."""
        assert self.numbers(client) == [2, 1, 0]

    @pytest.mark.parametrize("order", [[1, 0, 2], [2, 0], [0, 1, 1, 2]])
    def test_order(self, client: GatewayClient, order: list[int]) -> None:
        """In an order of one's own; some may be lost, or arrive twice."""
        assert self.numbers(client, *order) == order

    def test_disconnect(self, client: GatewayClient) -> None:
        """A message that arrives after the ``$disconnect`` is refused, and answers nobody."""
        with client.reordered() as late:
            late.send({"handler": "echo"})
            late.disconnect()
            assert not client.is_open
            assert client.session.connected is True

        assert [response.status_code for response in late.responses] == [200, 400]
        assert client.received() == []

    def test_failure(self, client: GatewayClient) -> None:
        """A block that fails delivers nothing."""

        def disconnect_and_fail() -> None:
            with client.reordered() as late:
                late.disconnect()
                raise LookupError

        with pytest.raises(LookupError):
            disconnect_and_fail()

        assert client.session.connected is True


class TestDisconnecting:
    """The end of a connection."""

    def test_closed(self, client: GatewayClient) -> None:
        """The session is closed."""
        response = client.disconnect()

        assert (response.status_code, response.content) == (200, b"{}")
        assert client.session.connected is False

    def test_unknown(self, gateway: ApiGateway) -> None:
        """A connection that was never opened has no end."""
        assert GatewayClient().disconnect().content == b"Invalid connection ID"


class TestCommits(TestCase):
    """Inside an ordinary test case, which never commits."""

    def test_callbacks(self) -> None:
        """The commit callbacks of an event are run."""
        create_gateway("http://testserver/chat/")
        client = GatewayClient(User.objects.create_user("ann"))
        client.connect()

        client.send({"handler": "later"})

        assert client.receive() == "committed"
