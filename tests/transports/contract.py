"""What every transport must do, written once; each transport's test module runs it."""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol

import pytest

from django_aws_api_gateway_websockets.exceptions import ConnectionGone, PayloadTooLarge
from django_aws_api_gateway_websockets.protocol.limits import MESSAGE_MAX_BYTES
from django_aws_api_gateway_websockets.transports.base import BaseTransport, SendResult

__all__ = ["Connection", "Recipient", "TransportContract"]


class Connection(Protocol):
    """One open connection, seen from the client's side."""

    #: The management URL and the connection id: the first two arguments of every method.
    address: tuple[str, str]

    def receive(self) -> str:
        """Return the next message that the client gets."""

    def is_closed(self) -> bool:
        """Return whether the client has been told that the connection is closed."""


class Recipient(NamedTuple):
    """To whom a message is sent."""

    management_url: str
    connection_id: str


class TransportContract:
    """Needs the fixtures ``transport`` and ``connection``."""

    def test_sends(self, transport: BaseTransport, connection: Connection) -> None:
        """A message reaches its connection as it was sent."""
        transport.send(*connection.address, '{"text": "Grüße"}'.encode())

        assert connection.receive() == '{"text": "Grüße"}'

    def test_tells_that_it_was_accepted(
        self, transport: BaseTransport, connection: Connection
    ) -> None:
        """The result carries the service's status."""
        result = transport.send(*connection.address, b"{}")

        assert isinstance(result, SendResult)
        assert result.status == 200

    def test_keeps_order(self, transport: BaseTransport, connection: Connection) -> None:
        """Messages sent one after another arrive in that order."""
        transport.send(*connection.address, b"first")
        transport.send(*connection.address, b"second")

        assert [connection.receive(), connection.receive()] == ["first", "second"]

    def test_sends_the_largest(self, transport: BaseTransport, connection: Connection) -> None:
        """131,072 bytes are just small enough."""
        transport.send(*connection.address, b"x" * MESSAGE_MAX_BYTES)

        assert len(connection.receive()) == MESSAGE_MAX_BYTES

    def test_refuses_larger(self, transport: BaseTransport, connection: Connection) -> None:
        """One byte more is refused."""
        with pytest.raises(PayloadTooLarge) as caught:
            transport.send(*connection.address, b"x" * (MESSAGE_MAX_BYTES + 1))

        assert str(caught.value) == (
            f"Message exceeds AWS limit (connection {connection.address[1]}): "
            "131073 of at most 131072 bytes"
        )

    def test_sends_to_many(self, transport: BaseTransport, connection: Connection) -> None:
        """Each recipient comes back once, without an error."""
        recipients = [Recipient(*connection.address)] * 3

        sent = list(transport.send_many([recipients[:2], recipients[2:]], b"{}"))

        assert sent == [(recipient, None) for recipient in recipients]
        assert [connection.receive() for _ in recipients] == ["{}"] * 3

    def test_tells_which_of_many_is_gone(
        self, transport: BaseTransport, connection: Connection
    ) -> None:
        """A recipient whose connection is closed comes back with that error."""
        transport.disconnect(*connection.address)

        [(recipient, error)] = transport.send_many([[Recipient(*connection.address)]], b"{}")

        assert recipient == connection.address
        assert isinstance(error, ConnectionGone)
        assert error.connection_id == connection.address[1]

    def test_sends_to_nobody(self, transport: BaseTransport) -> None:
        """No recipients are no mistake."""
        assert list(transport.send_many([[]], b"{}")) == []

    def test_refuses_larger_to_many(self, transport: BaseTransport, connection: Connection) -> None:
        """Nobody gets a part of what is too large."""
        with pytest.raises(PayloadTooLarge):
            list(transport.send_many([[Recipient(*connection.address)]], b"x" * 131_073))

    def test_sends_the_largest_to_many(
        self, transport: BaseTransport, connection: Connection
    ) -> None:
        """131,072 bytes are just small enough."""
        payload = b"x" * MESSAGE_MAX_BYTES

        [(_, error)] = transport.send_many([[Recipient(*connection.address)]], payload)

        assert (error, len(connection.receive())) == (None, MESSAGE_MAX_BYTES)

    def test_disconnects(self, transport: BaseTransport, connection: Connection) -> None:
        """The client sees its connection closed."""
        transport.disconnect(*connection.address)

        assert connection.is_closed()

    def test_closed_gets_nothing(self, transport: BaseTransport, connection: Connection) -> None:
        """What is sent to a closed connection fails, and says to which."""
        transport.disconnect(*connection.address)

        with pytest.raises(ConnectionGone) as caught:
            transport.send(*connection.address, b"{}")

        assert caught.value.connection_id == connection.address[1]

    def test_closes_once(self, transport: BaseTransport, connection: Connection) -> None:
        """A closed connection cannot be closed again."""
        transport.disconnect(*connection.address)

        with pytest.raises(ConnectionGone):
            transport.disconnect(*connection.address)

    def test_describes(self, transport: BaseTransport, connection: Connection) -> None:
        """An open connection has an age and an address."""
        info = transport.info(*connection.address)

        assert info.connected_at <= info.last_active_at
        assert info.connected_at.utcoffset() is not None
        assert info.source_ip == "127.0.0.1"

    def test_closed_cannot_be_described(
        self, transport: BaseTransport, connection: Connection
    ) -> None:
        """Nothing is known of a closed connection."""
        transport.disconnect(*connection.address)

        with pytest.raises(ConnectionGone):
            transport.info(*connection.address)

    def test_works_on_an_event_loop(self, transport: BaseTransport, connection: Connection) -> None:
        """Every verb has a twin that can be awaited."""

        async def use() -> str:
            await transport.asend(*connection.address, b"{}")
            info = await transport.ainfo(*connection.address)
            await transport.adisconnect(*connection.address)
            return info.source_ip

        assert asyncio.run(use()) == "127.0.0.1"
        assert connection.receive() == "{}"
        assert connection.is_closed()

    def test_options_are_fine(self, transport: BaseTransport) -> None:
        """A transport with its defaults has nothing to complain about."""
        assert list(transport.check()) == []
