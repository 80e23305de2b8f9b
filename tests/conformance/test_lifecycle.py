"""How connections end."""

from __future__ import annotations

import socket
import struct

import pytest

from django_aws_api_gateway_websockets.emulator import Clock

from .target import Api, Client, Wire, frame

__all__ = ["TestByTheClient", "TestByTheService", "TestByTime"]

TEXT, CLOSE, PING = 1, 8, 9
GOING_AWAY = (1001, "Going away")
ALMOST_IDLE = 590


def stays(client: Client, clock: Clock) -> bool:
    """Let almost ten minutes pass, then send a message; tell whether it was answered."""
    clock.advance(ALMOST_IDLE)
    return client.is_served()


class TestByTime:
    """The limits of time."""

    def test_idle(self, api: Api, clock: Clock) -> None:
        """Ten minutes without a message; the backend is told."""
        with api.open() as client:
            clock.advance(ALMOST_IDLE)
            assert client.socket.ping().wait(5)
            clock.advance(600 - ALMOST_IDLE)

            assert client.ending() == GOING_AWAY
            client.event("DISCONNECT")

    def test_life(self, api: Api, clock: Clock) -> None:
        """Two hours, however busy."""
        with api.open() as client:
            assert all(stays(client, clock) for _ in range(12))
            clock.advance(7200 - 12 * ALMOST_IDLE)

            assert client.ending() == GOING_AWAY
            client.event("DISCONNECT")

    def test_message_is_activity(self, api: Api, clock: Clock) -> None:
        """A message of the client."""
        with api.open() as client:
            clock.advance(ALMOST_IDLE)
            client.send('{"action": "say"}')
            client.event("MESSAGE")
            clock.advance(ALMOST_IDLE)

            assert client.is_served()

    def test_post_is_activity(self, api: Api, clock: Clock) -> None:
        """A message of the backend."""
        with api.open() as client:
            clock.advance(ALMOST_IDLE)
            client.post("hello")
            clock.advance(ALMOST_IDLE)

            assert [client.receive(), client.is_served()] == ["hello", True]


class TestByTheClient:
    """The client goes."""

    @pytest.mark.parametrize("payload", [b"", b"\x03\xe8", b"\x0f\xa0bye"])
    def test_close_is_echoed(self, api: Api, payload: bytes) -> None:
        """The client's own code comes back, and the backend is told."""
        with Wire(api.url) as wire:
            wire.shake()
            wire.read_head()
            wire.send(frame(CLOSE, payload))

            assert wire.read_to_end() == bytes([0x80 | CLOSE, len(payload)]) + payload
        api.target.event("DISCONNECT", api.target.newest())

    def test_without_a_word(self, api: Api) -> None:
        """The connection breaks, and the backend is told when that is noticed."""
        with Wire(api.url) as wire:
            wire.shake()
            wire.read_head()
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        api.target.event("DISCONNECT", api.target.newest())

    def test_is_told_once(self, api: Api) -> None:
        """The end of one connection is one event."""
        with api.open() as client, api.open() as other:
            client.socket.close()
            client.event("DISCONNECT")
            other.socket.close()
            other.event("DISCONNECT")

            assert len(api.target.events("DISCONNECT", client.id)) == 1


class TestByTheService:
    """The stage goes."""

    def test_deleted_stage(self, api: Api) -> None:
        """Its connections end, and new ones are refused."""
        with api.target.api() as other:
            other.add("$connect").publish()
            with other.open() as client:
                other.control.delete_stage(ApiId=other.id, StageName="dev")

                assert client.ending() == GOING_AWAY
            assert other.refusal() == 403
