"""Somebody looks at the gateway's traffic, and meddles with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from ..emulator.support import Given, World, until
from .conftest import PATIENCE
from .test_screenshots import OVERFLOW, SCREENSHOTS, WINDOWS

__all__ = ["TestConnections", "TestEvents", "TestFaults", "TestLoad", "TestWindows"]

CONNECT = """async (url) => {
  globalThis.received = [];
  globalThis.socket = new WebSocket(url);
  socket.onmessage = ({data}) => received.push(data);
  socket.onclose = ({code}) => received.push(code);
  await new Promise((resolve) => { socket.onopen = resolve; });
}"""

REFUSED = """(url) => new Promise((resolve) => {
  new WebSocket(url).onclose = () => resolve();
})"""

ADDITIONS = """() => {
  window.additions = [];
  new MutationObserver((records) => {
    window.additions.push(records.reduce((sum, record) => sum + record.addedNodes.length, 0));
  }).observe(document.querySelector("#events"), {childList: true});
}"""


@pytest.fixture
def world() -> Iterator[World]:
    """Give an emulator whose backend answers."""
    with World() as world:
        world.provision("$connect", "$disconnect", "$default", "chat", two_way=True)
        world.backend.answers["chat"] = Given(body=b'{"reply": "<i>Hello</i> yourself"}')
        yield world


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """Give the list of what browsers complain about, which is to be empty in the end."""
    problems: list[str] = []
    yield problems
    assert problems == []


@pytest.fixture
def page(browser: Browser, world: World, problems: list[str]) -> Iterator[Page]:
    """Return the inspector in a window."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto(world.thread.inspector_url)
    page.locator("#state", has_text="Live").wait_for()
    yield page
    context.close()


@pytest.fixture
def visitor(page: Page, world: World) -> Page:
    """Return a page of another site, connected to the gateway."""
    visitor = page.context.new_page()
    visitor.evaluate(CONNECT, f"{world.stage_url.replace('http', 'ws', 1)}?token=abc&room=7")
    return visitor


def say(visitor: Page, text: str) -> None:
    """Send a message from a page."""
    visitor.evaluate("(text) => socket.send(JSON.stringify({action: 'chat', text}))", text)


def rows(page: Page, text: str) -> Locator:
    """Return the rows of events that show a text."""
    return page.locator("#events li", has_text=text)


class TestEvents:
    def test_appear_and_open(self, page: Page, visitor: Page) -> None:
        """A message is a row, and the row opens to both bodies without secrets."""
        say(visitor, "<b>Hello</b>")

        rows(page, "<b>Hello</b>").locator("button").click()

        detail = page.locator("#detail")
        detail.get_by_text('"reply": "<i>Hello</i> yourself"').wait_for()
        assert "X-Ws-Gateway-Secret\n***" in detail.inner_text()
        page.get_by_role("button", name="Close the event").click()
        assert detail.is_hidden()

    def test_of_a_refused_handshake(self, page: Page, visitor: Page, world: World) -> None:
        """What was asked of the gateway and what it said; without a word about tokens."""
        url = f"{world.thread.url.replace('http', 'ws', 1)}/nowhere/dev?token=abc"
        visitor.evaluate(REFUSED, url)

        rows(page, "/nowhere/dev").locator("button").click()

        detail = page.locator("#detail")
        detail.get_by_text("Answer 403 of the gateway").wait_for()
        assert f"GET {world.thread.url}/nowhere/dev?token=***" in detail.inner_text()
        assert '"message": "Forbidden"' in detail.inner_text()

    def test_of_the_control_plane(self, page: Page) -> None:
        """Both bodies of a call, which gives an integration its secret."""
        rows(page, "CreateIntegration").first.locator("button").click()

        detail = page.locator("#detail")
        detail.get_by_text("control CreateIntegration").wait_for()
        assert detail.inner_text().count('X-Ws-Gateway-Secret": "***"') == 3
        assert "s" * 32 not in page.content()

    def test_open_at_their_beginning(self, page: Page) -> None:
        """However far the one before was scrolled."""
        created = rows(page, "CreateIntegration")
        created.first.locator("button").click()
        page.locator("#detail:focus").wait_for()
        page.locator("#detail").evaluate("(detail) => detail.scrollTo(0, detail.scrollHeight)")

        created.last.locator("button").click()

        until(lambda: page.locator("#detail").evaluate("(detail) => detail.scrollTop") == 0)

    def test_with_a_keyboard(self, page: Page) -> None:
        """Arrows go from row to row, Enter opens one, and Escape returns to it."""
        buttons = page.locator("#events button")
        buttons.first.focus()

        for key in ("ArrowUp", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
            page.keyboard.press(key)
        page.locator("#detail:focus").wait_for()
        page.keyboard.press("Escape")

        assert page.locator("#detail").is_hidden()
        assert buttons.nth(1).evaluate("(button) => button === document.activeElement")

    def test_are_filtered(self, page: Page, visitor: Page) -> None:
        """By words, and by what failed."""
        say(visitor, "one")
        say(visitor, "two")
        rows(page, "two").wait_for()

        page.locator("#filter").fill("chat -two")

        rows(page, "two").wait_for(state="detached")
        rows(page, "one").wait_for()
        page.get_by_label("Failures").check()
        page.get_by_text("No event fits the filter.").wait_for()

    def test_are_cleared(self, page: Page) -> None:
        """All of them, at once."""
        rows(page, "CreateApi").wait_for()
        page.get_by_role("button", name="Clear").click()

        page.get_by_text("No events yet.").wait_for()

    def test_pause(self, page: Page, visitor: Page) -> None:
        """Nothing moves until it is over."""
        rows(page, "101").wait_for()
        page.get_by_role("button", name="Pause").click()
        say(visitor, "later")

        resume = page.get_by_role("button", name="Resume (1 new)")
        resume.wait_for()
        assert rows(page, "later").count() == 0
        resume.click()

        rows(page, "later").wait_for()

    def test_become_curl_commands(self, page: Page, visitor: Page) -> None:
        """What Django was asked can be asked again in a terminal."""
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        say(visitor, "it's")

        rows(page, "it's").locator("button").click()
        page.get_by_role("button", name="Copy as curl").click()

        page.get_by_text("The command is in the clipboard.").wait_for()
        command = page.evaluate("navigator.clipboard.readText()")
        assert command.startswith("curl -i -g -X POST http://127.0.0.1:")
        assert command.endswith("""--data-raw '{"action":"chat","text":"it'\\''s"}'""")


class TestConnections:
    def test_message(self, page: Page, visitor: Page) -> None:
        """A message is sent to a connection from here."""
        page.get_by_role("button", name="Send…").click()
        page.get_by_role("textbox", name="Message").fill("from here")
        page.get_by_role("button", name="Send", exact=True).click()

        page.get_by_text("The message is sent.").wait_for()
        rows(page, "sent from the inspector  from here").wait_for()
        visitor.wait_for_function("received.includes('from here')")

    def test_message_to_nobody(self, page: Page, visitor: Page, problems: list[str]) -> None:
        """Somebody who has gone meanwhile gets none, and the box says so."""
        page.get_by_role("button", name="Send…").click()
        visitor.close()
        page.get_by_text("Nobody is connected.").wait_for()
        page.get_by_role("button", name="Send", exact=True).click()

        page.get_by_text("Nobody is connected under this id").wait_for()
        assert "status of 410" in problems.pop()

    def test_fill_in_the_filter(self, page: Page, visitor: Page) -> None:
        """With their id, until they are clicked again."""
        connection = page.locator("#connections .id")
        connection.click()
        rows(page, "CreateApi").wait_for(state="detached")
        connection.click()
        rows(page, "CreateApi").wait_for()

    def test_cut(self, page: Page, visitor: Page) -> None:
        """A connection is cut from here, and leaves the list."""
        page.get_by_role("button", name="Cut").click()

        page.get_by_text("Nobody is connected.").wait_for()
        visitor.wait_for_function("received.includes(1006)")
        rows(page, "closed").wait_for()

    def test_without_a_gateway(
        self, page: Page, visitor: Page, world: World, problems: list[str]
    ) -> None:
        """Nothing can be done to anybody while it is away."""
        page.get_by_role("button", name="Cut").wait_for()

        world.thread.stop()

        page.get_by_text("The gateway is away").wait_for()
        page.get_by_role("button", name="Cut").wait_for(state="hidden")
        page.close()
        assert {"ERR_CONNECTION_REFUSED" in problem for problem in problems} == {True}
        problems.clear()


class TestFaults:
    def test_are_flipped(self, page: Page, world: World, problems: list[str]) -> None:
        """On, with a value, and off again; a value that does not fit is explained."""
        page.locator("#faults-box summary").click()
        value = page.get_by_role("textbox", name="post-429")
        value.fill("often")
        page.get_by_role("button", name="Switch on: post-429").click()
        page.get_by_text("post-429 takes a probability").wait_for()
        assert "status of 400" in problems.pop()

        value.fill("2x")
        page.get_by_role("button", name="Switch on: post-429").click()
        page.get_by_text("1 on").wait_for()
        assert world.thread.switchboard.settings() == {"post-429": "2x"}

        page.get_by_role("button", name="Switch off: post-429").click()
        until(lambda: world.thread.switchboard.settings() == {})

    def test_happen_once(self, page: Page, visitor: Page) -> None:
        """What happens at once has a button of another name."""
        page.locator("#faults-box summary").click()

        page.get_by_role("button", name="Do it: restart").click()

        visitor.wait_for_function("received.includes(1006)")


class TestWindows:
    @pytest.mark.parametrize("window", WINDOWS)
    def test_fit(self, page: Page, visitor: Page, window: str) -> None:
        """In light and dark, and on a phone."""
        options: dict[str, Any] = WINDOWS[window]
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme=options["color_scheme"])
        say(visitor, "Hello, everybody! " * 20)
        rows(page, "Hello").wait_for()

        page.screenshot(path=Path(SCREENSHOTS) / f"inspector-{window}.png")
        rows(page, "Hello").locator("button").click()
        page.locator("#detail").wait_for()
        page.screenshot(path=Path(SCREENSHOTS) / f"inspector-event-{window}.png")

        assert page.evaluate(OVERFLOW) == 0


class TestLoad:
    def test_thousands_of_events(self, page: Page, visitor: Page) -> None:
        """A flood leaves the latest events, a few more in each frame, so that the page can move."""
        page.bring_to_front()
        page.evaluate(ADDITIONS)

        visitor.evaluate("() => { for (let n = 0; n < 1500; n++) socket.send(`flood ${n}`); }")
        rows(page, "flood 1499").wait_for()

        assert page.locator("#events li").count() == 300
        assert sum(page.evaluate("additions")) >= 300
        assert max(page.evaluate("additions")) <= 40
