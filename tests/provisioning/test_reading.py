"""What AWS has of a gateway is read without changing it, with no more calls than are needed."""

from __future__ import annotations

from typing import Any

from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.provisioning.reading import read_actual
from django_aws_api_gateway_websockets.provisioning.state import ActualGateway

from .test_run import client, emulator, run, wanted

__all__ = ["client", "emulator"]


class TestReading:
    """What AWS has is read without changing it."""

    def test_nothing(self, client: Any) -> None:
        """A gateway that was never created."""
        assert read_actual(wanted(), control=ControlPlane(client)) == ActualGateway()

    def test_all(self, client: Any) -> None:
        """A gateway that was."""
        desired = wanted()
        run(client, desired)

        actual = read_actual(desired, control=ControlPlane(client))

        assert [route.key for route in actual.routes] == [route.key for route in desired.routes]
        assert len(actual.integrations) == 4
        assert len(actual.responses) == 2
        assert actual.stage is not None

    def test_some_responses(self, client: Any) -> None:
        """Of the routes that are not concerned, AWS is not asked whether they answer."""
        desired = wanted()
        run(client, desired)

        actual = read_actual(desired, control=ControlPlane(client), keys={"chat"})

        (chat,) = (route for route in actual.routes if route.key == "chat")
        assert list(actual.responses) == [chat.route_id]
