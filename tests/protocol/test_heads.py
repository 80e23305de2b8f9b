"""Heads of HTTP messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.heads import header_values, parse_head

__all__ = ["TestParsing", "TestValues"]


class TestParsing:
    """Bytes to a head."""

    def test_keeps_headers_as_they_came(self) -> None:
        """Order, case, duplicates and bytes beyond ASCII stay."""
        head = parse_head(b"HTTP/1.1 200 OK\r\nX-b: \xe9 \r\nx-A:1\r\nX-B: 2:3\r\nempty:")

        assert head.first_line == "HTTP/1.1 200 OK"
        assert head.headers == (("X-b", "\xe9"), ("x-A", "1"), ("X-B", "2:3"), ("empty", ""))

    @pytest.mark.parametrize(
        "line",
        [
            b"no colon",
            b": empty",
            b"X : space",
            b" X: folded",
            b"\tfolded",
            b"X Y: space",
            b"X\xe9: letter",
            b"X: a\nconnectionId: forged",
            b"X: a\rb",
            b"X: a\x00b",
            b"X: a\r",
            b"",
        ],
    )
    def test_refuses_what_is_no_header(self, line: bytes) -> None:
        """A malformed line is an error, and so is one that goes on in the next."""
        with pytest.raises(ValueError, match=r"^A line of the head is not a header, or holds a"):
            parse_head(b"HTTP/1.1 200 OK\r\nA: b\r\n" + line)

    def test_refuses_control_characters_at_the_start(self) -> None:
        """The first line is one line."""
        with pytest.raises(ValueError, match=r"holds a control character\.$"):
            parse_head(b"HTTP/1.1 200 OK\nA: b")

    @given(
        st.lists(
            st.tuples(
                st.from_regex(r"[A-Za-z0-9!#$-]+", fullmatch=True),
                st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)),
            )
        )
    )
    def test_reads_what_is_written(self, headers: list[tuple[str, str]]) -> None:
        """Every header comes back as it was."""
        lines = [f"\r\n{name}: {value}" for name, value in headers]

        assert parse_head("".join(["first", *lines]).encode()).headers == tuple(headers)


class TestValues:
    """What is asked of headers."""

    def test_values_of_a_header(self) -> None:
        """All values are found, whatever the case of the name."""
        headers = (("X-A", "1"), ("x-a", "2"), ("b", "3"))

        assert header_values(headers, "x-A") == ["1", "2"]
