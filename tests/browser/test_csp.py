"""Chromium opens the sockets that we say a policy allows, and no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, Route

from ..protocol.test_csp import ALLOWED, BLOCKED, SITE
from .conftest import launch

__all__ = ["TestPolicies"]

# Nobody listens there: what is not blocked fails at once, and reaches no network.
NOWHERE = "--host-resolver-rules=MAP * 127.0.0.1:9"

OPEN = """url => new Promise(resolve => {
  document.addEventListener("securitypolicyviolation", () => resolve("blocked"));
  const socket = new WebSocket(url);
  socket.addEventListener("error", () => setTimeout(() => resolve("allowed"), 50));
})"""


@pytest.fixture(scope="module")
def secluded(playwright: Playwright) -> Iterator[Browser]:
    """Run a Chromium that reaches nothing."""
    browser = launch(playwright, NOWHERE)
    yield browser
    browser.close()


def outcome(browser: Browser, sources: str, url: str) -> str:
    """Return what becomes of a socket that a page of the site opens."""
    policy = {"Content-Security-Policy": f"connect-src {sources}"}

    def answer(route: Route) -> None:
        route.fulfill(body="<!doctype html>", content_type="text/html", headers=policy)

    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/*", answer)
        page.goto(f"https://{SITE}/")
        return str(page.evaluate(OPEN, url))


class TestPolicies:
    @pytest.mark.parametrize(("sources", "url"), ALLOWED)
    def test_allow(self, secluded: Browser, sources: str, url: str) -> None:
        """What we call allowed is not blocked."""
        assert outcome(secluded, sources, url) == "allowed"

    @pytest.mark.parametrize(("sources", "url"), BLOCKED)
    def test_block(self, secluded: Browser, sources: str, url: str) -> None:
        """What we call blocked is."""
        assert outcome(secluded, sources, url) == "blocked"
