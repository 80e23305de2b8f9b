"""What a client may send."""

from __future__ import annotations

from .target import Api, Wire, frame

__all__ = ["TestLimits", "TestPings", "TestRefusals"]

TEXT, PING, PONG = 1, 9, 10
KB = 1024


def pieces(count: int, size: int = 32 * KB) -> list[str]:
    """Return the frames of one message."""
    return ["x" * size] * count


class TestLimits:
    """Sizes of frames and messages."""

    def test_largest_frame(self, api: Api) -> None:
        """32 KB pass."""
        with api.open(compression=None) as client:
            client.send("x" * 32 * KB)

            assert len(client.event("MESSAGE").body) == 32 * KB

    def test_frame_too_large(self, api: Api) -> None:
        """One byte more ends the connection, and the backend is told of that."""
        with api.open(compression=None) as client:
            client.send("x" * (32 * KB + 1))

            assert client.ending()[0] == 1009
            client.event("DISCONNECT")
            assert api.target.events("MESSAGE", client.id) == []

    def test_largest_message(self, api: Api) -> None:
        """128 KB in four frames are one message."""
        with api.open(compression=None) as client:
            client.socket.send(pieces(4))

            assert len(client.event("MESSAGE").body) == 128 * KB

    def test_message_too_large(self, api: Api) -> None:
        """A fifth frame ends the connection, and the backend is told of that."""
        with api.open(compression=None) as client:
            client.socket.send([*pieces(4), "x"])

            assert client.ending()[0] == 1009
            client.event("DISCONNECT")


class TestRefusals:
    """What is no text."""

    def test_binary(self, api: Api) -> None:
        """A binary message ends the connection, and the backend is told of that."""
        with api.open() as client:
            client.socket.send(b"x")

            assert client.ending()[0] == 1003
            client.event("DISCONNECT")

    def test_not_utf8(self, api: Api) -> None:
        """A text that is none ends the connection, as RFC 6455 says."""
        with Wire(api.url) as wire:
            wire.shake()
            assert wire.read_head()[0] == 101

            wire.send(frame(TEXT, b"\xff"))

            assert wire.read(4)[2:] == (1007).to_bytes(2, "big")


class TestPings:
    """Control frames."""

    def test_are_answered(self, api: Api) -> None:
        """A ping gets its pong; the gateway itself never pings."""
        with Wire(api.url) as wire:
            wire.shake()
            assert wire.read_head()[0] == 101

            wire.send(frame(PING, b"hello"))

            assert wire.read(7) == bytes([0x80 | PONG, 5]) + b"hello"
