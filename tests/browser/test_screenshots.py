"""Every page of the example fits its window; the pictures in ``screenshots/`` are to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Person

__all__ = ["TestPages"]

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
DESKTOP, PHONE = {"width": 1200, "height": 760}, {"width": 390, "height": 800}
WINDOWS = {
    "light": {"color_scheme": "light", "viewport": DESKTOP},
    "dark": {"color_scheme": "dark", "viewport": DESKTOP},
    "phone": {"color_scheme": "light", "viewport": PHONE},
    "phone-dark": {"color_scheme": "dark", "viewport": PHONE},
}
LIVE = {
    "dashboard": "/dashboard/",
    "blog": "/blog/",
    "post": "/blog/one-socket-is-plenty/",
    "room": "/chat/rooms/lobby/",
}
STATIC = {
    "home": "/",
    "no-route": "/dashboard/unconfigured/",
    "rooms": "/chat/",
    "staff-room": "/chat/rooms/staff/",
}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class TestPages:
    @pytest.mark.parametrize("window", WINDOWS)
    def test_fit(self, open_person: Callable[..., Person], window: str) -> None:
        """No page is wider than its window, and those with a route are connected."""
        options: dict[str, Any] = WINDOWS[window]
        grace = open_person("Grace", reduced_motion="reduce", **options)
        widths = {}

        for name, path in {**STATIC, **LIVE}.items():
            grace.goto(path)
            grace.page.locator("main h1").wait_for()
            grace.page.locator("#connection:not([data-state=open])").wait_for(state="detached")
            grace.page.screenshot(path=SCREENSHOTS / f"{name}-{window}.png")
            widths[name] = grace.page.evaluate(OVERFLOW)

        grace.problems.remove(
            "Failed to load resource: the server responded with a status of 403 (Forbidden)"
        )
        assert set(widths.values()) == {0}

    @pytest.mark.parametrize("window", WINDOWS)
    def test_fit_after_signing_out_elsewhere(
        self, open_person: Callable[..., Person], window: str
    ) -> None:
        """The line that says so makes no page wider than its window."""
        options: dict[str, Any] = WINDOWS[window]
        grace = open_person("Grace", reduced_motion="reduce", **options)
        tabs = {name: grace.open_tab() for name in LIVE}
        for name, tab in tabs.items():
            tab.open(LIVE[name])

        grace.sign_out()

        for name, tab in tabs.items():
            tab.page.get_by_text("You were signed out.").wait_for()
            tab.page.screenshot(path=SCREENSHOTS / f"signed-out-{name}-{window}.png")
        assert {tab.page.evaluate(OVERFLOW) for tab in tabs.values()} == {0}
