"""The files of the page."""

from __future__ import annotations

import pytest

from ..support import World
from .support import Page

__all__ = ["TestFiles", "TestHeaders"]


class TestFiles:
    """Everything that the page needs comes from the emulator."""

    @pytest.mark.parametrize(
        ("name", "content_type", "beginning"),
        [
            ("", "text/html; charset=utf-8", b"<!doctype html>"),
            ("inspector.css", "text/css; charset=utf-8", b":root"),
            ("inspector.js", "text/javascript; charset=utf-8", b"/**"),
            ("inspector-model.js", "text/javascript; charset=utf-8", b"/**"),
            ("inspector.svg", "image/svg+xml", b"<svg"),
        ],
    )
    def test_is_served(
        self, empty_world: World, name: str, content_type: str, beginning: bytes
    ) -> None:
        """Each with its type."""
        status, headers, body = Page(empty_world).ask("GET", name)

        assert (status, headers["Content-Type"]) == (200, content_type)
        assert body.startswith(beginning)

    @pytest.mark.parametrize("name", ["../server.py", "..%2Fserver.py", "other.js"])
    def test_nothing_else(self, empty_world: World, name: str) -> None:
        """There are no other files."""
        assert Page(empty_world).ask("GET", name)[0] == 404


class TestHeaders:
    """A page that can do things is kept to itself."""

    def test_content_security_policy(self, empty_world: World) -> None:
        """Nothing inline, nothing from elsewhere, and in no frame."""
        _, headers, _ = Page(empty_world).ask("GET", "")

        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy

    def test_others(self, empty_world: World) -> None:
        """Other sites can neither load the files, nor guess at their types."""
        _, headers, _ = Page(empty_world).ask("GET", "inspector.js")

        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
