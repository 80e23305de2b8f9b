"""Route responses, through boto3."""

from __future__ import annotations

from typing import Any

import pytest

from ..errors import error_of, outcome
from ..support import World


@pytest.fixture
def route(world: World) -> dict[str, Any]:
    """Give where the default route is."""
    items = world.control.get_routes(ApiId=world.api_id)["Items"]
    (route_id,) = [item["RouteId"] for item in items if item["RouteKey"] == "$default"]
    return {"ApiId": world.api_id, "RouteId": route_id}


class TestRouteResponses:
    """The life of a route response."""

    def test_create_and_read(self, world: World, route: dict[str, Any]) -> None:
        """One and all are found."""
        created = outcome(world.control.create_route_response, **route, RouteResponseKey="$default")

        response_id = created["RouteResponseId"]
        one = outcome(world.control.get_route_response, **route, RouteResponseId=response_id)
        listed = outcome(world.control.get_route_responses, **route)

        assert created == one == {"RouteResponseId": response_id, "RouteResponseKey": "$default"}
        assert listed == {"Items": [created]}

    def test_update(self, world: World, route: dict[str, Any]) -> None:
        """The key stays what it is."""
        response_id = world.control.create_route_response(**route, RouteResponseKey="$default")[
            "RouteResponseId"
        ]

        answer = world.control.update_route_response(
            **route,
            RouteResponseId=response_id,
            RouteResponseKey="other",
            ModelSelectionExpression="x",
        )

        assert (answer["RouteResponseKey"], answer["ModelSelectionExpression"]) == ("$default", "x")

    def test_delete(self, world: World, route: dict[str, Any]) -> None:
        """A deleted one is unknown."""
        response_id = world.control.create_route_response(**route, RouteResponseKey="$default")[
            "RouteResponseId"
        ]

        world.control.delete_route_response(**route, RouteResponseId=response_id)

        assert error_of(world.control.get_route_response, **route, RouteResponseId=response_id) == (
            404,
            "NotFoundException",
            f"Invalid Route Response identifier specified {response_id}",
        )


class TestRefusals:
    """What AWS does not take."""

    def test_second_response(self, world: World, route: dict[str, Any]) -> None:
        """A route has one."""
        world.control.create_route_response(**route, RouteResponseKey="$default")

        assert error_of(
            world.control.create_route_response, **route, RouteResponseKey="$default"
        ) == (409, "ConflictException", "Route response with key $default already exists")

    def test_other_key(self, world: World, route: dict[str, Any]) -> None:
        """Its key is fixed."""
        assert error_of(world.control.create_route_response, **route, RouteResponseKey="x") == (
            400,
            "BadRequestException",
            "The only route response key is $default",
        )
