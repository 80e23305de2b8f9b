"""What we promise holds on a bad day: events late, out of order, lost or twice, posts refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import WebSocketSession, reap_sessions
from django_aws_api_gateway_websockets.signals import connection_closed

from ..connections import open_rows, pending_rows
from ..emulator.support import Journal, until
from .conftest import Browser, let_time_pass

__all__ = ["TestClosing", "TestDelivery", "TestDisconnects", "TestReaping", "TestRequests"]

pytestmark = pytest.mark.django_db(transaction=True)

SEEDS = pytest.mark.parametrize("seed", [1, 2, 3])

OpenBrowser = Callable[[str], Browser]


@pytest.fixture
def sockets(open_browser: OpenBrowser) -> Iterator[list[ClientConnection]]:
    """Open four sockets in the room."""
    with ExitStack() as stack:
        ada = open_browser("ada")
        yield [stack.enter_context(ada.connect()) for _ in range(4)]


def receive(socket: ClientConnection, count: int) -> list[Any]:
    """Return the next messages of a socket."""
    return [json.loads(socket.recv(timeout=10)) for _ in range(count)]


def ask(socket: ClientConnection, *ids: str) -> None:
    """Send requests, one right after the other."""
    for number in ids:
        message = {"action": "chat", "handler": "echo", "id": number, "text": number}
        socket.send(json.dumps(message))


def until_b(socket: ClientConnection) -> list[Any]:
    """Return the messages of a socket before the line ``b``."""
    return list(iter(lambda: receive(socket, 1)[0], {"line": "b"}))


def leave(browser: Browser, times: int) -> None:
    """Come and go."""
    for _ in range(times):
        with browser.connect():
            pass


def ends_of(sockets: list[ClientConnection]) -> set[int | None]:
    """Return the codes with which sockets end; None when there is no close frame."""
    return set(map(end_of, sockets))


def end_of(socket: ClientConnection) -> int | None:
    """Return the code with which a socket ends."""
    with pytest.raises(ConnectionClosed) as end:
        receive(socket, 99)
    close = end.value.rcvd
    return None if close is None else close.code


@contextmanager
def ends_counted() -> Iterator[list[str]]:
    """Note the connections whose end is announced."""
    ended: list[str] = []

    def note(*, event: Any, **kwargs: Any) -> None:
        ended.append(event.connection_id)

    connection_closed.connect(note)
    yield ended
    connection_closed.disconnect(note)


class TestRequests:
    @SEEDS
    @pytest.mark.parametrize("weather", [("message-delay=0-0.1", "message-reorder=0.5")])
    def test_get_their_own_replies(
        self, emulator: EmulatorThread, open_browser: OpenBrowser
    ) -> None:
        """Replies come in any order, each under the id of its request."""
        ids = [f"c{number}" for number in range(20)]
        with open_browser("ada").connect() as socket:
            ask(socket, *ids)
            replies = receive(socket, len(ids))

        assert emulator.switchboard.fired("message-reorder")
        assert [reply["id"] for reply in replies] != ids
        assert {reply["id"]: reply["data"]["text"] for reply in replies} == {i: i for i in ids}

    @pytest.mark.parametrize("weather", [("message-delay=300",)])
    def test_do_not_revive_a_session(
        self,
        emulator: EmulatorThread,
        journal: Journal,
        open_browser: OpenBrowser,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """A message that its own disconnect event has overtaken leaves the row closed."""
        with open_browser("ada").connect() as socket:
            ask(socket, "c1")

        until(lambda: not open_rows())
        emulator.switchboard.set("clock", 300)

        journal.wait_for("message")
        assert "session_not_found" in caplog.text
        assert open_rows() == []


class TestDelivery:
    @SEEDS
    @pytest.mark.parametrize(
        ("weather", "fault"),
        [
            (("post-delay=0-0.1",), "post-delay"),
            (("post-reorder=0.5",), "post-reorder"),
            (("post-429=0.2",), "post-429"),
            (("post-503=0.2",), "post-503"),
            (("post-410=2x",), "post-410"),
        ],
        ids=["late", "reordered", "throttled", "unavailable", "gone"],
    )
    def test_reaches_everybody(
        self, emulator: EmulatorThread, sockets: list[ClientConnection], fault: str
    ) -> None:
        """Each client gets each line once, and the report says so."""
        lines = ["a", "b", "c"]

        reports = [WebSocketSession.objects.send_message({"line": line}) for line in lines]

        heard = [sorted(item["line"] for item in receive(socket, 3)) for socket in sockets]
        assert emulator.switchboard.fired(fault)
        assert [(report.sent, report.failed) for report in reports] == [(4, 0)] * 3
        assert heard == [lines] * 4
        assert len(open_rows()) == 4

    @pytest.mark.parametrize("weather", [("post-cut=1x",)])
    def test_may_come_twice(
        self, emulator: EmulatorThread, sockets: list[ClientConnection]
    ) -> None:
        """A post whose answer is lost is repeated; it counts once."""
        report = WebSocketSession.objects.send_message({"line": "a"})
        WebSocketSession.objects.send_message({"line": "b"})

        heard = sorted(len(drained) for drained in map(until_b, sockets))
        assert (report.sent, report.failed) == (4, 0)
        assert heard == [1, 1, 1, 2]

    @pytest.mark.parametrize("weather", [("welcome-delay=0.3",)])
    def test_waits_for_a_handshake(
        self, emulator: EmulatorThread, open_browser: OpenBrowser
    ) -> None:
        """Who has a row and no socket yet gets the message as soon as there is one."""
        ada = open_browser("ada")
        with ThreadPoolExecutor() as pool:
            opening = pool.submit(ada.connect)
            until(WebSocketSession.objects.exists)

            report = WebSocketSession.objects.send_message({"line": "a"})

            with opening.result() as socket:
                assert (report.sent, receive(socket, 1)) == (1, [{"line": "a"}])


class TestClosing:
    @SEEDS
    @pytest.mark.parametrize(
        "weather",
        [
            ("post-delay=0-0.1", "disconnect-lost"),
            ("post-429=0.2", "disconnect-twice"),
            ("post-503=0.2", "disconnect-delay=0-0.2"),
            ("post-reorder=0.5", "disconnect-lost=0.5"),
        ],
        ids=["late", "throttled", "unavailable", "reordered"],
    )
    def test_ends_every_socket(
        self, emulator: EmulatorThread, sockets: list[ClientConnection]
    ) -> None:
        """Whatever becomes of the disconnect events, no socket and no row stays open."""
        report = WebSocketSession.objects.all().disconnect("banned")

        assert ends_of(sockets) == {1000}
        assert (report.closed, report.failed) == (4, 0)
        assert (open_rows(), pending_rows()) == ([], {})

    @pytest.mark.parametrize("weather", [("post-500",)])
    def test_is_finished_later(
        self, emulator: EmulatorThread, sockets: list[ClientConnection]
    ) -> None:
        """What an outage has left open is closed when it is over."""
        first = WebSocketSession.objects.all().disconnect("banned")
        left = len(pending_rows())

        emulator.switchboard.clear()
        second = reap_sessions()

        assert (first.failed, left, second.closed) == (4, 4, 4)
        assert ends_of(sockets) == {1000}
        assert (open_rows(), pending_rows()) == ([], {})


class TestDisconnects:
    @pytest.mark.parametrize("weather", [("disconnect-twice", "disconnect-delay=0-0.1")])
    def test_may_come_twice(self, journal: Journal, open_browser: OpenBrowser) -> None:
        """Both are heard, and the second one finds nothing to do and no fault."""
        with ends_counted() as ended:
            with open_browser("ada").connect():
                opened = open_rows()
            until(lambda: len(ended) == 2)

        assert (ended, open_rows()) == (opened * 2, [])
        assert journal.of("error") == []

    @pytest.mark.parametrize("weather", [("cut-after=0.1-0.3",)])
    def test_follow_a_cut(self, emulator: EmulatorThread, sockets: list[ClientConnection]) -> None:
        """A socket that is cut has its row closed."""
        assert ends_of(sockets) == {None}

        until(lambda: not open_rows())

    def test_follow_the_limits_of_time(
        self, emulator: EmulatorThread, sockets: list[ClientConnection]
    ) -> None:
        """After ten quiet minutes all sockets end, and the rows with them."""
        emulator.switchboard.set("clock", 600)

        assert ends_of(sockets) == {1001}
        until(lambda: not open_rows())


class TestReaping:
    @SEEDS
    @pytest.mark.parametrize("weather", [("disconnect-lost=0.5",)])
    def test_ends_what_was_lost(self, emulator: EmulatorThread, open_browser: OpenBrowser) -> None:
        """A row without a socket goes, a row with one stays."""
        ada = open_browser("ada")
        with ada.connect():
            stays = open_rows()
            leave(ada, 8)
            until(lambda: len(open_rows()) == 1 + emulator.switchboard.fired("disconnect-lost"))
            lost = len(open_rows()) - 1
            let_time_pass()

            report = reap_sessions(probe=True)

            assert 0 < lost < 8
            assert (report.gone, report.alive, open_rows()) == (lost, 1, stays)

    def test_ends_what_a_restart_has_lost(
        self, emulator: EmulatorThread, sockets: list[ClientConnection]
    ) -> None:
        """Nobody has told of those, and all are found."""
        emulator.switchboard.set("restart")
        assert ends_of(sockets) == {None}
        let_time_pass()

        report = reap_sessions(probe=True)

        assert (report.gone, report.alive, open_rows()) == (4, 0, [])

    @pytest.mark.parametrize("weather", [("backend-timeout=1x",)])
    def test_ends_what_never_opened(
        self, emulator: EmulatorThread, open_browser: OpenBrowser
    ) -> None:
        """A handshake that Django has accepted too late has a row and no socket."""
        with pytest.raises(InvalidStatus) as refusal:
            open_browser("ada").connect()
        left = len(open_rows())
        let_time_pass()

        report = reap_sessions(probe=True)

        assert (refusal.value.response.status_code, left, report.gone) == (504, 1, 1)

    @SEEDS
    @pytest.mark.parametrize("weather", [("post-429=0.3", "post-500=0.3")])
    def test_ends_nothing_by_mistake(
        self, emulator: EmulatorThread, sockets: list[ClientConnection]
    ) -> None:
        """A gateway that refuses to say is no reason to end anything."""
        let_time_pass()

        report = reap_sessions(probe=True)

        assert (report.gone, report.alive + sum(report.failed.values())) == (0, 4)
        assert len(open_rows()) == 4
