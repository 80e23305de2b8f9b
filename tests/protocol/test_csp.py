"""What a Content-Security-Policy lets a page connect to; browsers say the same of every case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.protocol.csp import allows_socket, connect_sources

from ..junk import JUNK

__all__ = ["ALLOWED", "BLOCKED", "SITE", "TestAllowsSocket", "TestConnectSources"]

SITE = "www.example.test"
SOCKET = "wss://ws.example.test/production?ws_token=1"

ALLOWED = [
    ("*", SOCKET),
    ("wss:", SOCKET),
    ("ws:", SOCKET),
    ("WSS:", SOCKET),
    ("wss://ws.example.test", SOCKET),
    ("ws://ws.example.test", SOCKET),
    ("WSS://WS.example.test", SOCKET),
    ("wss://*.example.test", SOCKET),
    ("wss://*.test", SOCKET),
    ("wss://*", SOCKET),
    ("wss://*:*", SOCKET),
    ("wss://ws.example.test:443", SOCKET),
    ("wss://ws.example.test:0443", SOCKET),
    ("wss://ws.example.test:*", SOCKET),
    ("wss://ws.example.test/", SOCKET),
    ("wss://ws.example.test/production", SOCKET),
    ("wss://ws.example.test/%70roduction", SOCKET),
    ("'none' wss://ws.example.test", SOCKET),
    ("'self' 'unsafe-inline' data: wss://ws.example.test", SOCKET),
    ("wss://ws.example.test", "wss://ws.example.test"),
    ("wss://ws.example.test/", "wss://ws.example.test"),
    ("wss://ws.example.test:8443", "wss://ws.example.test:8443/x"),
    ("ws://ws.example.test:*", "wss://ws.example.test:8443/x"),
    ("'self'", f"wss://{SITE}/x"),
    ("'SELF'", f"wss://{SITE}"),
]
"""Sources of a page on the site, and a socket that browsers let it open."""

BLOCKED = [
    ("", SOCKET),
    ("'none'", SOCKET),
    ("'self'", SOCKET),
    ("'self'", f"wss://{SITE}:8443/x"),
    ("https:", SOCKET),
    ("http:", SOCKET),
    ("https://ws.example.test", SOCKET),
    ("http://ws.example.test", SOCKET),
    ("https://*", SOCKET),
    ("ws.example.test", SOCKET),
    ("ws.example.test:443", SOCKET),
    ("ws.example.test:*", SOCKET),
    ("*.example.test", SOCKET),
    (SITE, f"wss://{SITE}/x"),
    ("wss://example.test", SOCKET),
    ("wss://other.example.test", SOCKET),
    ("wss://*.ws.example.test", SOCKET),
    ("wss://*.xample.test", SOCKET),
    ("wss://ws.example.test:8443", SOCKET),
    ("wss://ws.example.test", "wss://ws.example.test:8443/x"),
    ("wss://ws.example.test/pro", SOCKET),
    ("wss://ws.example.test/production/", SOCKET),
    ("wss://ws_1.example.test", "wss://ws_1.example.test"),
    ("wss:ws.example.test", SOCKET),
    ("'wss://ws.example.test'", SOCKET),
]
"""The same, of sockets that browsers do not open."""


def is_allowed(sources: str, url: str) -> bool:
    """Return whether a page on the site may open a socket."""
    return allows_socket(sources.split(), url, site_hosts={SITE})


class TestConnectSources:
    @pytest.mark.parametrize(
        ("directives", "sources"),
        [
            ({}, None),
            ({"script-src": ["'self'"]}, None),
            ({"connect-src": ["a", "b"]}, ["a", "b"]),
            ({"connect-src": ("a", "b c")}, ["a", "b", "c"]),
            ({"connect-src": {"a"}}, ["a"]),
            ({"connect-src": frozenset({"a"})}, ["a"]),
            ({"connect-src": " a  b "}, ["a", "b"]),
            ({"Connect-Src": "a"}, ["a"]),
            ({"connect-src": ""}, []),
            ({"connect-src": True}, []),
            ({"connect-src": "a", "default-src": "b"}, ["a"]),
            ({"connect-src": None, "default-src": "b"}, ["b"]),
            ({"connect-src": False, "default-src": "b"}, ["b"]),
            ({"connect-src": [], "default-src": "b"}, ["b"]),
            ({"connect-src": [None, 7], "default-src": "b"}, ["b"]),
            ({"connect-src": 7, "default-src": ["b", 7]}, ["b"]),
            ({7: "a"}, None),
        ],
    )
    def test_reads(self, directives: dict[object, object], sources: list[str] | None) -> None:
        """``connect-src`` counts, or else ``default-src``, in every form that settings have."""
        assert connect_sources(directives) == sources

    @given(st.dictionaries(st.sampled_from(["connect-src", "default-src", 7]), JUNK))
    def test_takes_anything(self, directives: dict[object, object]) -> None:
        """No value raises, and what comes out can be compared with a socket."""
        sources = connect_sources(directives)

        assert sources is None or allows_socket(sources, SOCKET) in (True, False)


class TestAllowsSocket:
    @pytest.mark.parametrize(("sources", "url"), ALLOWED)
    def test_allows(self, sources: str, url: str) -> None:
        """A source of the socket's scheme, or ``ws`` for ``wss``, that covers its address."""
        assert is_allowed(sources, url)

    @pytest.mark.parametrize(("sources", "url"), BLOCKED)
    def test_blocks(self, sources: str, url: str) -> None:
        """Everything else, ``https:`` and hosts without a scheme among it."""
        assert not is_allowed(sources, url)

    def test_blocks_an_unknown_scheme(self) -> None:
        """What is no socket has no default port."""
        assert not is_allowed("wss://ws.example.test", "ftp://ws.example.test")

    def test_does_not_upgrade_downwards(self) -> None:
        """``wss`` does not stand for ``ws``."""
        assert not is_allowed("wss://ws.example.test", "ws://ws.example.test")
        assert is_allowed("ws://ws.example.test", "ws://ws.example.test")

    @pytest.mark.parametrize("url", ["wss://[", "wss://ws.example.test:99999"])
    def test_refuses_what_is_no_url(self, url: str) -> None:
        """A URL that cannot be parsed is for the caller."""
        with pytest.raises(ValueError, match=r"Invalid IPv6 URL|Port out of range"):
            is_allowed("*", url)
