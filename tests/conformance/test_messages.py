"""What comes back to a client for its message."""

from __future__ import annotations

import re

import pytest

from .target import Api, Gate, Given

__all__ = ["TestFailures", "TestOneWay", "TestTwoWay"]


def error_frame(message: str, connection_id: str) -> str:
    """Return a pattern of the gateway's own frame."""
    return (
        rf'{{"message": "{message}", "connectionId":"{connection_id}", '
        r'"requestId":"[A-Za-z0-9_-]{15}="}'
    )


class TestOneWay:
    """A route without a route response."""

    @pytest.mark.parametrize("status", [200, 301, 400, 404, 500, 501])
    def test_is_silent(self, api: Api, status: int) -> None:
        """Whatever the backend answers; the next message that comes is another one's."""
        api.target.backend.answers["say"] = Given(status=status, body=b"nobody hears this")
        with api.open() as client:
            client.send('{"action": "say"}')
            client.event("MESSAGE")

            assert client.is_served()

    def test_connect_and_disconnect_are_silent(self, api: Api) -> None:
        """The body of the answer to a handshake is not the first message."""
        api.target.backend.answers["connect"] = Given(body=b"welcome")
        with api.open() as client:
            assert client.is_served()

    def test_messages_run_at_the_same_time(self, api: Api) -> None:
        """Nobody waits for the message before."""
        gate = api.target.backend.answers["say"] = Gate()
        with api.open() as client:
            client.send('{"action": "say"}')
            gate.entered.acquire(timeout=5)

            assert client.is_served()
            gate.opened.set()


class TestTwoWay:
    """A route with a route response."""

    @pytest.mark.parametrize("status", [200, 302, 400, 404, 500])
    def test_has_the_body(self, api: Api, status: int) -> None:
        """Whatever the status."""
        api.target.backend.answers["ask"] = Given(status=status, body="h\xe9llo".encode())
        with api.open() as client:
            client.send('{"action": "ask"}')

            assert client.receive() == "h\xe9llo"

    def test_empty_body_is_no_message(self, api: Api) -> None:
        """The next message that comes is another one's."""
        with api.open() as client:
            client.send('{"action": "empty"}')
            client.event("MESSAGE")

            assert client.is_served()

    def test_expression_alone_is_one_way(self, api: Api) -> None:
        """A ``RouteResponseSelectionExpression`` without a route response."""
        with api.target.api() as other:
            other.add("$connect", "say").add("ask", two_way=True)
            (say,) = [r for r in other.routes() if r["RouteKey"] == "say"]
            other.control.update_route(
                ApiId=other.id, RouteId=say["RouteId"], RouteResponseSelectionExpression="$default"
            )
            api.target.backend.answers["say"] = Given(body=b"nobody hears this")
            with other.publish().open() as client:
                client.send('{"action": "say"}')
                client.event("MESSAGE")

                assert client.is_served()


class TestFailures:
    """A backend that does not answer."""

    @pytest.mark.parametrize(
        ("action", "message"),
        [("dead", "Internal server error"), ("slow", "Endpoint request timed out")],
    )
    def test_are_told(self, api: Api, action: str, message: str) -> None:
        """The client gets a frame, also on one way, and stays connected."""
        gate = api.target.backend.answers["slow"] = Gate()
        with api.open() as client:
            client.send(f'{{"action": "{action}"}}')

            assert re.fullmatch(error_frame(message, client.id), str(client.receive()))
            assert client.is_served()
        gate.opened.set()

    def test_mock_integration(self, api: Api) -> None:
        """It asks nobody and says nothing."""
        with api.open() as client:
            client.send('{"action": "mock"}')

            assert client.is_served()
