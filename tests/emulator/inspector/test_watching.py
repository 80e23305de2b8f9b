"""What is seen of the traffic."""

from __future__ import annotations

import http.client
import json

import pytest

from django_aws_api_gateway_websockets.emulator import ManualClock
from django_aws_api_gateway_websockets.emulator.inspector.attention import Attention

from ..support import PATIENCE, Given, World, running, until
from .support import Page

__all__ = ["TestEventsOfClients", "TestInattention", "TestPosts"]

SECRET = "s" * 32


class TestEventsOfClients:
    """Handshakes, messages and their ends."""

    def test_handshake(self, world: World) -> None:
        """The request to the backend and its answer, without secrets."""
        world.backend.answers["connect"] = Given(headers=(("Set-Cookie", "c=1"),), body=b"in")
        headers = {"Cookie": "sessionid=abc", "X-Room": "7"}
        with world.connect("?ws_token=abc&room=7", additional_headers=headers):
            detail = Page(world).detail("connect", None)

        sent = dict(detail["asked"]["headers"])
        assert (detail["status"], detail["answered"]["status"]) == (101, 200)
        assert detail["asked"]["url"] == f"{world.backend.url}/connect?ws_token=***&room=7"
        assert (sent["Cookie"], sent["X-Ws-Gateway-Secret"], sent["X-Room"]) == ("***", "***", "7")
        assert ["Set-Cookie", "***"] in detail["answered"]["headers"]
        assert detail["answered"]["body"] == "in"

    def test_message(self, world: World) -> None:
        """Both bodies; a constant of the mapping is hidden in them too."""
        world.backend.answers["default"] = Given(body=b"you said " + SECRET.encode())
        with world.connect() as client:
            client.send("hello " + SECRET)
            detail = Page(world).detail("message", "$default")

        assert (detail["said"], detail["asked"]["body"]) == ("hello ***", "hello ***")
        assert detail["answered"]["body"] == "you said ***"
        assert (detail["status"], detail["seconds"]) == (200, 0.0)

    def test_second_message(self, world: World) -> None:
        """What is secret of a route stays so."""
        with world.connect() as client:
            client.send("first " + SECRET)
            client.send("second " + SECRET)
            world.journal.wait_for("message", 2)

        said = {event["said"] for event in Page(world).events("message", "$default")}
        assert said == {"first ***", "second ***"}

    def test_message_of_mock(self) -> None:
        """A route without a backend has a message all the same."""
        with World() as world:
            world.provision("$default", IntegrationType="MOCK")
            with world.connect() as client:
                client.send("hello")
                detail = Page(world).detail("message", "$default")

        assert (detail["asked"]["url"], detail["asked"]["body"]) == ("", "hello")
        assert detail["answered"] is None

    def test_message_without_integration(self, world: World) -> None:
        """A route that leads nowhere."""
        world.control.create_route(ApiId=world.api_id, RouteKey="lost")
        world.deploy()
        with world.connect() as client:
            client.send('{"action": "lost"}')
            detail = Page(world).detail("message", "lost")

        assert (detail["status"], detail["said"]) == (500, '{"action": "lost"}')

    def test_refused_message(self) -> None:
        """A message that runs no route has nothing of the handshake before it."""
        with World() as world:
            world.provision("$connect")
            with world.connect() as client:
                client.send("hello")
                detail = Page(world).detail("message")

        assert (detail["status"], detail["asked"]) == (403, None)

    def test_failure(self, world: World) -> None:
        """What was sent is seen, and that nothing came back."""
        world.thread.switchboard.set("backend-error")
        with pytest.raises(Exception, match="HTTP 500"):
            world.connect()
        page = Page(world)

        detail = page.detail("connect")

        assert (detail["status"], detail["answered"]) == (500, None)
        assert detail["asked"]["url"] == f"{world.backend.url}/connect"
        assert page.detail("error", "$connect")["detail"] == "Told not to call the backend."

    def test_disconnect(self, world: World) -> None:
        """The close and the event after it."""
        with world.connect():
            world.connection_id()
        page = Page(world)

        event = page.detail("disconnect", "$disconnect")

        assert (event["status"], event["answered"]["status"]) == (200, 200)
        assert event["asked"]["url"] == f"{world.backend.url}/disconnect"
        assert page.detail("disconnect")["status"] == 1000

    def test_unanswered_disconnect(self, world: World) -> None:
        """An event that nobody answers has no status."""
        with world.connect():
            world.connection_id()
            world.thread.switchboard.set("backend-timeout")

        event = Page(world).detail("disconnect", "$disconnect")

        assert ("status" in event, event["answered"]) == (False, None)

    def test_no_disconnect_route(self) -> None:
        """Where there is no route there is no event, but the close."""
        with World() as world:
            world.provision("$default")
            with world.connect():
                world.connection_id()
            page = Page(world)
            page.detail("disconnect")
            until(lambda: world.thread.under_way == 0)

            assert page.events("disconnect", "$disconnect") == []


class TestPosts:
    """Calls of ``@connections``."""

    def test_post(self, world: World) -> None:
        """As it came, without its signature, and with its answer."""
        with world.connect():
            id_ = world.connection_id()
            world.management().post_to_connection(ConnectionId=id_, Data=b"hello")
            detail = Page(world).detail("post")

        assert (detail["said"], detail["status"], detail["connection_id"]) == ("hello", 200, id_)
        assert (detail["asked"]["method"], detail["answered"]["status"]) == ("POST", 200)
        assert detail["asked"]["url"].startswith(f"{world.stage_url}/@connections/")
        assert dict(detail["asked"]["headers"])["Authorization"] == "***"

    def test_elsewhere(self, world: World) -> None:
        """A call to a stage that does not exist, of which the log says nothing."""
        connection = http.client.HTTPConnection("127.0.0.1", world.thread.port, timeout=PATIENCE)
        connection.request("POST", "/nowhere/dev/@connections/x", "hello")
        connection.getresponse().read()
        connection.close()

        detail = Page(world).detail("post")

        assert (detail["status"], detail["said"]) == (403, "hello")
        assert json.loads(detail["answered"]["body"]) == {"message": "Forbidden"}
        assert world.journal.of("post") == []

    def test_unsigned(self) -> None:
        """A call that is not signed is one event."""
        with running(verify_signatures=True) as world:
            with pytest.raises(Exception, match="UnrecognizedClient"):
                world.management().get_connection(ConnectionId="Qyi07eCbtjMCJKw=")
            events = Page(world).events("get")

        assert [(event["status"], "seconds" in event) for event in events] == [(403, True)]

    def test_lost_answer(self, world: World) -> None:
        """A call whose answer is lost has none."""
        with world.connect():
            id_ = world.connection_id()
            world.thread.switchboard.set("post-cut", "1x")
            world.management().post_to_connection(ConnectionId=id_, Data=b"tried again")
            detail = Page(world).detail("post")

        assert (detail["detail"], detail["answered"]) == ("the answer was lost", None)


class TestInattention:
    """Nobody looks, and there is too much to keep it all."""

    def test_no_content(self, world: World) -> None:
        """Everything is done, and nothing but the log's records is kept."""
        world.thread.emulator.inspector.attention = tired()
        with world.connect() as client:
            id_ = world.connection_id()
            client.send("hello")
            world.journal.wait_for("message")
            world.management().post_to_connection(ConnectionId=id_, Data=b"hello")
        world.backend.wait_for("disconnect")
        until(lambda: not world.thread.under_way)
        page = Page(world)

        assert page.events("disconnect", "$disconnect") == []
        assert page.detail("connect")["asked"] is None
        assert page.detail("message", "$default")["asked"] is None
        assert page.detail("post")["asked"] is None


def tired() -> Attention:
    """Return an attention that has had enough for this second, which does not end."""
    attention = Attention(ManualClock().now)
    while attention.wants():
        pass
    return attention
