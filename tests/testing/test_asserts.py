"""Tests ask what has been sent, and to whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import GatewayClient, create_gateway
from django_aws_api_gateway_websockets.testing.asserts import (
    assert_nothing_sent,
    assert_sent,
    sent_messages,
)
from django_aws_api_gateway_websockets.transports import get_transport, locmem

ANN = WebSocketSession(connection_id="ann=")


@pytest.fixture(autouse=True)
def sent() -> Iterator[None]:
    """Send one message to each of two connections."""
    locmem.reset()
    get_transport().send("https://x", "ann=", b'{"a": 1}')
    get_transport().send("https://x", "bob=", b'"b"')
    yield
    locmem.reset()


class TestSentMessages:
    """What has been sent, as data."""

    def test_all(self) -> None:
        """In the order of sending."""
        assert sent_messages() == [{"a": 1}, "b"]

    @pytest.mark.parametrize("to", ["ann=", ANN])
    def test_to_one(self, to: WebSocketSession | str) -> None:
        """To a session, or to a connection id."""
        assert sent_messages(to) == [{"a": 1}]

    @pytest.mark.django_db
    def test_to_a_client(self) -> None:
        """To a client's connection."""
        client = GatewayClient(gateway=create_gateway())
        client.connection_id = "ann="

        assert sent_messages(client) == [{"a": 1}]

    def test_to_another(self) -> None:
        """To a connection that got nothing."""
        assert sent_messages("carl=") == []


class TestAssertSent:
    """A message that must have been sent."""

    @pytest.mark.parametrize("to", [None, "ann=", ANN])
    def test_sent(self, to: WebSocketSession | str | None) -> None:
        """It was."""
        assert_sent({"a": 1}, to)

    def test_not_sent(self) -> None:
        """It was not; the error says what was instead."""
        with pytest.raises(AssertionError) as caught:
            assert_sent("c")

        assert str(caught.value) == "'c' was not sent; sent: [{'a': 1}, 'b']"

    def test_sent_to_another(self) -> None:
        """It was, but to somebody else."""
        with pytest.raises(AssertionError) as caught:
            assert_sent("b", ANN)

        assert str(caught.value) == "'b' was not sent to ann=; sent: [{'a': 1}]"


class TestAssertNothingSent:
    """No message may have been sent."""

    def test_nothing(self) -> None:
        """None was, to this one."""
        assert_nothing_sent("carl=")

    def test_something(self) -> None:
        """One was."""
        with pytest.raises(AssertionError) as caught:
            assert_nothing_sent("ann=")

        assert str(caught.value) == "Nothing was to be sent to ann=; sent: [{'a': 1}]"

    def test_anything(self) -> None:
        """Some were, to anybody."""
        with pytest.raises(AssertionError) as caught:
            assert_nothing_sent()

        assert str(caught.value) == "Nothing was to be sent; sent: [{'a': 1}, 'b']"
