"""What accepts connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socketpair
from typing import cast

import pytest

from django_aws_api_gateway_websockets.emulator.front import Front, Guests
from django_aws_api_gateway_websockets.emulator.sockets import Peer

from .doubles import run
from .support import RawSocket, World, handshake


@contextmanager
def raw(world: World) -> Iterator[RawSocket]:
    """Open a TCP connection."""
    with RawSocket(world.thread.port) as client:
        yield client


class TestFirstHead:
    """The head of the first request decides."""

    def test_http(self, empty_world: World) -> None:
        """A plain request goes to the HTTP side, whatever the pieces it comes in."""
        with raw(empty_world) as client:
            client.send(b"GET /v2/apis HT")
            client.send(b"TP/1.1\r\nHost: localhost\r\n\r\n")

            status, body = client.read_answer()

        assert (status, json.loads(body)) == (200, {"items": []})

    def test_body_in_the_same_piece(self, empty_world: World) -> None:
        """Bytes after the head are not lost."""
        body = b'{"name": "a", "protocolType": "HTTP"}'
        head = f"POST /v2/apis HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        with raw(empty_world) as client:
            client.send(head.encode() + body)

            status, answer = client.read_answer()

        assert status == 400
        assert b"The local gateway has WebSocket APIs only" in answer

    def test_websocket(self, world: World) -> None:
        """A handshake goes to the sockets."""
        with world.connect_raw() as client:
            assert client.read_head()[0] == 101

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"nonsense\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * 16_384, 431),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * 16_384 + b"\r\n\r\n", 431),
        ],
    )
    def test_refusals(self, empty_world: World, data: bytes, status: int) -> None:
        """What is malformed or too large is answered, and the connection ends."""
        with raw(empty_world) as client:
            client.send(data)

            assert client.read_head()[0] == status
            assert client.read_to_end() == b""

    def test_client_that_leaves(self, empty_world: World) -> None:
        """Half a head is no request."""
        with raw(empty_world) as client:
            client.send(handshake("/")[:20])
        with raw(empty_world) as other:
            other.send(b"GET /v2/apis HTTP/1.1\r\nHost: localhost\r\n\r\n")

            assert other.read_head()[0] == 200


class TestGuests:
    """Connections that have not said anything yet."""

    async def visit(self, guests: Guests) -> asyncio.StreamReader:
        """Connect, and return what the client reads."""
        ours, theirs = socketpair()
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(
            lambda: Front(asyncio.Protocol, lambda *_: cast(Peer, None), guests), ours
        )
        reader, self.writer = await asyncio.open_connection(sock=theirs)
        return reader

    def test_are_known_until_they_leave(self) -> None:
        """Nobody is forgotten when the emulator stops."""

        async def scene() -> None:
            guests = Guests()
            await self.visit(guests)
            held = len(guests)

            self.writer.close()
            await asyncio.sleep(0.01)

            assert (held, len(guests)) == (1, 0)

        run(scene)

    def test_are_sent_away_at_the_end(self) -> None:
        """Those inside and those who come later."""

        async def scene() -> None:
            guests = Guests()
            inside = await self.visit(guests)
            first = self.writer

            guests.close()
            late = await self.visit(guests)

            assert (await inside.read(), await late.read()) == (b"", b"")
            assert len(guests) == 0
            first.close()
            self.writer.close()

        run(scene)
