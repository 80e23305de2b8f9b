"""WebSockets on the wire."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from .support import (
    PATIENCE,
    Given,
    RawSocket,
    Received,
    World,
    contexts,
    flood,
    frame,
    handshake,
    running,
    until,
)

BINARY, CLOSE, PING, TEXT, CONTINUATION = 2, 8, 9, 1, 0


class Gate:
    """Holds the backend until it is opened."""

    def __init__(self, given: Given | None = None) -> None:
        self.opened = threading.Event()
        self.entered = threading.Semaphore(0)
        self.given = given or Given()

    def __call__(self, received: Received) -> Given:
        """Answer when the gate is open."""
        self.entered.release()
        assert self.opened.wait(PATIENCE)
        return self.given


def send_pings(client: RawSocket, *, megabytes: int) -> None:
    """Send pings in pieces of 64 KB; each piece has the socket's timeout."""
    pieces = [frame(PING, b"p" * 122) * 512] * (megabytes * 16)
    list(map(client.send, pieces))


class TestHandshake:
    """From the request to the 101."""

    def test_waits_for_the_backend(self, world: World) -> None:
        """Nothing is said before the connect route has answered."""
        gate = Gate()
        world.backend.answers["connect"] = gate
        with world.connect_raw() as client:
            gate.entered.acquire(timeout=PATIENCE)
            client.socket.settimeout(0.05)
            with pytest.raises(TimeoutError):
                client.socket.recv(1)
            client.socket.settimeout(PATIENCE)
            gate.opened.set()

            assert client.read_head()[0] == 101

    def test_forwards_the_request(self, world: World) -> None:
        """The backend sees query, cookies and origin, and the mapped headers."""
        with world.connect("?ws_token=t", additional_headers={"Cookie": "a=b"}):
            received = world.backend.wait_for("connect")

        assert received.path == "/ws/connect?ws_token=t"
        assert received.header("Cookie") == "a=b"
        assert received.header("X-Ws-Event-Type") == "CONNECT"
        assert received.header("connectionId") == world.connection_id()

    @pytest.mark.parametrize("status", [302, 401, 403, 500])
    def test_is_refused_with_the_backend_s_status(self, world: World, status: int) -> None:
        """The client sees the status, and no disconnect event follows."""
        world.backend.answers["connect"] = Given(status=status, body=b"reason")

        with pytest.raises(InvalidStatus) as caught:
            world.connect()

        assert caught.value.response.status_code == status
        assert caught.value.response.body in (b"", None)
        assert world.journal.of("disconnect") == []

    @pytest.mark.parametrize("path", ["/", "/unknown/dev", "/x/y/z"])
    def test_unknown_stage(self, world: World, path: str) -> None:
        """It is forbidden, in JSON."""
        with world.connect_raw(path) as client:
            status, _, _ = client.read_head()

        assert status == 403

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ({"method": "POST"}, 400),
            ({"version": "HTTP/1.0"}, 400),
        ],
    )
    def test_not_a_websocket_request(
        self, world: World, options: dict[str, str], status: int
    ) -> None:
        """Only GET and HTTP/1.1 will do."""
        with world.connect_raw(None, **options) as client:
            assert client.read_head()[0] == status

    def test_bad_handshake_header(self, world: World) -> None:
        """A second version is one too many, and the backend is not asked."""
        with world.connect_raw(None, "Sec-WebSocket-Version: 12") as client:
            assert client.read_head()[0] == 400

        assert world.backend.received == []

    def test_subprotocol_of_the_backend(self, world: World) -> None:
        """What the backend chose is what the client gets."""
        world.backend.answers["connect"] = Given(headers=(("Sec-WebSocket-Protocol", "b"),))

        with world.connect(subprotocols=[Subprotocol("a"), Subprotocol("b")]) as client:
            assert client.subprotocol == "b"

    def test_no_subprotocol_unless_chosen(self, world: World) -> None:
        """The gateway chooses none by itself."""
        with world.connect(subprotocols=[Subprotocol("a")]) as client:
            assert client.subprotocol is None

    def test_compression_without_context(self, world: World) -> None:
        """Deflate is taken, without the memory that context takeover costs."""
        extension = "Sec-WebSocket-Extensions: permessage-deflate"
        with world.connect_raw(None, extension) as client:
            _, lines, _ = client.read_head()

        (line,) = [line for line in lines if line.startswith("Sec-WebSocket-Extensions")]
        assert "server_no_context_takeover" in line
        assert "client_no_context_takeover" in line

    def test_early_frames_are_held(self, world: World) -> None:
        """A client that does not wait loses nothing."""
        gate = Gate()
        world.backend.answers["connect"] = gate
        with world.connect_raw() as client:
            gate.entered.acquire(timeout=PATIENCE)
            for _ in range(4):
                client.send(frame(TEXT, b"x" * 32_000))
            gate.opened.set()

            assert client.read_head()[0] == 101
            world.backend.wait_for("default", 4)

    def test_client_that_leaves_meanwhile(self, world: World) -> None:
        """The backend that let it in is told of its end."""
        gate = Gate()
        world.backend.answers["connect"] = gate
        with world.connect_raw():
            gate.entered.acquire(timeout=PATIENCE)
        time.sleep(0.02)
        gate.opened.set()

        assert world.journal.wait_for("disconnect").status == 1006
        world.backend.wait_for("disconnect")

    def test_client_that_leaves_before_a_refusal(self, world: World) -> None:
        """Nobody has come, so nobody has gone."""
        gate = Gate(Given(status=403))
        world.backend.answers["connect"] = gate
        with world.connect_raw():
            gate.entered.acquire(timeout=PATIENCE)
        time.sleep(0.02)
        gate.opened.set()

        assert world.journal.wait_for("connect").status == 403
        assert world.journal.of("disconnect") == []

    def test_client_that_leaves_during_a_refusal(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The answer finds nobody and the socket is gone at once, which is no error."""
        world.backend.answers["connect"] = Given(status=403)
        client = RawSocket(world.thread.port)
        world.journal.meanwhile["connect"] = client.socket.close

        client.send(handshake(f"/{world.api_id}/dev"))

        until(lambda: world.journal.of("connect") and world.thread.under_way == 0)
        world.thread.stop()
        gc.collect()
        assert caplog.records == []

    def test_client_that_goes_on_after_a_refusal(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What it sends is nobody's, and no error either."""
        world.backend.answers["connect"] = Given(status=403)
        with world.connect_raw() as client:
            assert client.read_head()[0] == 403

            client.send(frame(TEXT, b"hello"))

            assert client.read_to_end() == b""
        world.thread.stop()
        assert caplog.records == []
        assert [received.path for received in world.backend.received] == ["/ws/connect"]

    def test_stop_meanwhile(self, world: World) -> None:
        """The emulator does not wait for the backend."""
        gate = Gate()
        world.backend.answers["connect"] = gate
        with world.connect_raw() as client:
            gate.entered.acquire(timeout=PATIENCE)

            world.thread.stop()

            assert client.read_to_end() == b""
        gate.opened.set()


class TestMessages:
    """From a client to the backend and back."""

    def test_two_way_answer(self, empty_world: World) -> None:
        """The body of the answer is the reply, an empty one is none."""
        answers = [Given(), Given(status=500, body=b"second")]
        empty_world.backend.answers["default"] = lambda received: answers.pop(0)
        empty_world.provision(two_way=True)
        with empty_world.connect() as client:
            client.send("first")
            empty_world.backend.wait_for("default")
            client.send("second")

            assert client.recv(PATIENCE) == "second"

    def test_error_frame(self, empty_world: World) -> None:
        """It is the one of AWS to the byte."""
        empty_world.provision("$connect")
        with empty_world.connect() as client:
            client.send("hello")
            text = client.recv(PATIENCE)

        connection_id = empty_world.connection_id()
        assert isinstance(text, str)
        head, request_id = text[: -len('Qyi3UG41tjMFlUg="}')], text[-18:]
        assert head == (
            f'{{"message": "Forbidden", "connectionId":"{connection_id}", "requestId":"'
        )
        assert request_id.endswith('="}')

    def test_fragments_are_one_message(self, world: World) -> None:
        """Up to 128 KB in frames of 32 KB, a ping between them."""
        part = b"x" * 32_768
        with world.connect_raw() as client:
            client.read_head()
            client.send(frame(TEXT, part, fin=False) + frame(PING, b"p"))
            client.send(frame(CONTINUATION, part, fin=False) * 2 + frame(CONTINUATION, part))

            assert client.read(3) == b"\x8a\x01p"
            assert len(world.backend.wait_for("default").body) == 131_072

    def test_are_handled_at_once(self, world: World) -> None:
        """A slow message does not hold up the next one."""
        gate = Gate()
        world.backend.answers["default"] = gate
        with world.connect() as client:
            client.send("slow")
            client.send("fast")

            assert gate.entered.acquire(timeout=PATIENCE)
            assert gate.entered.acquire(timeout=PATIENCE)
            gate.opened.set()
            world.journal.wait_for("message", 2)

    def test_are_bounded_in_number(self, world: World) -> None:
        """At most 64 are with the backend; the rest waits and is not lost."""
        gate = Gate()
        world.backend.answers["default"] = gate
        with world.connect() as client:
            for number in range(80):
                client.send(str(number))
            until(lambda: len(world.backend.received) == 65)
            time.sleep(0.05)
            busy = len(world.backend.received)
            gate.opened.set()
            world.journal.wait_for("message", 80)

        assert busy == 65

    def test_client_that_does_not_read(self, world: World) -> None:
        """A flood of pings stops being read when the answers pile up."""
        with world.connect_raw() as client:
            client.read_head()
            client.socket.settimeout(0.5)
            with pytest.raises(TimeoutError):
                send_pings(client, megabytes=16)
            client.socket.settimeout(PATIENCE)

            assert len(client.read(500_000)) == 500_000


class TestPosts:
    """From the backend to a client."""

    def test_larger_than_a_frame(self, world: World) -> None:
        """A message is split into frames of 32 KB, and the last one may be smaller."""
        with world.connect_raw() as client:
            client.read_head()
            connection_id = world.connection_id()

            world.management().post_to_connection(ConnectionId=connection_id, Data=b"x" * 65_537)

            assert client.read(4) == b"\x01\x7e\x80\x00"
            assert client.read(32_768 + 4)[-4:] == b"\x00\x7e\x80\x00"
            assert client.read(32_768 + 3)[-3:] == b"\x80\x01x"

    def test_more_than_the_client_reads(self, world: World) -> None:
        """At some point no more is taken, and the client still gets what was."""
        management = world.management()
        with world.connect_raw() as client:
            client.read_head()
            with pytest.raises(management.exceptions.LimitExceededException):
                flood(management, world.connection_id())

            assert len(client.read(131_072)) == 131_072


class TestRefusedFrames:
    """Frames that end the connection."""

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (frame(TEXT, b"x" * 32_769), 1009),
            (
                frame(TEXT, b"x" * 32_768, fin=False) * 1
                + frame(CONTINUATION, b"x" * 32_768, fin=False) * 3
                + frame(CONTINUATION, b"x"),
                1009,
            ),
            (frame(BINARY, b"x"), 1003),
            (frame(TEXT, b"\xff"), 1007),
            (bytes([0x81, 0x01]) + b"x", 1002),
        ],
        ids=["frame", "message", "binary", "utf8", "unmasked"],
    )
    def test_has_its_close_code(self, world: World, data: bytes, code: int) -> None:
        """The client gets the close frame and not a reset, whatever it is still sending."""
        with world.connect_raw() as client:
            client.read_head()
            client.send(data + frame(TEXT, b"more") * 200_000)
            received = client.read_to_end()

        assert (received[0], int.from_bytes(received[2:4], "big")) == (0x88, code)
        assert world.journal.wait_for("disconnect").status == code
        world.backend.wait_for("disconnect")

    def test_earlier_messages_count(self, world: World) -> None:
        """What was complete before goes to the backend."""
        with world.connect_raw() as client:
            client.read_head()
            client.send(frame(TEXT, b"hello") + frame(BINARY, b"x"))

            assert world.backend.wait_for("default").body == b"hello"


@pytest.fixture
def tls() -> Iterator[tuple[World, ClientConnection]]:
    """Give a world with a custom domain, and a client of it that speaks TLS."""
    server, client = contexts()
    with running(tls_port=0, ssl_context=server) as world:
        world.map_domain()
        port = world.thread.tls_port or 0
        raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
        url = f"wss://ws.example.test:{port}/"
        with connect(url, ssl=client, sock=raw) as websocket:
            yield world, websocket


class TestTls:
    """Connections that cannot be closed by halves."""

    def test_closed_by_the_client(self, tls: tuple[World, ClientConnection]) -> None:
        """The close is echoed and the connection ended."""
        world, client = tls

        client.close(4000, "bye")

        assert client.close_code == 4000
        assert world.journal.wait_for("disconnect").status == 4000

    def test_closed_by_a_failure(self, tls: tuple[World, ClientConnection]) -> None:
        """The client can read its close frame, and the connection is ended later."""
        _, client = tls
        client.send(b"binary")

        with pytest.raises(ConnectionClosedError):
            client.recv(PATIENCE)

        assert client.close_code == 1003


class TestClosing:
    """The ends of a connection."""

    @pytest.mark.parametrize(
        ("payload", "code", "reason"),
        [
            (b"\x03\xe8", 1000, ""),
            (b"\x0f\xa0bye", 4000, "bye"),
            (b"", 1005, "Client-side close frame status not set"),
        ],
    )
    def test_by_the_client(self, world: World, payload: bytes, code: int, reason: str) -> None:
        """The close is echoed, and the disconnect event has code and reason."""
        with world.connect_raw() as client:
            client.read_head()
            client.send(frame(CLOSE, payload))

            assert client.read_to_end() == bytes([0x88, len(payload)]) + payload

        record = world.journal.wait_for("disconnect")
        assert (record.status, record.detail) == (code, reason)
        received = world.backend.wait_for("disconnect")
        assert received.header("X-Ws-Event-Type") == "DISCONNECT"
        assert (received.body, received.header("Content-Length")) == (b"", "0")

    def test_without_a_word(self, world: World) -> None:
        """A connection that is lost has the code that clients see themselves."""
        with world.connect_raw() as client:
            client.read_head()

        assert world.journal.wait_for("disconnect").status == 1006

    @pytest.mark.parametrize("seconds", [600, 7200])
    def test_by_time(self, world: World, seconds: int) -> None:
        """Idle or too old, the client is sent away."""
        with world.connect() as client:
            world.connection_id()

            world.clock.advance(seconds)
            with pytest.raises(ConnectionClosedOK) as caught:
                client.recv(PATIENCE)

        close = caught.value.rcvd
        assert close is not None
        assert (close.code, close.reason) == (1001, "Going away")
        record = world.journal.wait_for("disconnect")
        assert (record.status, record.detail) == (1001, "Going away")

    def test_activity_in_either_direction_counts(self, world: World) -> None:
        """A message and a post start the idle limit again, a ping does not."""
        with world.connect() as client:
            connection_id = world.connection_id()
            world.clock.advance(599)
            client.send("hello")
            world.journal.wait_for("message")
            world.clock.advance(599)
            world.management().post_to_connection(ConnectionId=connection_id, Data=b"x")
            world.clock.advance(599)
            client.ping().wait(PATIENCE)
            assert client.recv(PATIENCE) == "x"
            world.clock.advance(1)

            with pytest.raises(ConnectionClosedOK):
                client.recv(PATIENCE)

    def test_of_a_client_that_does_not_answer(self, world: World) -> None:
        """It is cut off after a while, and its close frame counts no more."""
        with world.connect_raw() as client:
            client.read_head()
            world.connection_id()

            world.clock.advance(600)

            assert client.read_to_end() == b"\x88\x0c\x03\xe9Going away"

    def test_twice(self, world: World) -> None:
        """A connection that the client is closing takes nothing more."""
        with world.connect_raw() as client:
            client.read_head()
            connection_id = world.connection_id()
            client.send(frame(CLOSE, b"\x03\xe8"))
            world.journal.wait_for("disconnect")

            with pytest.raises(world.management().exceptions.GoneException):
                world.management().post_to_connection(ConnectionId=connection_id, Data=b"x")

    def test_by_the_gateway_ends_the_messages(self, world: World) -> None:
        """What the client sends before it has read the close reaches nobody."""
        with world.connect_raw() as client:
            client.read_head()
            world.management().delete_connection(ConnectionId=world.connection_id())
            client.send(frame(TEXT, b"late") + frame(CLOSE, b"\x03\xe8"))
            client.read_to_end()
        with world.connect() as other:
            other.send("hello")
            world.backend.wait_for("default")

        assert world.journal.wait_for("message").size == 5

    def test_by_the_end_of_the_emulator(self, world: World) -> None:
        """Clients are told, the backend is not."""
        with world.connect() as client:
            world.connection_id()
            world.thread.stop()

            with pytest.raises((ConnectionClosedOK, ConnectionClosedError)):
                client.recv(PATIENCE)

        assert world.journal.of("disconnect") == []


class TestFaults:
    """Ends that nobody is told of."""

    @pytest.mark.parametrize(("fault", "told"), [("cut", [1006]), ("restart", [])])
    def test_without_a_close_frame(self, world: World, fault: str, told: list[int]) -> None:
        """The stream ends, and the backend hears of it or does not."""
        with world.connect_raw() as client:
            client.read_head()

            world.thread.switchboard.set(fault)

            with contextlib.suppress(ConnectionResetError):
                assert client.read_to_end() == b""
        with world.connect():
            assert [record.status for record in world.journal.of("disconnect")] == told


class TestDeployments:
    """What a socket sees of the control plane."""

    def test_undeployed_route_has_no_effect(self, world: World) -> None:
        """Only a deployment makes a route serve."""
        world.add_route("chat")
        with world.connect() as client:
            client.send('{"action": "chat"}')
            world.backend.wait_for("default")
            world.deploy()
            client.send('{"action": "chat"}')

            assert world.backend.wait_for("chat").body == b'{"action": "chat"}'
