"""What the page asks of the emulator."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import ConnectionClosedError

from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker

from ..support import PATIENCE, World, flood, until
from .support import BrokenKeyring, BrokenMasker, Page

__all__ = ["TestConnections", "TestEvents", "TestProtection"]


class TestEvents:
    """What has happened."""

    def test_since(self, world: World) -> None:
        """From a number on, in order."""
        page = Page(world)
        with world.connect():
            world.connection_id()
            last = page.news()["last"]
            world.thread.switchboard.set("post-429")

            news = page.news(last)

        assert [event["detail"] for event in news["events"]] == ["post-429=1"]
        assert (news["last"], news["faults"]) == (last + 1, {"post-429": "1"})
        assert news["now"] == world.clock.wall()

    def test_run(self, empty_world: World) -> None:
        """Numbers that begin again are those of another emulator."""
        page = Page(empty_world)

        assert page.news()["run"] == page.news()["run"] != ""

    @pytest.mark.parametrize("number", ["x", "-1", "", "1" * 16])
    def test_no_number(self, empty_world: World, number: str) -> None:
        """What is no number is refused."""
        status, _, body = Page(empty_world).ask("GET", f"inspector/since/{number}")

        assert status == 400
        assert json.loads(body) == {"message": f"{number!r} is no number of an event"}

    def test_forgotten(self, empty_world: World) -> None:
        """What is not there any more is not found."""
        status, _, body = Page(empty_world).ask("GET", "inspector/events/99")

        assert (status, json.loads(body)) == (404, {"message": "Event 99 is forgotten"})


class TestConnections:
    """Who is connected, and what is done to them."""

    def test_listed(self, world: World) -> None:
        """With what is known of them."""
        with world.connect(user_agent_header="Browser"):
            id_ = world.connection_id()
            news = Page(world).news()

        assert news["connected"] == 1
        assert news["connections"] == [
            {
                "id": id_,
                "api_id": world.api_id,
                "stage": "dev",
                "state": "open",
                "source_ip": "127.0.0.1",
                "user_agent": "Browser",
                "connected_at": world.clock.wall(),
                "last_active_at": world.clock.wall(),
            }
        ]

    def test_send(self, world: World) -> None:
        """A message reaches the client, and is an event and a line of the log."""
        page = Page(world)
        with world.connect() as client:
            answer = page.act("POST", world.connection_id(), b"hello")

            assert client.recv(PATIENCE) == "hello"

        detail = page.detail("post")
        assert answer == (200, {})
        assert (detail["said"], detail["detail"]) == ("hello", "sent from the inspector")
        assert world.journal.of("post")[0].size == 5

    @pytest.mark.parametrize("masker", [None, BrokenMasker()])
    def test_send_without_note(self, world: World, masker: Masker | None) -> None:
        """A message reaches the client, although nothing can be kept of it."""
        world.thread.emulator.inspector.keyring = BrokenKeyring(masker)
        with world.connect() as client:
            answer = Page(world).act("POST", world.connection_id(), b"hello")

            assert (answer, client.recv(PATIENCE)) == ((200, {}), "hello")

    def test_send_too_much(self, world: World) -> None:
        """More than a message may have is refused."""
        with world.connect():
            status, _ = Page(world).act("POST", world.connection_id(), b"x" * 131_073)

        assert status == 413

    def test_send_to_full_buffer(self, world: World) -> None:
        """A client that does not read gets no more."""
        with world.connect_raw():
            id_ = world.connection_id()
            until(lambda: world.thread.emulator.under_way() == 0)
            with pytest.raises(world.management().exceptions.LimitExceededException):
                flood(world.management(), id_)

            answer = Page(world).act("POST", id_, b"x" * 131_072)

        assert answer == (429, {"message": "Client buffer is full"})

    def test_cut(self, world: World) -> None:
        """The client sees no close frame."""
        with world.connect() as client:
            answer = Page(world).act("DELETE", world.connection_id())

            with pytest.raises(ConnectionClosedError) as caught:
                client.recv(PATIENCE)

        assert (answer, caught.value.rcvd) == ((200, {}), None)
        assert world.journal.wait_for("disconnect").status == 1006

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_gone(self, empty_world: World, method: str) -> None:
        """Nothing is done to nobody."""
        answer = Page(empty_world).act(method, "Qyi07eCbtjMCJKw=", b"x")

        assert answer == (410, {"message": "Nobody is connected under this id"})


class TestProtection:
    """It is for its own page."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Origin": "http://127.0.0.1:8000"}, 403),
            ({"Origin": "http://evil.test:1", "Host": "evil.test:1"}, 421),
        ],
    )
    def test_other_pages(self, world: World, headers: dict[str, str], status: int) -> None:
        """Neither other sites, nor names that lead here."""
        page = Page(world)

        assert page.ask("GET", "inspector/since/0", b"", **headers)[0] == status
        assert page.ask("DELETE", "inspector/connections/x", b"", **headers)[0] == status

    def test_custom_domain(self, world: World) -> None:
        """A custom domain has no inspector."""
        world.map_domain()
        origin = "http://ws.example.test"

        status, _, _ = Page(world).ask("GET", "", Host="ws.example.test", Origin=origin)

        assert status == 403
