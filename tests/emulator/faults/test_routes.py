"""The switchboard's side of HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from ..support import PATIENCE, World

POST_429 = "/_emulator/faults/post-429"


def ask(world: World, method: str, path: str, body: str = "", **headers: str) -> tuple[int, Any]:
    """Return status and document of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", world.thread.port, timeout=PATIENCE)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    document = json.load(response)
    connection.close()
    return response.status, document


class TestListing:
    """What is set, and what there is."""

    def test_says_both(self, empty_world: World) -> None:
        """Names, values, and what they mean."""
        empty_world.thread.switchboard.set("post-429", "3x")

        status, document = ask(empty_world, "GET", "/_emulator/faults")

        assert (status, document["seed"], document["faults"]) == (200, 0, {"post-429": "3x"})
        assert document["known"]["post-429"] == {
            "takes": "a probability from 0 to 1, or a number of times such as 3x",
            "does": "A call to @connections gets 429.",
            "once": False,
        }


class TestSetting:
    """What is to happen."""

    @pytest.mark.parametrize(
        ("body", "value"),
        [("", "1"), ("{}", "1"), ('{"value": "2x"}', "2x"), ('{"value": 0.5}', "0.5")],
    )
    def test_takes_a_value(self, empty_world: World, body: str, value: str) -> None:
        """As text, as a number, or none."""
        answer = ask(empty_world, "PUT", POST_429, body)

        assert answer == (200, {"seed": 0, "faults": {"post-429": value}})

    def test_acts(self, empty_world: World) -> None:
        """What happens once is not set."""
        before = empty_world.clock.now()

        answer = ask(empty_world, "PUT", "/_emulator/faults/clock", '{"value": 600}')

        assert answer == (200, {"seed": 0, "faults": {}})
        assert empty_world.clock.now() - before == 600

    @pytest.mark.parametrize("body", ["often", "[]", '{"value": true}', '{"value": null}'])
    def test_refuses_other_bodies(self, empty_world: World, body: str) -> None:
        """The refusal shows what fits."""
        answer = ask(empty_world, "PUT", POST_429, body)

        message = 'The body must be empty, or JSON such as {"value": "0.5"}.'
        assert answer == (400, {"message": message})

    def test_refuses_other_names_and_values(self, empty_world: World) -> None:
        """The refusal lists what there is."""
        name = ask(empty_world, "PUT", "/_emulator/faults/tired%20")
        value = ask(empty_world, "PUT", POST_429, '{"value": "often"}')

        assert (name[0], value[0]) == (400, 400)
        assert name[1]["message"].startswith("There is no fault 'tired '. There are: connect-")
        assert value[1]["message"].startswith("post-429 takes a probability from 0 to 1, or ")


class TestClearing:
    """What is not to happen any more."""

    @pytest.mark.parametrize(
        ("path", "left"), [(POST_429, {"post-410": "1"}), ("/_emulator/faults", {})]
    )
    def test_one_or_all(self, empty_world: World, path: str, left: dict[str, str]) -> None:
        """What is left is told."""
        empty_world.thread.switchboard.set("post-429")
        empty_world.thread.switchboard.set("post-410")

        assert ask(empty_world, "DELETE", path) == (200, {"seed": 0, "faults": left})


class TestProtection:
    """It is not for the pages of other sites."""

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({"Origin": "http://evil.test"}, 403), ({"Host": "evil.test:9000"}, 421)],
    )
    def test_web_page(self, empty_world: World, headers: dict[str, str], status: int) -> None:
        """Neither by its own name, nor by one that leads here."""
        answer = ask(empty_world, "PUT", POST_429, **headers)

        assert (answer[0], empty_world.thread.switchboard.settings()) == (status, {})

    def test_custom_domain(self, world: World) -> None:
        """A custom domain has no switchboard."""
        world.map_domain()

        assert ask(world, "PUT", POST_429, Host="ws.example.test")[0] == 403
