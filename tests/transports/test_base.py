"""The base class refuses what a subclass did not say that it can do."""

from __future__ import annotations

import asyncio

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_aws_api_gateway_websockets.exceptions import PayloadTooLarge
from django_aws_api_gateway_websockets.transports.base import BaseTransport, SendResult


class Recorder(BaseTransport):
    """Remembers what it was asked to send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        self.sent.append(payload)
        return SendResult(request_id="r1")


class TestOptions:
    """Options are keyword arguments."""

    def test_unknown_ones_are_named(self) -> None:
        """What a transport does not take is refused by name."""
        with pytest.raises(ImproperlyConfigured) as caught:
            BaseTransport(retry=1, colour="red")

        assert str(caught.value) == "BaseTransport has no option 'colour', 'retry'."

    def test_nothing_to_report(self) -> None:
        """Without options there are no findings."""
        assert list(BaseTransport().check()) == []


class TestMissingCapabilities:
    """A transport that cannot do something says so."""

    def test_send(self) -> None:
        """Sending has no default."""
        with pytest.raises(
            NotImplementedError,  # a transport has to override it
            match=r"^BaseTransport cannot send messages\.$",
        ):
            BaseTransport().send("http://x", "abc=", b"{}")

    def test_disconnect(self) -> None:
        """Closing has no default."""
        with pytest.raises(
            NotImplementedError,  # supports_disconnect was not asked
            match=r"^Recorder cannot close connections\.$",
        ):
            Recorder().disconnect("http://x", "abc=")

    def test_info(self) -> None:
        """Describing has no default."""
        with pytest.raises(
            NotImplementedError,  # supports_info was not asked
            match=r"^Recorder cannot describe connections\.$",
        ):
            Recorder().info("http://x", "abc=")


class TestAsyncTwins:
    """The awaitable twins do what the blocking verbs do."""

    def test_asend(self) -> None:
        """The result is the one of ``send``."""
        recorder = Recorder()

        assert asyncio.run(recorder.asend("http://x", "abc=", b"{}")).request_id == "r1"
        assert recorder.sent == [b"{}"]

    def test_adisconnect(self) -> None:
        """The error is the one of ``disconnect``."""
        with pytest.raises(NotImplementedError, match="close"):  # Recorder has no disconnect()
            asyncio.run(Recorder().adisconnect("http://x", "abc="))

    def test_ainfo(self) -> None:
        """The error is the one of ``info``."""
        with pytest.raises(NotImplementedError, match="describe"):  # Recorder has no info()
            asyncio.run(Recorder().ainfo("http://x", "abc="))


class TestSize:
    """API Gateway carries 128 KB and no more."""

    def test_largest(self) -> None:
        """131,072 bytes pass."""
        Recorder().refuse_oversized("abc=", b"x" * 131_072)

    def test_larger(self) -> None:
        """One more does not."""
        with pytest.raises(PayloadTooLarge) as caught:
            Recorder().refuse_oversized("abc=", b"x" * 131_073)

        assert str(caught.value) == (
            "Message exceeds AWS limit (connection abc=): 131073 of at most 131072 bytes"
        )
