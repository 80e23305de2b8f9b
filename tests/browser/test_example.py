"""People use the example project in real browsers, through the real gateway."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..e2e.conftest import FOUL
from .conftest import ExampleSite, Person

__all__ = [
    "TestBlog",
    "TestChat",
    "TestDashboard",
    "TestHosts",
    "TestReconnecting",
    "TestSigningOut",
    "weather",
]

OpenPerson = Callable[..., Person]


@pytest.fixture(scope="module")
def weather() -> tuple[str, ...]:
    """Give faults of which people see nothing: events are late or twice, posts out of order."""
    return FOUL


class TestChat:
    def test_a_line_appears_in_the_other_window(self, open_person: OpenPerson) -> None:
        """What one types, the other reads, and both ways."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/chat/rooms/lobby/")
        grace.open("/chat/rooms/lobby/")

        ada.write("Is anybody here?")
        grace.sees("Is anybody here?")
        grace.write("I am.")

        ada.sees("I am.")

    def test_the_writer_hears_how_many_read_it(self, open_person: OpenPerson) -> None:
        """A request has its reply."""
        ada = open_person("Ada")
        ada.open("/chat/rooms/engines/")

        ada.write("Just me")

        ada.sees("Delivered to 1 window")

    def test_who_is_here_follows_the_windows(self, open_person: OpenPerson) -> None:
        """People appear when they come, and disappear when they close their window."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/chat/rooms/engines/")
        grace.open("/chat/rooms/engines/")
        people = ada.page.locator("#people li")
        people.nth(1).wait_for()

        grace.goto("/chat/")
        people.nth(1).wait_for(state="detached")

        assert people.all_inner_texts() == ["A\nAda"]

    def test_lines_stand_in_one_order(self, open_person: OpenPerson) -> None:
        """What overtakes on the way is lost on nobody, and put where it belongs."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/chat/rooms/engines/")
        grace.open("/chat/rooms/engines/")
        lines = [f"Cog {number}" for number in range(12)]

        for line in lines:
            ada.write(line)
        for line in lines:
            ada.sees(line)
            grace.sees(line)

        texts = [person.page.locator("#messages .text") for person in (ada, grace)]
        assert texts[0].all_inner_texts() == texts[1].all_inner_texts()

    def test_markup_stays_text(self, open_person: OpenPerson) -> None:
        """What is said is never run."""
        ada = open_person("Ada")
        ada.open("/chat/rooms/engines/")

        ada.write("<img src=x onerror=alert(1)>")

        ada.sees("<img src=x onerror=alert(1)>")

    def test_the_socket_itself_keeps_members_out(self, open_person: OpenPerson) -> None:
        """A page that claims the staff room's channel gets no connection."""
        grace = open_person("Grace")
        grace.open("/chat/rooms/lobby/")
        refusal = grace.page.evaluate(
            """() => new Promise((resolve) => {
              const config = { ...djangoWebSockets.readConfig(), channel: "chat_staff" };
              const intruder = djangoWebSockets.connect({ config });
              intruder.on("error", ({ detail }) => {
                intruder.close();
                resolve(detail.name);
              });
            })"""
        )

        assert refusal == "ConnectionLostError"
        assert [text.count("403") for text in grace.problems] == [1]
        grace.problems.clear()


class TestDashboard:
    def test_a_terminal_announces(self, open_person: OpenPerson, site: ExampleSite) -> None:
        """The command reaches the open page."""
        ada = open_person("Ada")
        ada.open("/dashboard/")

        site.project.call("announce", "Tea is ready")

        ada.sees("Tea is ready")

    def test_a_page_announces(self, open_person: OpenPerson) -> None:
        """The form reaches the other page."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/dashboard/")
        grace.open("/dashboard/")

        ada.write("The engine turns")

        grace.sees("The engine turns")

    def test_counts_live_connections(self, open_person: OpenPerson) -> None:
        """A channel appears as soon as somebody joins it."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/dashboard/")

        grace.open("/blog/who-holds-the-line/")

        ada.sees("blog_who-holds-the-line")


class TestBlog:
    def test_applause_reaches_readers_and_list(self, open_person: OpenPerson) -> None:
        """The reader and whoever looks at the list see one number."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/blog/")
        grace.open("/blog/one-socket-is-plenty/")

        grace.page.get_by_role("button", name="Clap").click()

        grace.page.locator("#applause", has_text="1").wait_for()
        ada.page.locator("[data-count=applause]", has_text="1").wait_for()

    def test_comments_reach_readers(self, open_person: OpenPerson) -> None:
        """Two readers of one post share its channel."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/blog/one-socket-is-plenty/")
        grace.open("/blog/one-socket-is-plenty/")

        grace.write("Well put")

        ada.sees("Well put")


class TestReconnecting:
    def test_pages_come_back_by_themselves(
        self, open_person: OpenPerson, site: ExampleSite
    ) -> None:
        """The gateway is killed and started again; nobody reloads anything."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/chat/rooms/lobby/")
        grace.open("/chat/rooms/lobby/")

        site.kill_gateway()
        ada.badge("waiting").wait_for()
        grace.badge("waiting").wait_for()
        site.start_gateway()
        ada.badge("open").wait_for()
        grace.badge("open").wait_for()
        ada.write("There you are")

        grace.sees("There you are")
        ada.problems.clear()
        grace.problems.clear()


class TestSigningOut:
    def test_closes_the_other_tab(self, open_person: OpenPerson) -> None:
        """The other tab is told why, and stays closed."""
        ada = open_person("Ada")
        tab = ada.open_tab()
        ada.open("/dashboard/")
        tab.open("/chat/rooms/lobby/")

        ada.sign_out()
        ada.page.get_by_text("Who are you today?").wait_for()
        tab.page.get_by_text("You were signed out.").wait_for()

        tab.badge("closed").wait_for()
        assert tab.problems == []

    def test_leaves_others_alone(self, open_person: OpenPerson) -> None:
        """Somebody else's page goes on."""
        ada, grace = open_person("Ada"), open_person("Grace")
        ada.open("/chat/rooms/lobby/")
        grace.open("/chat/rooms/lobby/")

        ada.sign_out()
        ada.page.get_by_text("Who are you today?").wait_for()
        grace.write("Still here")

        grace.sees("Still here")

    def test_tells_the_page_the_code(self, open_person: OpenPerson) -> None:
        """A script hears from the client why its connection was closed."""
        ada = open_person("Ada")
        tab = ada.open_tab()
        tab.open("/dashboard/")
        tab.page.evaluate(
            """() => new Promise((resolve) => {
              const client = djangoWebSockets.connect();
              client.on("open", resolve);
              window.farewell = new Promise((told) => {
                client.on("close", ({ detail }) => told([detail.serverCode, detail.willReconnect]));
              });
            })"""
        )

        ada.sign_out()

        assert tab.page.evaluate("() => window.farewell") == ["logged_out", False]


class TestHosts:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_pages_of_each_name_connect(self, open_person: OpenPerson, host: str) -> None:
        """The socket's address takes the name that the page was asked for."""
        ada = open_person("Ada", host=host)
        ada.open("/chat/rooms/lobby/")

        ada.write(f"From {host}")

        ada.sees(f"From {host}")
