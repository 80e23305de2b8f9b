"""What the emulator does when it is told to assume something else of AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from django_aws_api_gateway_websockets.emulator import (
    Assumptions,
    Clock,
    EmulatorThread,
    ManualClock,
)

from .target import MAPPED, Api, Gate, Given, Target

__all__ = ["TestOptions"]

ENDING = {
    "integration.request.header.X-Code": "context.disconnectStatusCode",
    "integration.request.header.X-Reason": "context.disconnectReason",
}


@pytest.fixture(scope="module")
def other_clock() -> Clock:
    """Give a clock that stands still."""
    return ManualClock()


@pytest.fixture(scope="module")
def other(target: Target, emulator: EmulatorThread | None, other_clock: Clock) -> Iterator[Api]:
    """Give an API of an emulator that assumes the opposite of each default."""
    assume = Assumptions(
        unreachable_status=502,
        timeout_status=503,
        error_bodies=False,
        expression_is_two_way=True,
        disconnect_context=True,
        pings_keep_alive=True,
    )
    with EmulatorThread(clock=other_clock, assume=assume) as emulator:
        own = replace(target, url=emulator.url, clients={})
        own.start_afresh()
        with own.api() as api:
            api.add("$connect", "say").add("ask", two_way=True)
            api.add("$disconnect", RequestParameters={**MAPPED, **ENDING})
            (say,) = [route for route in api.routes() if route["RouteKey"] == "say"]
            api.control.update_route(
                ApiId=api.id, RouteId=say["RouteId"], RouteResponseSelectionExpression="$default"
            )
            yield api.publish()
        own.close()


@pytest.fixture
def api(other: Api, api: Api, local: object) -> Api:
    """Give that API, with a backend that is content."""
    return other


class TestOptions:
    """One option each."""

    def test_unreachable_status(self, api: Api) -> None:
        """The answer to a handshake whose backend cannot be reached."""
        with api.target.api() as dead:
            dead.add("$default").publish()
            dead.add("$connect", IntegrationUri=api.target.dead_url).deploy()

            assert dead.refusal() == 502

    def test_timeout_status(self, api: Api) -> None:
        """The answer to a handshake whose backend is slow."""
        gate = api.target.backend.answers["late"] = Gate()
        with api.target.api() as slow:
            slow.add("$default").publish()
            uri = f"{api.target.backend_url}/late"
            slow.add("$connect", IntegrationUri=uri, TimeoutInMillis=50).deploy()

            assert slow.refusal() == 503
            gate.opened.set()

    def test_error_bodies(self, api: Api) -> None:
        """The body of a failure stays with the gateway."""
        api.target.backend.answers["ask"] = Given(status=400, body=b"secret")
        with api.open() as client:
            client.send('{"action": "ask"}')

            assert str(client.receive()).startswith('{"message": "Internal server error", ')

    def test_expression_is_two_way(self, api: Api) -> None:
        """A route with the expression alone answers."""
        api.target.backend.answers["say"] = Given(body=b"heard")
        with api.open() as client:
            client.send('{"action": "say"}')

            assert client.receive() == "heard"

    def test_disconnect_context(self, api: Api) -> None:
        """The backend learns code and reason."""
        with api.open() as client:
            client.socket.close(4000, "bye")
            received = client.event("DISCONNECT")

        assert [received.header("X-Code"), received.header("X-Reason")] == ["4000", "bye"]

    def test_disconnect_context_of_a_delete(self, api: Api) -> None:
        """The words are those that AWS tells Lambda functions."""
        with api.open() as client:
            api.management().delete_connection(ConnectionId=client.id)
            received = client.event("DISCONNECT")

        assert [received.header("X-Code"), received.header("X-Reason")] == [
            "1000",
            "Connection Closed Normally",
        ]

    def test_pings_keep_alive(self, api: Api, other_clock: Clock) -> None:
        """A ping starts the idle time again."""
        with api.open() as client:
            other_clock.advance(590)
            assert client.socket.ping().wait(5)
            other_clock.advance(590)

            assert client.is_served()
