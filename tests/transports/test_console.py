"""The transport for looking on writes one line per message."""

from __future__ import annotations

from io import StringIO

import pytest

from django_aws_api_gateway_websockets.exceptions import PayloadTooLarge
from django_aws_api_gateway_websockets.transports.base import SendResult
from django_aws_api_gateway_websockets.transports.console import ConsoleTransport

URL = "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/live"


class TestWriting:
    """What would have been done is written."""

    def test_message(self) -> None:
        """A message is written with its address."""
        stream = StringIO()

        result = ConsoleTransport(stream=stream).send(URL, "abc=", '{"a": "ü"}'.encode())

        assert stream.getvalue() == f'{URL} abc= <- {{"a": "ü"}}\n'
        assert result == SendResult()

    def test_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without a stream, standard output is used as it is at that moment."""
        ConsoleTransport().send(URL, "abc=", b"{}")

        assert capsys.readouterr().out == f"{URL} abc= <- {{}}\n"

    def test_close(self) -> None:
        """A close is written too."""
        stream = StringIO()

        ConsoleTransport(stream=stream).disconnect(URL, "abc=")

        assert stream.getvalue() == f"{URL} abc= closed\n"

    def test_too_large(self) -> None:
        """What API Gateway would refuse is refused here."""
        stream = StringIO()

        with pytest.raises(PayloadTooLarge):
            ConsoleTransport(stream=stream).send(URL, "abc=", b"x" * 131_073)

        assert stream.getvalue() == ""


class TestCapabilities:
    """It says what it cannot do."""

    def test_flags(self) -> None:
        """Nobody gets what is sent, and nothing is known of connections."""
        transport = ConsoleTransport()

        assert not transport.supports_delivery
        assert not transport.supports_info

    def test_info(self) -> None:
        """Asking all the same is refused."""
        with pytest.raises(NotImplementedError) as caught:  # supports_info was not asked
            ConsoleTransport().info(URL, "abc=")

        assert str(caught.value) == "ConsoleTransport cannot describe connections."
