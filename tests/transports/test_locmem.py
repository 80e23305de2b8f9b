"""The transport of tests keeps what is sent, and can be told to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_aws_api_gateway_websockets.exceptions import ConnectionGone, Throttled
from django_aws_api_gateway_websockets.transports import locmem
from django_aws_api_gateway_websockets.transports.locmem import (
    ClosedConnection,
    LocMemTransport,
    SentMessage,
)

from .contract import TransportContract

URL = "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/live"


class RecordedConnection:
    """Reads the outbox as a client would read its socket."""

    def __init__(self) -> None:
        self.address = (URL, "abc=")
        self._texts = (message.text for message in locmem.outbox)

    def receive(self) -> str:
        return next(self._texts)

    def is_closed(self) -> bool:
        return locmem.closed == [ClosedConnection(management_url=URL, connection_id="abc=")]


@pytest.fixture(autouse=True)
def _empty_outbox() -> Iterator[None]:
    locmem.reset()
    yield
    locmem.reset()


@pytest.fixture
def transport() -> LocMemTransport:
    """Return the transport with its defaults."""
    return LocMemTransport()


@pytest.fixture
def connection() -> RecordedConnection:
    """Return a connection that nobody has closed."""
    return RecordedConnection()


class TestContract(TransportContract):
    """It does what every transport does."""


class TestOutbox:
    """Everything sent can be looked at."""

    def test_message(self, transport: LocMemTransport) -> None:
        """A message remembers where it went."""
        transport.send(URL, "abc=", b'{"a": 1}')

        assert locmem.outbox == [
            SentMessage(management_url=URL, connection_id="abc=", payload=b'{"a": 1}')
        ]

    def test_json(self, transport: LocMemTransport) -> None:
        """The parsed message can be changed without harm."""
        transport.send(URL, "abc=", b'{"a": 1}')

        locmem.outbox[0].json.clear()

        assert locmem.outbox[0].json == {"a": 1}

    def test_is_no_delivery(self, transport: LocMemTransport) -> None:
        """It says that nobody gets what is sent."""
        assert not transport.supports_delivery


class TestFailures:
    """Failures can be rehearsed."""

    def test_raises_what_it_was_told(self, transport: LocMemTransport) -> None:
        """One connection fails, and nothing is recorded for it."""
        locmem.failures["abc="] = Throttled("abc=")

        with pytest.raises(Throttled):
            transport.send(URL, "abc=", b"{}")

        assert locmem.outbox == []

    def test_others_are_well(self, transport: LocMemTransport) -> None:
        """Other connections do not fail."""
        locmem.failures["abc="] = Throttled("abc=")

        transport.send(URL, "def=", b"{}")

        assert [message.connection_id for message in locmem.outbox] == ["def="]


class TestEnds:
    """Connections end in two ways."""

    def test_open(self) -> None:
        """A connection is open, whatever its id."""
        assert not locmem.is_gone("abc=")

    def test_closed_here(self, transport: LocMemTransport) -> None:
        """It is closed here."""
        transport.disconnect(URL, "abc=")

        assert locmem.is_gone("abc=")
        assert not locmem.is_gone("def=")

    def test_ended_otherwise(self, transport: LocMemTransport) -> None:
        """Or by its client; nothing reaches it then."""
        locmem.gone.add("abc=")

        assert locmem.is_gone("abc=")
        with pytest.raises(ConnectionGone):
            transport.send(URL, "abc=", b"{}")
        assert (locmem.outbox, locmem.closed) == ([], [])


class TestInterceptors:
    """Whoever rehearses hears of each use."""

    def test_is_called(self, transport: LocMemTransport) -> None:
        """With the connection's id, once for each use."""
        used: list[str] = []
        locmem.interceptors.append(used.append)

        transport.send(URL, "abc=", b"{}")
        transport.info(URL, "def=")
        transport.disconnect(URL, "ghi=")
        locmem.interceptors.clear()

        assert used == ["abc=", "def=", "ghi="]


class TestReset:
    """A test starts with nothing."""

    def test_forgets_everything(self, transport: LocMemTransport) -> None:
        """Messages, closes and failures are gone, and ended connections open again."""
        transport.send(URL, "abc=", b"{}")
        transport.disconnect(URL, "abc=")
        locmem.failures["def="] = Throttled("def=")
        locmem.gone.add("ghi=")

        locmem.reset()

        assert (locmem.outbox, locmem.closed, locmem.failures) == ([], [], {})
        assert not locmem.is_gone("ghi=")
        assert transport.info(URL, "abc=").user_agent == "locmem"
