"""Heads of requests."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.heads import parse_request_head

from .support import request_head


class TestParsing:
    """Bytes to a head."""

    def test_splits_the_request_line(self) -> None:
        """Method, target and version have their places."""
        head = parse_request_head(b"GET /a/b?c=d HTTP/1.1\r\nHost: X.test")

        assert (head.method, head.path, head.query, head.version) == (
            "GET",
            "/a/b",
            "c=d",
            "HTTP/1.1",
        )
        assert head.host == "x.test"

    @pytest.mark.parametrize(
        "data",
        [
            b"GET /",
            b"GET / b HTTP/1.1",
            b"GET / FTP/1.1",
            b"GET / HTTP/1.1\r\nno colon",
            b"GET / HTTP/1.1\r\n: empty",
            b"GET / HTTP/1.1\r\nX : space",
            b"GET / HTTP/1.1\r\nX: a\nconnectionId: forged",
            b"GET / HTTP/1.1\r\nX: a\rb",
            b"GET / HTTP/1.1\r\nX: a\x00b",
            b"GET /\nconnectionId:forged HTTP/1.1",
        ],
    )
    def test_refuses_what_is_not_http(self, data: bytes) -> None:
        """A malformed head is an error."""
        with pytest.raises(ValueError, match=r"."):
            parse_request_head(data)


class TestRequestHead:
    """What is asked of a head."""

    @pytest.mark.parametrize(
        ("target", "segments"),
        [
            ("/", []),
            ("/?a=b", []),
            ("/api/stage", ["api", "stage"]),
            ("/api/stage/?a", ["api", "stage"]),
            ("/%40connections/a%2Fb%3D", ["@connections", "a/b="]),
        ],
    )
    def test_segments(self, target: str, segments: list[str]) -> None:
        """The path is split before it is decoded."""
        assert request_head(target).segments == segments

    @pytest.mark.parametrize(("value", "expected"), [("WebSocket", True), ("h2c", False)])
    def test_upgrades(self, value: str, expected: bool) -> None:
        """Only an upgrade to a WebSocket counts."""
        assert request_head("/", ("upgrade", value)).upgrades() is expected

    def test_values_of_a_header(self) -> None:
        """All values are found, whatever the case of the name."""
        head = request_head("/", ("X-A", "1"), ("x-a", "2"), ("b", "3"))

        assert head.header("X-a") == "1, 2"
