"""What is seen of the traffic."""

from __future__ import annotations

import json

import pytest

from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker

from ..support import PATIENCE, Given, World, until
from .support import BrokenKeyring, BrokenMasker, Page, tired

__all__ = ["TestEventsOfClients", "TestFailures", "TestInattention", "TestRefusals"]

FAILURE = "The inspector could not take note: KeyError."
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

    def test_handshake_without_route(self) -> None:
        """It is what the client asked of the gateway."""
        with World() as world:
            world.provision("$default")
            with world.connect("?token=x"):
                detail = Page(world).detail("connect")

        assert (detail["status"], detail["answered"]) == (101, None)
        assert detail["asked"]["url"] == f"{world.stage_url}?token=***"

    def test_message_without_integration(self, world: World) -> None:
        """A route that leads nowhere."""
        world.control.create_route(ApiId=world.api_id, RouteKey="lost")
        world.deploy()
        with world.connect() as client:
            client.send('{"action": "lost"}')
            detail = Page(world).detail("message", "lost")

        assert (detail["status"], detail["said"]) == (500, '{"action": "lost"}')

    def test_failure_of_a_message(self, world: World) -> None:
        """The error frame is what the client got."""
        with world.connect() as client:
            world.thread.switchboard.set("backend-timeout")
            client.send("hello")
            frame = client.recv(PATIENCE)
            detail = Page(world).detail("message", "$default")

        assert (detail["answered"]["status"], detail["answered"]["own"]) == (504, True)
        assert detail["answered"]["body"] == frame

    def test_failure(self, world: World) -> None:
        """What was sent is seen, and that nothing came back."""
        world.thread.switchboard.set("backend-error")
        with pytest.raises(Exception, match="HTTP 500"):
            world.connect()
        page = Page(world)

        detail = page.detail("connect")

        assert (detail["status"], detail["answered"]["own"]) == (500, True)
        assert json.loads(detail["answered"]["body"]) == {"message": "Internal server error"}
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


class TestRefusals:
    """What runs no route."""

    def test_handshake_at_no_stage(self, world: World) -> None:
        """What was asked, and what was answered."""
        with world.connect_raw("/nowhere/dev?token=x", "Cookie: a=b") as client:
            assert client.read_head()[0] == 403

        detail = Page(world).detail("connect")

        asked, answered = detail["asked"], detail["answered"]
        assert (asked["method"], detail["said"]) == ("GET", "/nowhere/dev?token=***")
        assert asked["url"] == f"{world.thread.url}/nowhere/dev?token=***"
        assert dict(asked["headers"])["Cookie"] == "***"
        assert (answered["status"], answered["own"]) == (403, True)
        assert json.loads(answered["body"]) == {"message": "Forbidden"}

    def test_no_handshake(self, world: World) -> None:
        """A request that cannot become a WebSocket."""
        with world.connect_raw(None, method="POST") as client:
            status, body = client.read_answer()

        detail = Page(world).detail("connect")

        assert (detail["status"], detail["answered"]["status"]) == (status, 400)
        assert detail["answered"]["body"] == body.decode()
        assert world.journal.of("connect")[0].status == 400

    def test_handshake_that_is_malformed(self, world: World) -> None:
        """The answer repeats a token for the client alone."""
        token = f"eyJ{'x' * 32}.sig/+=="
        with world.connect_raw(None, f"Sec-WebSocket-Protocol: bearer, {token}") as client:
            status, body = client.read_answer()

        detail = Page(world).detail("connect")

        assert (status, detail["answered"]["status"]) == (400, 400)
        assert body.decode().endswith(f" in bearer, {token}.\n")
        assert detail["answered"]["body"].endswith(" in ***.\n")
        assert "eyJ" not in json.dumps(detail)

    def test_handshake_by_the_backend(self, world: World) -> None:
        """What it was asked, and what it said, while the client sees the status alone."""
        world.backend.answers["connect"] = Given(status=403, body=b"no " + SECRET.encode())
        with world.connect_raw() as client:
            assert client.read_head()[0] == 403

        detail = Page(world).detail("connect")

        assert detail["asked"]["url"] == f"{world.backend.url}/connect"
        assert (detail["answered"]["body"], detail["answered"]["own"]) == ("no ***", False)

    def test_message(self) -> None:
        """Its text, and the error frame; nothing of the handshake before it."""
        with World() as world:
            world.provision("$connect")
            with world.connect() as client:
                client.send("hello " + SECRET)
                frame = client.recv(PATIENCE)
                detail = Page(world).detail("message")

        assert (detail["status"], detail["said"]) == (403, "hello ***")
        assert (detail["asked"]["url"], detail["asked"]["headers"]) == ("", [])
        assert (detail["answered"]["status"], detail["answered"]["body"]) == (403, frame)


@pytest.mark.parametrize("masker", [None, BrokenMasker()])
class TestFailures:
    """A note that cannot be taken changes nothing of what is done."""

    def test_of_events(self, world: World, masker: Masker | None) -> None:
        """A handshake, a message, its answer and a disconnect."""
        world.thread.emulator.inspector.keyring = BrokenKeyring(masker)
        with world.connect() as client:
            client.send("hello")
            status = world.journal.wait_for("message").status
        world.backend.wait_for("disconnect")

        assert (world.journal.of("connect")[0].status, status) == (101, 200)
        assert world.backend.wait_for("default").body == b"hello"
        assert {record.detail for record in world.journal.of("error")} == {FAILURE}
        assert Page(world).detail("message", "$default")["asked"] is None

    def test_of_refusals(self, masker: Masker | None) -> None:
        """Of a message, and of a handshake."""
        with World() as world:
            world.provision("$connect")
            world.thread.emulator.inspector.keyring = BrokenKeyring(masker)
            with world.connect() as client:
                client.send("hello")
                assert "Forbidden" in str(client.recv(PATIENCE))
            with world.connect_raw("/nowhere/dev") as refused:
                assert refused.read_head()[0] == 403

        assert {record.detail for record in world.journal.of("error")} == {FAILURE}

    def test_of_error_frames(self, world: World, masker: Masker | None) -> None:
        """The client is told that the backend failed."""
        with world.connect() as client:
            world.thread.emulator.inspector.keyring = BrokenKeyring(masker)
            world.thread.switchboard.set("backend-timeout")
            client.send("hello")
            frame = str(client.recv(PATIENCE))

        assert "Endpoint request timed out" in frame


class TestInattention:
    """Nobody looks, and there is too much to keep it all."""

    def test_no_content(self, world: World) -> None:
        """Everything is done, and nothing but the log's records is kept."""
        world.thread.emulator.inspector.attention = tired()
        with world.connect() as client:
            client.send("hello")
            world.journal.wait_for("message")
        world.backend.wait_for("disconnect")
        until(lambda: not world.thread.under_way)
        page = Page(world)

        assert page.events("disconnect", "$disconnect") == []
        assert page.detail("connect")["asked"] is None
        assert page.detail("message", "$default")["asked"] is None

    def test_no_content_of_refusals(self) -> None:
        """Neither of a handshake, nor of a message."""
        with World() as world:
            world.provision("$connect")
            with world.connect() as client:
                world.thread.emulator.inspector.attention = tired()
                client.send("hello")
                client.recv(PATIENCE)
            with world.connect_raw("/nowhere/dev") as refused:
                assert refused.read_head()[0] == 403
            page = Page(world)

            assert page.detail("message")["asked"] is None
            assert "said" not in page.events("connect")[-1]
