"""Pages of other sites, and the emulator's own."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.callers import refuse_caller

from .support import request_head

PANEL = "/_emulator/faults"
INSPECTOR = "/_emulator/inspector/since/0"


def status(
    path: str, host: str, origin: str = "", *, custom_domain: bool = False, any_host: bool = False
) -> int | None:
    """Return the status of the refusal, or None."""
    headers = [("Host", host), ("Origin", origin)]
    head = request_head(path, *(pair for pair in headers if pair[1]))
    answer = refuse_caller(head, custom_domain=custom_domain, any_host=any_host)
    return None if answer is None else answer.status


class TestOrigin:
    """Who sends an Origin is a page."""

    @pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"])
    def test_own_page(self, host: str) -> None:
        """The emulator's own page may use the panel."""
        assert status(PANEL, host, f"http://{host}") is None
        assert status(INSPECTOR, host, f"https://{host}") is None

    @pytest.mark.parametrize(
        "origin",
        [
            "http://evil.test",
            "http://127.0.0.1:8000",
            "http://localhost:9000",
            "http://127.0.0.1:9000.evil.test",
            "http://127.0.0.1:9000/",
            "null",
        ],
    )
    def test_other_page(self, origin: str) -> None:
        """No other page may, on the same machine neither."""
        assert status(PANEL, "127.0.0.1:9000", origin) == 403
        assert status(INSPECTOR, "127.0.0.1:9000", origin, any_host=True) == 403

    @pytest.mark.parametrize("path", ["/v2/apis", "/api/dev/@connections/x", "/v2/_emulator/"])
    def test_own_page_elsewhere(self, path: str) -> None:
        """What AWS serves is for SDKs alone."""
        assert status(path, "127.0.0.1:9000", "http://127.0.0.1:9000") == 403


class TestHost:
    """A name may lead here that somebody else owns."""

    @pytest.mark.parametrize("path", [PANEL, INSPECTOR, "/v2/apis"])
    def test_on_loopback(self, path: str) -> None:
        """Then only loopback names and custom domains are answered."""
        assert status(path, "localhost:9000") is None
        assert status(path, "evil.test", custom_domain=True) is None
        assert status(path, "evil.test:9000") == 421

    def test_rebound_page(self) -> None:
        """A page whose name was made to lead here has the right Origin, and is refused."""
        assert status(INSPECTOR, "evil.test:9000", "http://evil.test:9000") == 421

    @pytest.mark.parametrize("path", [PANEL, "/v2/apis"])
    def test_for_other_machines(self, path: str) -> None:
        """Programs reach a gateway that listens for others under any name."""
        assert status(path, "gateway:9000", any_host=True) is None

    def test_page_for_other_machines(self) -> None:
        """A page does so by an address, which nobody can make lead elsewhere."""
        assert status(INSPECTOR, "192.0.2.1:9000", any_host=True) is None
        assert status(PANEL, "[2001:db8::1]", "http://[2001:db8::1]", any_host=True) is None
        assert status(INSPECTOR, "gateway:9000", any_host=True) == 421
        assert status(INSPECTOR, "", any_host=True) == 421
        assert status(PANEL, "gateway:9000", "http://gateway:9000", any_host=True) == 421
