"""Chromium, people who use it, and the example project that they open."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, sync_playwright

from ..example.project import ExampleProject
from ..management.site import Running, free_port

__all__ = ["ExampleSite", "Person", "browser", "open_person", "playwright", "site", "weather"]

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
)
PATIENCE = 60_000
"""Milliseconds that a page may take to show something."""


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start the Chromium of this machine."""
    [program, *_] = filter(None, map(shutil.which, CHROMIUM_NAMES))
    return playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *arguments])


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Run Playwright's driver; Django may be used in this thread beside its event loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Run Chromium."""
    browser = launch(playwright)
    yield browser
    browser.close()


class ExampleSite:
    """The example project: Django in one process, the gateway in another.

    Args:
        folder: where the database and the output of the processes go.
        faults: what goes wrong at the gateway.
    """

    def __init__(self, folder: Path, faults: Iterable[str]) -> None:
        self._faults = [f"--fault={fault}" for fault in faults]
        self.project = ExampleProject(folder, settings="tests.browser.settings")
        self.port, self._gateway_port = free_port(), free_port()
        self.project.call("migrate", "--verbosity=0")
        self.project.call("seed", f"http://127.0.0.1:{self.port}")
        self._server = self.project.start("runserver", "--noreload", f"127.0.0.1:{self.port}")
        self.start_gateway()

    def start_gateway(self) -> None:
        """Run the gateway, at the same address each time."""
        address = f"127.0.0.1:{self._gateway_port}"
        self._gateway = self.project.start("runapigateway", address, *self._faults)
        self._gateway.wait_for(lambda output: re.search(r"^example: ws://", output, re.MULTILINE))

    def kill_gateway(self) -> None:
        """End the gateway without a word to anybody."""
        self._gateway.interrupt(signal.SIGKILL)

    def close(self) -> list[int]:
        """End both processes."""
        processes: tuple[Running, ...] = (self._gateway, self._server)
        return [process.interrupt() for process in processes]


@pytest.fixture(scope="module")
def weather() -> tuple[str, ...]:
    """Give the faults of the gateway: none."""
    return ()


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, weather: tuple[str, ...]
) -> Iterator[ExampleSite]:
    """Run the example project."""
    site = ExampleSite(tmp_path_factory.mktemp("site"), weather)
    yield site
    site.close()


class Person:
    """Somebody with a browser window of their own, and what went wrong in it."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        context.set_default_timeout(PATIENCE)
        self._base_url = base_url
        self.context = context
        self.problems: list[str] = []
        self.page: Page = self._new_page()

    def sign_in(self, name: str) -> None:
        """Press the button of a demo user."""
        self.page.goto(f"{self._base_url}/")
        self.page.get_by_role("button", name=f"Sign in as {name}").click()
        self.page.wait_for_url("**/dashboard/")

    def open_tab(self) -> Person:
        """Return the same person at another tab of the same window."""
        return Person(self.context, self._base_url)

    def sign_out(self) -> None:
        """Press the button in the bar."""
        self.page.get_by_role("button", name="Sign out").click()

    def open(self, path: str) -> Page:
        """Open a page and wait until it is connected."""
        self.goto(path)
        self.badge("open").wait_for()
        return self.page

    def goto(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(f"{self._base_url}{path}")
        return self.page

    def badge(self, state: str) -> Locator:
        """Return the badge of the connection in a state."""
        return self.page.locator(f"#connection[data-state={state}]")

    def write(self, text: str) -> None:
        """Write a line into the form of the page and send it."""
        self.page.locator("input[name=text]").fill(text)
        self.page.keyboard.press("Enter")

    def sees(self, text: str) -> None:
        """Wait until the page shows a text."""
        self.page.get_by_text(text, exact=True).wait_for()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        return page

    def _note(self, kind: str, text: str) -> None:
        self.problems += [text] * (kind in ("error", "warning"))


@pytest.fixture
def open_person(browser: Browser, site: ExampleSite) -> Iterator[Callable[..., Person]]:
    """Return a function that opens a window for somebody; no window may report a problem."""
    people: list[Person] = []

    def open_one(name: str, *, host: str = "127.0.0.1", **options: Any) -> Person:
        person = Person(browser.new_context(**options), f"http://{host}:{site.port}")
        people.append(person)
        person.sign_in(name)
        return person

    yield open_one
    for person in people:
        person.context.close()
    assert [person.problems for person in people] == [[] for _ in people]
