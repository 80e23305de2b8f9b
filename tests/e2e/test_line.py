"""The whole line: a client, the emulator, Django's views, boto3 and back to the client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    WebSocketSession,
    reap_sessions,
)
from django_aws_api_gateway_websockets.signals import connection_opened

from ..connections import open_rows
from ..emulator.support import until
from .conftest import IN_ANY_WEATHER, Browser, let_time_pass

__all__ = ["TestConnecting", "TestDisconnecting", "TestMessages"]

pytestmark = [pytest.mark.django_db(transaction=True), IN_ANY_WEATHER]

OpenBrowser = Callable[[str], Browser]


def ask(socket: ClientConnection, handler: str, **data: Any) -> Any:
    """Send a request along the chat route, and return the next frame."""
    socket.send(json.dumps({"action": "chat", "handler": handler, "id": "c1", **data}))
    return json.loads(socket.recv(timeout=20))


@contextmanager
def newcomers_announced() -> Iterator[None]:
    """Let everybody hear who connects, the newcomer included."""

    def announce(*, session: WebSocketSession, **kwargs: Any) -> None:
        WebSocketSession.objects.send_message({"newcomer": str(session.user)})

    connection_opened.connect(announce)
    yield
    connection_opened.disconnect(announce)


class TestConnecting:
    def test_opens_a_session_of_the_user(self, open_browser: OpenBrowser) -> None:
        """A token and the login cookie open the socket."""
        with open_browser("ada").connect("room"):
            session = WebSocketSession.objects.get()

        assert (session.user.get_username(), session.channel_name) == ("ada", "room")  # type: ignore[union-attr]

    def test_is_known_to_aws(self, open_browser: OpenBrowser) -> None:
        """An open connection can be asked about."""
        with open_browser("ada").connect():
            info = WebSocketSession.objects.get().info()

        assert info is not None
        assert info.source_ip == "127.0.0.1"

    def test_can_be_announced(self, open_browser: OpenBrowser) -> None:
        """Those who are there hear of it, and the newcomer is not taken for gone."""
        ada, grace = open_browser("ada"), open_browser("grace")

        with newcomers_announced(), ada.connect() as first, grace.connect() as second:
            heard = json.loads(first.recv(timeout=20))
            reply = ask(second, "echo", text="here")

        assert (heard, reply["data"]["text"]) == ({"newcomer": "grace"}, "here")

    def test_refuses_a_token_twice(self, open_browser: OpenBrowser) -> None:
        """The second handshake with a token fails with the view's status."""
        ada = open_browser("ada")
        token = ada.fetch_token()[1]

        with ada.connect(token=token), pytest.raises(InvalidStatus) as refusal:
            ada.connect(token=token)

        assert refusal.value.response.status_code == 400

    def test_refuses_a_token_of_somebody_else(self, open_browser: OpenBrowser) -> None:
        """A token is bound to the login session that asked for it."""
        token = open_browser("ada").fetch_token()[1]

        with pytest.raises(InvalidStatus) as refusal:
            open_browser("grace").connect(token=token)

        assert refusal.value.response.status_code == 400

    def test_gives_a_visitor_no_token(self, open_browser: OpenBrowser) -> None:
        """Who is signed out is told so."""
        assert open_browser("").fetch_token() == (403, "Authentication required")


class TestMessages:
    def test_returns_what_the_handler_returns(self, open_browser: OpenBrowser) -> None:
        """A request gets a reply under its id."""
        with open_browser("ada").connect() as socket:
            reply = ask(socket, "echo", text="hello")

        data = {"text": "hello", "user": "ada"}
        assert reply == {"ws": "reply", "id": "c1", "data": data}

    def test_posts_the_reply_where_routes_do_not_answer(
        self, gateway: ApiGateway, open_browser: OpenBrowser
    ) -> None:
        """On a one-way gateway the reply goes through boto3."""
        ApiGateway.objects.update(two_way=False)
        gateway.refresh_from_db()
        gateway.forget_api()
        gateway.create_gateway()

        with open_browser("ada").connect() as socket:
            reply = ask(socket, "echo", text="hello")

        assert reply["data"]["text"] == "hello"

    def test_reaches_everybody_in_the_room(self, open_browser: OpenBrowser) -> None:
        """A broadcast is posted to both, and to nobody elsewhere."""
        ada, grace = open_browser("ada"), open_browser("grace")

        with ada.connect() as first, grace.connect() as second, grace.connect("other"):
            frames = [ask(first, "say", text="hi"), json.loads(first.recv(timeout=20))]
            heard = json.loads(second.recv(timeout=20))

        assert heard == {"line": "hi"}
        assert heard in frames
        assert {"ws": "reply", "id": "c1", "data": {"heard": 2}} in frames

    def test_survives_what_is_not_json(self, open_browser: OpenBrowser) -> None:
        """The client gets the view's answer, as AWS passes it on, and the socket stays."""
        with open_browser("ada").connect() as socket:
            socket.send("{not json")
            answer = socket.recv(timeout=20)
            reply = ask(socket, "echo", text="still here")

        assert answer == "Invalid request format (1)"
        assert reply["data"]["text"] == "still here"

    @pytest.mark.filterwarnings("ignore")
    def test_tells_no_detail_of_a_failure(self, open_browser: OpenBrowser) -> None:
        """A handler that raises is answered with a code and the request's id."""
        with open_browser("ada").connect() as socket:
            reply = ask(socket, "fail")

        assert reply["error"]["code"] == "server_error"
        assert "secret detail" not in json.dumps(reply)


class TestDisconnecting:
    def test_closes_the_session(self, emulator: EmulatorThread, open_browser: OpenBrowser) -> None:
        """The row follows the socket, and where nobody hears of the end it is reaped."""
        with open_browser("ada").connect():
            pass
        until(lambda: len(open_rows()) == emulator.switchboard.fired("disconnect-lost"))
        lost = len(open_rows())
        let_time_pass()

        report = reap_sessions(probe=True)

        assert (report.gone, open_rows()) == (lost, [])

    def test_closes_the_session_of_a_socket_that_aws_lost(
        self, gateway: ApiGateway, open_browser: OpenBrowser, settings: Any
    ) -> None:
        """A post to a connection that is gone closes a session that is no longer young."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gone_grace_seconds": 1}
        session = WebSocketSession.objects.create(
            connection_id="L0SM9cOFvHcCIhw=", api_gateway=gateway
        )
        WebSocketSession.objects.update(created_on="2020-01-01T00:00:00Z")
        session.refresh_from_db()

        assert session.send_message({"text": "anybody?"}) is None
        assert not WebSocketSession.objects.get().connected

    def test_is_told_of_a_stop(self, emulator: Any, open_browser: OpenBrowser) -> None:
        """A gateway that goes away closes its sockets."""
        with open_browser("ada").connect() as socket:
            emulator.stop()

            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=20)
