"""Which route a message takes."""

from __future__ import annotations

import re

import pytest

from .target import Api

__all__ = ["TestDeployments", "TestSelection"]


def route_of(api: Api, selection: str, text: str, *keys: str) -> str:
    """Return the end of the path that the backend gets a message at."""
    with api.target.api(selection) as other:
        other.add("$connect", "$default", *keys).publish()
        with other.open() as client:
            client.send(text)
            return client.event("MESSAGE").path.removeprefix("/ws/")


class TestSelection:
    """The route selection expression."""

    @pytest.mark.parametrize(
        ("selection", "text", "key"),
        [
            ("$request.body.action", '{"action": "a"}', "a"),
            ("${request.body.action}", '{"action": "a"}', "a"),
            ("$request.body.deep.er", '{"deep": {"er": "a"}}', "a"),
            ("${request.body.x}-${request.body.y}", '{"x": "b", "y": "c"}', "b-c"),
            ("${request.body.x}-${request.body.y}", '{"x": "b"}', "b-"),
            ("$request.body.action", '{"action": 1}', "1"),
            ("a", '{"action": "b-"}', "a"),
            (r"\$default", '{"action": "a"}', "default"),
        ],
    )
    def test_forms(self, api: Api, selection: str, text: str, key: str) -> None:
        """Paths with and without braces, several of them, and static text."""
        assert route_of(api, selection, text, "a", "b-c", "b-", "1") == key

    @pytest.mark.parametrize(
        "text",
        [
            "a",
            "",
            '{"action": "a"',
            "[]",
            "{}",
            '{"action": "A"}',
            '{"action": "other"}',
            '{"action": "$connect"}',
            '{"action": "$disconnect"}',
        ],
    )
    def test_default(self, api: Api, text: str) -> None:
        """What is no JSON, has no action, or one that is no route key, in this case and all."""
        with api.open() as client:
            client.send(text)

            received = client.event("MESSAGE")
            assert (received.path, received.body) == ("/ws/default", text.encode())

    def test_nothing_matches(self, api: Api) -> None:
        """Without a default route the client is told, byte by byte, and stays connected."""
        with api.target.api() as other:
            other.add("$connect").add("ask", two_way=True).publish()
            with other.open() as client:
                client.send('{"action": "other"}')

                assert re.fullmatch(
                    rf'{{"message": "Forbidden", "connectionId":"{client.id}", '
                    r'"requestId":"[A-Za-z0-9_-]{15}="}',
                    str(client.receive()),
                )
                assert client.is_served()


class TestDeployments:
    """A stage serves what was deployed to it."""

    def test_are_snapshots(self, api: Api) -> None:
        """A route that is not deployed takes no message, and an open connection gets it later."""
        with api.target.api() as other:
            other.add("$connect", "$default").publish()
            with other.open() as client:
                other.add("late")
                client.send('{"action": "late"}')
                first = client.event("MESSAGE")
                other.deploy()
                client.send('{"action": "late"}')

                assert [first.path, client.event("MESSAGE", 2).path] == ["/ws/default", "/ws/late"]

    def test_come_by_themselves(self, api: Api) -> None:
        """A stage with AutoDeploy has what was changed last."""
        with api.target.api() as other:
            other.add("$connect")
            other.control.create_stage(ApiId=other.id, StageName="dev", AutoDeploy=True)
            other.add("ask", two_way=True)
            with other.open() as client:
                assert client.is_served()
