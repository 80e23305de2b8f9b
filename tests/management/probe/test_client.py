"""The WebSocket client of a probe, against a server that says what a test wants."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from websockets.frames import Close, Frame, Opcode
from websockets.server import ServerProtocol

from django_aws_api_gateway_websockets.management.probe.client import (
    HandshakeFailed,
    SocketClosed,
    WebSocketClient,
)

__all__ = ["TestEnd", "TestHandshake", "TestMessages"]

PATIENCE = 10.0

Say = Callable[[socket.socket], None]


@contextmanager
def connected(say: Say, *, timeout: float = PATIENCE) -> Iterator[WebSocketClient]:
    """Return a client on the connection of a server that does what ``say`` does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=_serve, args=(server, say))
        thread.start()
        port = server.getsockname()[1]
        connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        url = f"ws://127.0.0.1:{port}/live?ws_token=x"
        with WebSocketClient(
            connection, url, origin="https://example.com", timeout=timeout
        ) as client:
            yield client
        thread.join(PATIENCE)


def _serve(server: socket.socket, say: Say) -> None:
    peer, _ = server.accept()
    with peer:
        peer.settimeout(PATIENCE)
        say(peer)


def accept(*data: bytes, ends: bool = False) -> Say:
    """Return a server that accepts the handshake, sends bytes and waits for the client."""

    def say(peer: socket.socket) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(peer.recv(65_536))
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]  # a request
        peer.sendall(b"".join(protocol.data_to_send()) + b"".join(data))
        if not ends:
            peer.recv(65_536)

    return say


def answer(data: bytes) -> Say:
    """Return a server that answers the handshake with bytes."""

    def say(peer: socket.socket) -> None:
        peer.recv(65_536)
        peer.sendall(data)

    return say


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """Return a frame of a server."""
    return Frame(opcode, data, fin).serialize(mask=False)


class TestHandshake:
    def test_sends_the_headers_of_a_page(self) -> None:
        """The server sees origin, query and whatever else is to be sent."""
        heads: list[str] = []

        def say(peer: socket.socket) -> None:
            heads.append(peer.recv(65_536).decode())
            peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        with connected(say) as client, pytest.raises(HandshakeFailed) as failure:
            client.open({"Cookie": "sessionid=abc"})

        assert failure.value.status == 403
        assert heads[0].startswith("GET /live?ws_token=x HTTP/1.1\r\n")
        assert "\r\nOrigin: https://example.com\r\n" in heads[0]
        assert "\r\nCookie: sessionid=abc\r\n" in heads[0]

    def test_logs_no_secrets(self, caplog: pytest.LogCaptureFixture) -> None:
        """The library would log the whole head, with the login cookie and the token."""
        caplog.set_level(logging.DEBUG)

        with connected(answer(b"")) as client, pytest.raises(HandshakeFailed):
            client.open({"Cookie": "sessionid=abc"})

        assert caplog.messages == []

    @pytest.mark.parametrize("data", [b"", b"SSH-2.0-server\r\n\r\n"])
    def test_tells_what_is_no_answer(self, data: bytes) -> None:
        """A server that hangs up, or speaks otherwise, gives no status."""
        with connected(answer(data)) as client, pytest.raises(HandshakeFailed) as failure:
            client.open({})

        assert failure.value.status == 0

    def test_waits_no_longer_than_it_may(self) -> None:
        """A server that does not answer is given up."""

        def say(peer: socket.socket) -> None:
            peer.recv(65_536)
            peer.recv(1)

        with connected(say, timeout=0.1) as client, pytest.raises(TimeoutError):
            client.open({})


class TestMessages:
    def test_are_put_together(self) -> None:
        """A message may come in several frames, with a ping between them."""
        parts = (
            frame(Opcode.TEXT, b"hel", fin=False),
            frame(Opcode.PING, b""),
            frame(Opcode.CONT, b"lo"),
            frame(Opcode.TEXT, b"again"),
        )
        with connected(accept(*parts)) as client:
            client.open({})

            assert [client.receive(PATIENCE), client.receive(PATIENCE)] == ["hello", "again"]

    def test_need_not_come(self) -> None:
        """None says that nothing came in time."""
        with connected(accept()) as client:
            client.open({})

            assert client.receive(0.01) is None
            assert client.receive(0) is None


class TestEnd:
    def test_has_the_code_of_the_other_side(self) -> None:
        """A close frame is the end."""
        close = frame(Opcode.CLOSE, Close(1001, "").serialize())
        with connected(accept(close, ends=True)) as client:
            client.open({})
            with pytest.raises(SocketClosed) as end:
                client.receive(PATIENCE)

        assert end.value.code == 1001

    def test_may_come_without_a_code(self) -> None:
        """A connection that breaks has the code that browsers show."""
        with connected(accept(ends=True)) as client:
            client.open({})
            with pytest.raises(SocketClosed) as end:
                client.receive(PATIENCE)
            client.send("nobody hears it")

        assert end.value.code == 1006

    def test_may_be_a_reset(self) -> None:
        """So has one that is reset."""

        def say(peer: socket.socket) -> None:
            accept(ends=True)(peer)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

        with connected(say) as client:
            client.open({})
            with pytest.raises(SocketClosed) as end:
                client.receive(PATIENCE)

        assert end.value.code == 1006
