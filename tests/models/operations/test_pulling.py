"""The rows of a gateway are brought to what AWS has, and nothing is pushed back."""

from __future__ import annotations

from typing import Any

import pytest

from django_aws_api_gateway_websockets.exceptions import ApiGatewaySyncError
from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute

from .in_aws import BASE, client, created, deployments, emulator, integration

__all__ = ["client", "created", "emulator"]

pytestmark = pytest.mark.django_db


def stored(gateway: ApiGateway) -> ApiGateway:
    """Return what is on the row."""
    return ApiGateway.objects.get(pk=gateway.pk)


def point(client: Any, gateway: ApiGateway, key: str, uri: str) -> None:
    """Let a route call another URL."""
    client.update_integration(
        ApiId=gateway.api_id,
        IntegrationId=integration(client, gateway, key)["IntegrationId"],
        IntegrationUri=uri,
    )


class TestGateway:
    def test_in_sync(self, created: ApiGateway) -> None:
        """Nothing is changed when nothing differs."""
        assert created.sync_from_aws() == []

    def test_every_field(self, created: ApiGateway, client: Any) -> None:
        """What AWS has is on the row and on the instance."""
        client.update_api(
            ApiId=created.api_id,
            Name="Talk",
            Description="d",
            RouteSelectionExpression="$request.body.do",
        )
        client.update_stage(ApiId=created.api_id, StageName="live", Description="s")
        point(client, created, "$default", "https://new.example.com/ws/default")

        changes = created.sync_from_aws(client)

        assert changes == [
            "Updated api_name",
            "Updated api_description",
            "Updated route_selection_expression",
            "Updated target_base_endpoint",
            "Updated stage_description",
        ]
        row = stored(created)
        assert (row.api_name, created.api_name) == ("Talk", "Talk")
        assert row.target_base_endpoint == "https://new.example.com/ws/"

    def test_is_not_pushed_back(self, created: ApiGateway, client: Any) -> None:
        """A plain save after it deploys nothing."""
        client.update_api(ApiId=created.api_id, Name="Talk")
        created.sync_from_aws()

        created.save()

        assert deployments(client, created) == 1

    def test_text_of_4_1(self, created: ApiGateway, client: Any) -> None:
        """A stage without a description has that of its deployment."""
        client.update_stage(ApiId=created.api_id, StageName="live", Description="")

        assert created.sync_from_aws() == []

    def test_without_stage(self, created: ApiGateway, client: Any) -> None:
        """A stage that is not there leaves what the row says of it."""
        client.delete_stage(ApiId=created.api_id, StageName="live")

        assert created.sync_from_aws() == []
        assert stored(created).stage_description == "For all"

    def test_default_of_another_name(self, created: ApiGateway, client: Any) -> None:
        """A URL that does not end in ``default`` shows no base."""
        point(client, created, "$default", "https://new.example.com/all")

        assert created.sync_from_aws() == []

    def test_one_way(self, created: ApiGateway, client: Any) -> None:
        """A route that does not answer makes the gateway one-way."""
        client.create_route(ApiId=created.api_id, RouteKey="other")

        assert created.sync_from_aws() == ["Updated two_way"]

    def test_api_that_is_gone(self, created: ApiGateway, client: Any) -> None:
        """The row says why nothing could be read."""
        client.delete_api(ApiId=created.api_id)

        with pytest.raises(ApiGatewaySyncError, match="NotFoundException"):
            created.sync_from_aws()

        assert stored(created).last_error == "ClientError: NotFoundException"


class TestRoutes:
    def test_added(self, created: ApiGateway, client: Any) -> None:
        """A route that only AWS has becomes a row; one without a URL does not."""
        target = f"integrations/{integration(client, created, 'say')['IntegrationId']}"
        key = "k" * 64
        client.create_route(ApiId=created.api_id, RouteKey=key, Target=target)
        client.create_route(ApiId=created.api_id, RouteKey="nowhere")

        changes = created.sync_from_aws()

        row = created.additional_routes.get(route_key=key)
        assert f"Added the {key} route" in changes
        assert (row.name, row.integration_url, row.deployed) == ("k" * 63, f"{BASE}say/", True)
        assert not created.additional_routes.filter(route_key="nowhere").exists()

    def test_renamed(self, created: ApiGateway, client: Any) -> None:
        """A route is known by its id."""
        route = created.additional_routes.get()
        client.update_route(ApiId=created.api_id, RouteId=route.route_id, RouteKey="talk")

        assert created.sync_from_aws() == ["Updated the talk route"]
        assert created.additional_routes.get().route_key == "talk"

    def test_of_4_1_without_ids(self, created: ApiGateway) -> None:
        """A route is known by its key, and gets its ids."""
        created.additional_routes.update(route_id="", integration_id="")

        assert created.sync_from_aws() == ["Updated the say route"]
        assert created.additional_routes.get().route_id

    def test_missing(self, created: ApiGateway, client: Any) -> None:
        """A row that AWS lacks is kept, and not deployed any more."""
        client.delete_route(ApiId=created.api_id, RouteId=created.additional_routes.get().route_id)

        assert created.sync_from_aws() == ["The say route is not in AWS"]
        row = ApiGatewayAdditionalRoute.objects.get()
        assert (row.deployed, row.route_id, row.integration_id) == (False, "", "")
        assert created.sync_from_aws() == []
