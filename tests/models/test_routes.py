"""The routes of a gateway beside the three that every gateway has."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute

__all__ = ["TestRoute"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a stored gateway."""
    return ApiGateway.objects.create(api_name="Chat")


def create(gateway: ApiGateway, **changes: Any) -> ApiGatewayAdditionalRoute:
    """Store a route."""
    fields = {"name": "Room", "route_key": "room", "integration_url": "https://a.test/ws/room"}
    return ApiGatewayAdditionalRoute.objects.create(api_gateway=gateway, **{**fields, **changes})


class TestRoute:
    def test_is_known_by_its_name(self) -> None:
        """The text of a route is its name."""
        assert str(ApiGatewayAdditionalRoute(name="Room")) == "Room"

    def test_starts_undeployed(self, gateway: ApiGateway) -> None:
        """A new route is not in AWS."""
        route = create(gateway)

        assert (route.deployed, route.route_id, route.integration_id) == (False, "", "")
        assert list(gateway.additional_routes.all()) == [route]

    def test_has_a_key_of_its_own(self, gateway: ApiGateway) -> None:
        """A gateway has one route for a key."""
        create(gateway)

        with pytest.raises(ValidationError) as caught:
            create(gateway)

        assert caught.value.messages == [
            "Api gateway additional route with this Api gateway and Route key already exists."
        ]

    def test_may_share_its_key_with_another_gateway(self, gateway: ApiGateway) -> None:
        """Two gateways may have routes of the same key."""
        create(gateway)

        assert create(ApiGateway.objects.create(api_name="Other")).pk

    def test_goes_with_its_gateway(self, gateway: ApiGateway) -> None:
        """Routes of a deleted gateway are deleted."""
        create(gateway)

        gateway.delete()

        assert not ApiGatewayAdditionalRoute.objects.exists()

    @override_settings(WEBSOCKETS={"allowed_integration_hosts": ["www.example.com"]})
    def test_points_at_a_host_that_is_listed(self, gateway: ApiGateway) -> None:
        """Another host is refused, at the field."""
        with pytest.raises(ValidationError) as caught:
            create(gateway)

        assert caught.value.message_dict == {
            "integration_url": ["Integrations may not point at this host."]
        }

    @pytest.mark.parametrize(
        ("name", "value"),
        [("route_key", "$connect"), ("integration_url", "https://a.test/ws/?room=1")],
    )
    def test_refuses_what_aws_or_django_would_not_take(
        self, gateway: ApiGateway, name: str, value: str
    ) -> None:
        """The error stands at the field."""
        with pytest.raises(ValidationError) as caught:
            create(gateway, **{name: value})

        assert list(caught.value.message_dict) == [name]

    def test_keeps_what_was_stored_before(self, gateway: ApiGateway) -> None:
        """Other fields of an odd row can be changed."""
        odd = {"route_key": "$other", "integration_url": "https://a.test/ws/?room=1"}
        create(gateway)
        gateway.additional_routes.update(**odd)
        route = ApiGatewayAdditionalRoute.objects.get()
        route.name = "New"

        route.save()

        assert ApiGatewayAdditionalRoute.objects.filter(name="New", **odd).exists()

    def test_stores_single_columns_without_validation(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """With ``update_fields`` nothing is checked, and only those columns are written."""
        route = create(gateway)
        route.name, route.integration_url = "", "changed"

        with django_assert_num_queries(1):
            route.save(update_fields=["name"])

        route.refresh_from_db()
        assert (route.name, route.integration_url) == ("", "https://a.test/ws/room")
