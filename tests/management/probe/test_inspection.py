"""What AWS has of a route, asked of the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.test import override_settings

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.management.probe.inspection import inspect_route
from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = ["TestInspectRoute"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway() -> Iterator[ApiGateway]:
    """Create a gateway in the emulator."""
    with EmulatorThread() as emulator, override_settings(WEBSOCKETS={"endpoint_url": emulator.url}):
        target = "http://127.0.0.1:1/ws/"
        row = ApiGateway.objects.create(api_name="demo", target_base_endpoint=target)
        row.create_gateway()
        yield row


@pytest.fixture
def control(gateway: ApiGateway, settings: Any) -> Iterator[Any]:
    """Return boto3's client of the control plane."""
    session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret")
    url = settings.WEBSOCKETS["endpoint_url"]
    client = session.client("apigatewayv2", endpoint_url=url, region_name="local")
    yield client
    client.close()


class TestInspectRoute:
    def test_finds_nothing_wrong(self, gateway: ApiGateway) -> None:
        """What was created as it should be is right."""
        assert inspect_route(gateway, "$connect", 5) == ""

    def test_names_a_route_that_is_missing(self, gateway: ApiGateway) -> None:
        """A key that the API does not have is told."""
        assert inspect_route(gateway, "chat", 5) == (
            "The API has no route chat: create it with its integration and deploy the stage."
        )

    def test_names_a_stage_that_is_missing(self, gateway: ApiGateway) -> None:
        """So is a stage that serves nothing."""
        gateway.stage_name = "test"

        assert inspect_route(gateway, "$connect", 5) == (
            "The stage test has no deployment: deploy it."
        )

    def test_names_a_route_that_leads_nowhere(self, gateway: ApiGateway, control: Any) -> None:
        """So is a route without an integration."""
        control.create_route(ApiId=gateway.api_id, RouteKey="chat")

        assert inspect_route(gateway, "chat", 5) == (
            "The route chat has no integration: give it one and deploy the stage."
        )

    def test_names_a_secret_that_is_missing(self, gateway: ApiGateway, settings: Any) -> None:
        """So is an integration that Django must refuse."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "s" * 40}

        found = inspect_route(gateway, "$connect", 5)

        assert found is not None
        assert found.startswith("The integration of $connect sends no secret: let its request")
        assert "sss" not in found

    def test_asks_where_the_settings_say(self, gateway: ApiGateway) -> None:
        """A gateway that is not on this machine is asked for at the endpoint of the settings."""
        gateway.api_endpoint = "wss://demo.execute-api.eu-west-1.amazonaws.com"

        assert inspect_route(gateway, "$connect", 5) == ""

    def test_knows_nothing_where_nobody_answers(self, gateway: ApiGateway) -> None:
        """An API that this identity does not see leaves the question open."""
        gateway.api_id = "unknown"

        assert inspect_route(gateway, "$connect", 5) is None
