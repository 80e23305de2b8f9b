"""Answers as bytes."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.answers import Answer
from django_aws_api_gateway_websockets.emulator.raw import serialise_answer


class TestSerialising:
    """An answer on a connection that ends."""

    def test_has_status_headers_and_body(self) -> None:
        """The request id comes first and the end of the connection last."""
        data = serialise_answer(Answer(status=403, headers={"X-A": "b"}, body=b"no"))

        lines = data.decode().split("\r\n")
        assert lines[0] == "HTTP/1.1 403 Forbidden"
        assert lines[1].startswith("x-amzn-RequestId: ")
        assert lines[2:] == ["X-A: b", "Content-Length: 2", "Connection: close", "", "no"]

    def test_takes_a_status_without_a_phrase(self) -> None:
        """A backend may refuse with any number."""
        assert serialise_answer(Answer(status=499)).startswith(b"HTTP/1.1 499 \r\n")
