"""Integrations and routes, through boto3."""

from __future__ import annotations

from typing import Any

import pytest

from ..errors import error_of, outcome
from ..support import World

URI = "http://django.test/ws/chat"
TOO_MANY = (
    "Maximum number of * for this API has been reached.  Please contact AWS if you need "
    "additional *."
)


@pytest.fixture
def api(empty_world: World) -> World:
    """Give an API in which there is nothing yet."""
    empty_world.api_id = empty_world.control.create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    return empty_world


def create_integration(api: World, **params: Any) -> Any:
    """Create an integration and return the answer."""
    defaults = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "POST", "IntegrationUri": URI}
    return outcome(api.control.create_integration, ApiId=api.api_id, **{**defaults, **params})


class TestIntegrations:
    """The life of an integration."""

    def test_create(self, api: World) -> None:
        """Defaults are those of AWS."""
        answer = create_integration(api, TimeoutInMillis=50)

        assert answer == {
            "ConnectionType": "INTERNET",
            "IntegrationId": answer["IntegrationId"],
            "IntegrationMethod": "POST",
            "IntegrationResponseSelectionExpression": "${integration.response.statuscode}",
            "IntegrationType": "HTTP_PROXY",
            "IntegrationUri": URI,
            "PassthroughBehavior": "WHEN_NO_MATCH",
            "PayloadFormatVersion": "1.0",
            "TimeoutInMillis": 50,
        }
        assert create_integration(api)["TimeoutInMillis"] == 29_000

    def test_read(self, api: World) -> None:
        """One and all are found."""
        created = create_integration(api)

        one = outcome(
            api.control.get_integration, ApiId=api.api_id, IntegrationId=created["IntegrationId"]
        )
        listed = outcome(api.control.get_integrations, ApiId=api.api_id, MaxResults="100")

        assert one == created
        assert listed == {"Items": [created]}

    def test_update_merges_request_parameters(self, api: World) -> None:
        """A parameter is removed by an empty value; other members are replaced."""
        integration_id = create_integration(
            api,
            RequestParameters={
                "integration.request.header.A": "'1'",
                "integration.request.header.B": "'2'",
            },
        )["IntegrationId"]

        answer = api.control.update_integration(
            ApiId=api.api_id,
            IntegrationId=integration_id,
            IntegrationUri="http://other.test/",
            RequestParameters={
                "integration.request.header.A": "",
                "integration.request.header.C": "'3'",
            },
        )

        assert answer["IntegrationUri"] == "http://other.test/"
        assert answer["RequestParameters"] == {
            "integration.request.header.B": "'2'",
            "integration.request.header.C": "'3'",
        }

    def test_refused_update_changes_nothing(self, api: World) -> None:
        """A mistake leaves the integration as it was."""
        created = create_integration(api)
        where = {"ApiId": api.api_id, "IntegrationId": created["IntegrationId"]}

        error_of(
            api.control.update_integration, **where, IntegrationUri="nonsense", Description="x"
        )

        assert outcome(api.control.get_integration, **where) == created

    def test_delete(self, api: World) -> None:
        """A deleted integration is unknown."""
        where = {"ApiId": api.api_id, "IntegrationId": create_integration(api)["IntegrationId"]}

        api.control.delete_integration(**where)

        assert error_of(api.control.get_integration, **where) == (
            404,
            "NotFoundException",
            f"Invalid Integration identifier specified {where['IntegrationId']}",
        )

    def test_delete_of_one_in_use(self, api: World) -> None:
        """A route keeps its integration."""
        integration_id = api.add_route("chat")
        (route_id,) = api.api.routes

        assert error_of(
            api.control.delete_integration, ApiId=api.api_id, IntegrationId=integration_id
        ) == (
            409,
            "ConflictException",
            "Cannot delete Integration because it is referenced by the following Routes with "
            f"Ids: [{route_id}]",
        )


class TestRefusedIntegrations:
    """What AWS does not take."""

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"PayloadFormatVersion": "2.0"}, "PayloadFormatVersion must be 1.0"),
            ({"TimeoutInMillis": 29_001}, "Timeout should be between 50 ms and 29000 ms"),
            ({"IntegrationUri": "nonsense"}, "Invalid HTTP endpoint specified for URI"),
            ({"IntegrationUri": "http://[x/"}, "Invalid HTTP endpoint specified for URI"),
            ({"IntegrationUri": "http://"}, "Invalid HTTP endpoint specified for URI"),
            (
                {"RequestParameters": {"integration.request.header.A": "b"}},
                "Invalid mapping expression specified: b",
            ),
        ],
    )
    def test_is_a_bad_request(self, api: World, params: dict[str, Any], message: str) -> None:
        """The sentence says what to change."""
        defaults = {
            "IntegrationType": "HTTP_PROXY",
            "IntegrationMethod": "POST",
            "IntegrationUri": URI,
        }

        status, code, text = error_of(
            api.control.create_integration, ApiId=api.api_id, **{**defaults, **params}
        )

        assert (status, code) == (400, "BadRequestException")
        assert text.startswith(message)

    def test_http_needs_a_method(self, api: World) -> None:
        """A mock does not."""
        answer = create_integration(api, IntegrationType="MOCK")

        assert answer["IntegrationType"] == "MOCK"
        assert (
            error_of(
                api.control.create_integration,
                ApiId=api.api_id,
                IntegrationType="HTTP_PROXY",
                IntegrationUri=URI,
            )[2]
            == "IntegrationMethod is required for HTTP integrations"
        )

    def test_there_are_too_many(self, api: World) -> None:
        """An API has at most 300."""
        record = create_integration(api)
        api.api.integrations.update({str(number): record for number in range(299)})

        assert error_of(
            api.control.create_integration, ApiId=api.api_id, IntegrationType="MOCK"
        ) == (400, "BadRequestException", TOO_MANY.replace("*", "Integrations"))


class TestRoutes:
    """The life of a route."""

    def test_create(self, api: World) -> None:
        """Defaults are those of AWS."""
        integration_id = create_integration(api)["IntegrationId"]

        answer = outcome(
            api.control.create_route,
            ApiId=api.api_id,
            RouteKey="$connect",
            Target=f"integrations/{integration_id}",
        )

        assert answer == {
            "ApiKeyRequired": False,
            "AuthorizationType": "NONE",
            "RouteId": answer["RouteId"],
            "RouteKey": "$connect",
            "Target": f"integrations/{integration_id}",
        }

    def test_read(self, api: World) -> None:
        """One and all are found."""
        created = outcome(api.control.create_route, ApiId=api.api_id, RouteKey="chat")

        one = outcome(api.control.get_route, ApiId=api.api_id, RouteId=created["RouteId"])

        assert one == created
        assert outcome(api.control.get_routes, ApiId=api.api_id) == {"Items": [created]}

    def test_update(self, api: World) -> None:
        """A route keeps its own key without a conflict, and can get another."""
        route_id = api.control.create_route(ApiId=api.api_id, RouteKey="chat")["RouteId"]
        where = {"ApiId": api.api_id, "RouteId": route_id}

        api.control.update_route(**where, RouteKey="chat", OperationName="say")
        answer = api.control.update_route(**where, RouteKey="talk")

        assert (answer["RouteKey"], answer["OperationName"]) == ("talk", "say")

    def test_delete(self, api: World) -> None:
        """A deleted route is unknown."""
        route_id = api.control.create_route(ApiId=api.api_id, RouteKey="chat")["RouteId"]
        where = {"ApiId": api.api_id, "RouteId": route_id}

        api.control.delete_route(**where)

        assert error_of(api.control.get_route, **where) == (
            404,
            "NotFoundException",
            f"Invalid Route identifier specified {route_id}",
        )


class TestRefusedRoutes:
    """What AWS does not take."""

    def test_key_that_exists(self, api: World) -> None:
        """Keys are unique in an API."""
        api.control.create_route(ApiId=api.api_id, RouteKey="chat")

        assert error_of(api.control.create_route, ApiId=api.api_id, RouteKey="chat") == (
            409,
            "ConflictException",
            "Route with key chat already exists for this API",
        )

    @pytest.mark.parametrize("key", ["", "$other"])
    def test_key_that_is_not_valid(self, api: World, key: str) -> None:
        """Only the three known keys begin with a dollar sign."""
        assert error_of(api.control.create_route, ApiId=api.api_id, RouteKey=key) == (
            400,
            "BadRequestException",
            f"The provided route key is not valid: {key!r}. Only $connect, $disconnect, $default "
            "may begin with '$'.",
        )

    @pytest.mark.parametrize("target", ["integrations/unknown", "nonsense", "other/x"])
    def test_unknown_target(self, api: World, target: str) -> None:
        """An integration must exist before a route names it."""
        params = {"ApiId": api.api_id, "RouteKey": "chat", "Target": target}

        assert error_of(api.control.create_route, **params) == (
            400,
            "BadRequestException",
            f"Invalid integration target specified {target}",
        )

    def test_authorizer(self, api: World) -> None:
        """The emulator runs no authorizers, and says so."""
        params = {"ApiId": api.api_id, "RouteKey": "chat", "AuthorizationType": "CUSTOM"}

        assert (
            error_of(api.control.create_route, **params)[2]
            == "The local gateway has no authorizers"
        )

    def test_there_are_too_many(self, api: World) -> None:
        """An API has at most 300."""
        record = {"RouteKey": "x", "RouteId": "x"}
        api.api.routes.update({str(number): record for number in range(300)})

        assert error_of(api.control.create_route, ApiId=api.api_id, RouteKey="chat") == (
            400,
            "BadRequestException",
            TOO_MANY.replace("*", "Routes"),
        )
