"""Comparison of origins with hosts and with lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.origins import (
    Origin,
    origin_matches_host,
    origin_matches_list,
)

__all__ = ["TestMatchingAHost", "TestMatchingAList", "TestParsing"]

HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z][a-z0-9-]{0,8}){0,3}", fullmatch=True)
PORTS = st.integers(min_value=1, max_value=65_535)
KELVIN = "\N{KELVIN SIGN}"


class TestParsing:
    """What spells an origin."""

    @pytest.mark.parametrize(
        ("text", "scheme", "host", "port"),
        [
            ("https://example.com", "https", "example.com", 443),
            ("http://example.com", "http", "example.com", 80),
            ("HTTPS://Example.COM:8443", "https", "example.com", 8443),
            ("https://example.com.", "https", "example.com", 443),
            ("http://my_host:65535", "http", "my_host", 65_535),
            ("https://xn--bcher-kva.example", "https", "xn--bcher-kva.example", 443),
            ("http://127.0.0.1:8000", "http", "127.0.0.1", 8000),
            ("http://[::1]", "http", "::1", 80),
            ("http://[0:0::0:1]:8000", "http", "::1", 8000),
        ],
    )
    def test_reads(self, text: str, scheme: str, host: str, port: int) -> None:
        """A host name or an IP has a scheme and a port, if only the scheme's own."""
        assert Origin.parse(text) == Origin(scheme=scheme, host=host, port=port)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "null",
            "*",
            "example.com",
            "//example.com",
            "https://",
            "https://.",
            "https://example.com..",
            "https://.example.com",
            "https://*.example.com",
            "https://example.com/",
            "https://example.com?",
            "https://example.com#",
            "https://user@example.com",
            "https://example.com\\@example.org",
            "https://example.com\n",
            " https://example.com",
            "https://exam\tple.com",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:-1",
            "https://example.com:٤٤٣",
            "https://bücher.example",
            f"https://{KELVIN}elvin.example",
            "https://example.com, https://example.org",
            "wss://example.com",
            "file://example.com",
            "http://[::1",
            "http://[::::]",
            "http://[fe80::1%25eth0]",
            "http://1.127.0.0.1",
            "http://127.1",
            "http://2130706433",
        ],
    )
    def test_refuses(self, text: str) -> None:
        """What a browser never sends as the origin of a page is none."""
        assert Origin.parse(text) is None

    @given(st.text())
    def test_any_text_is_an_origin_or_none(self, text: str) -> None:
        """No text raises."""
        assert Origin.parse(text) is None or text.isascii()

    @given(HOSTS, PORTS)
    def test_says_again_what_it_was_given(self, host: str, port: int) -> None:
        """The parts are those of the text."""
        assert Origin.parse(f"https://{host}:{port}") == Origin(
            scheme="https", host=host, port=port
        )


class TestMatchingAHost:
    """A page is on the host that it connects to, or below it."""

    @pytest.mark.parametrize(
        ("origin", "host"),
        [
            ("https://example.com", "example.com"),
            ("https://example.com", "example.com:443"),
            ("https://example.com:443", "Example.COM."),
            ("http://example.com", "example.com:80"),
            ("https://www.example.com", "example.com"),
            ("https://a.b.example.com:8443", "example.com:8443"),
            ("http://localhost:8000", "localhost:8000"),
            ("http://[::1]:8000", "[::1]:8000"),
            ("http://[::1]", "[0:0:0:0:0:0:0:1]"),
            ("http://localhost:8000", "127.0.0.1:8000"),
            ("http://127.0.0.1:8000", "localhost:8000"),
            ("http://[::1]:8000", "127.0.0.1:8000"),
        ],
    )
    def test_allows(self, origin: str, host: str) -> None:
        """The same host, any sub-domain and any name of this machine pass, with the same port."""
        assert origin_matches_host(origin, host)

    @pytest.mark.parametrize(
        ("origin", "host"),
        [
            ("https://example.com", "www.example.com"),
            ("https://evilexample.com", "example.com"),
            ("https://example.com.evil.org", "example.com"),
            ("https://example.com", "example.com:8443"),
            ("https://example.com:8443", "example.com"),
            ("http://example.com", "example.com:443"),
            ("http://1.127.0.0.1", "127.0.0.1"),
            ("http://localhost:8000", "127.0.0.1:8001"),
            ("http://localhost", "example.com"),
            ("http://example.com", "localhost"),
            ("https://example.com", ""),
            ("https://example.com", "."),
            ("https://example.com", "example.com/"),
            ("https://example.com", "user@example.com"),
            ("https://example.com", "example.com\n"),
            ("null", "example.com"),
            ("null", "null"),
            ("", ""),
        ],
    )
    def test_refuses(self, origin: str, host: str) -> None:
        """A parent, a look-alike, another port and what is no origin or host do not pass."""
        assert not origin_matches_host(origin, host)

    @given(HOSTS, HOSTS, PORTS)
    def test_a_subdomain_never_vouches_for_its_parent(
        self, label: str, host: str, port: int
    ) -> None:
        """Only one of a host and a host below it may connect to the other."""
        below, above = f"{label}.{host}:{port}", f"{host}:{port}"

        assert origin_matches_host(f"https://{below}", above)
        assert not origin_matches_host(f"https://{above}", below)

    @given(st.text(), st.text())
    def test_any_text_is_answered(self, origin: str, host: str) -> None:
        """No text raises."""
        assert origin_matches_host(origin, host) in (True, False)


class TestMatchingAList:
    """A page is on one of the origins that the project names."""

    @pytest.mark.parametrize(
        ("origin", "entry"),
        [
            ("https://example.com", "https://example.com"),
            ("https://example.com", "HTTPS://Example.com:443"),
            ("https://example.com:8443", "https://example.com:8443"),
            ("https://www.example.com", "https://*.example.com"),
            ("https://a.b.example.com", "HTTPS://*.Example.com"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ],
    )
    def test_allows(self, origin: str, entry: str) -> None:
        """The same origin passes, and with a wildcard every sub-domain."""
        assert origin_matches_list(origin, ["https://other.example", entry])

    @pytest.mark.parametrize(
        ("origin", "entry"),
        [
            ("https://example.com", "https://*.example.com"),
            ("https://www.example.com", "https://example.com"),
            ("https://evilexample.com", "https://*.example.com"),
            ("https://.example.com", "https://*.example.com"),
            ("https://*.example.com", "https://*.example.com"),
            ("https://a.example.com", "https://*.*.com"),
            ("http://example.com", "https://example.com"),
            ("http://example.com:443", "https://example.com"),
            ("https://example.com:8443", "https://example.com"),
            ("https://example.com", "https://example.com/"),
            ("https://example.com", "example.com"),
            ("https://example.com", "https://*"),
            ("https://example.com", "*"),
            ("https://example.com", ""),
            ("null", "null"),
            ("null", "*"),
        ],
    )
    def test_refuses(self, origin: str, entry: str) -> None:
        """Another scheme, host or port, and an entry that is no origin, do not pass."""
        assert not origin_matches_list(origin, [entry])

    def test_empty_list_refuses_all(self) -> None:
        """Without entries nobody passes."""
        assert not origin_matches_list("https://example.com", [])

    @given(st.text(), st.lists(st.text()))
    def test_any_text_is_answered(self, origin: str, allowed: list[str]) -> None:
        """No text raises."""
        assert origin_matches_list(origin, allowed) in (True, False)
