"""Tests begin with a gateway that looks as if AWS had made it."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.testing.factories import create_gateway

pytestmark = pytest.mark.django_db


class TestCreatingAGateway:
    """A row without a call to AWS."""

    def test_deployed(self) -> None:
        """It is complete."""
        gateway = create_gateway()

        assert ApiGateway.objects.get() == gateway
        assert gateway.is_deployed is True
        assert gateway.needs_api_creation is False
        assert gateway.target_base_endpoint == "http://testserver/ws/"
        assert gateway.connection_url == (
            "wss://test000000.execute-api.eu-west-1.amazonaws.com/production"
        )

    def test_fields(self) -> None:
        """Any field may be another."""
        gateway = create_gateway("https://app.example/events/", api_name="two", two_way=False)

        gateway.refresh_from_db()
        assert gateway.target_base_endpoint == "https://app.example/events/"
        assert (gateway.api_name, gateway.two_way) == ("two", False)

    def test_routes(self) -> None:
        """Routes have the integration that is given."""
        gateway = create_gateway(routes={"chat": "http://testserver/chat/message"})

        (route,) = gateway.additional_routes.all()
        assert (route.name, route.route_key) == ("chat", "chat")
        assert route.integration_url == "http://testserver/chat/message"
        assert route.deployed is True
