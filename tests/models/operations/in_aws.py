"""A gateway that is created in a local API Gateway, and what AWS has of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client
from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = [
    "BASE",
    "CERTIFICATE",
    "DOMAIN",
    "client",
    "created",
    "deployments",
    "emulator",
    "integration",
    "route_keys",
    "unmapped",
]

BASE = "http://127.0.0.1:9/ws/"
CERTIFICATE = "arn:aws:acm:local:0:certificate/1"
DOMAIN = "ws.example.com"


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorThread]:
    """Run a local API Gateway."""
    with EmulatorThread() as emulator:
        yield emulator


@pytest.fixture
def client(emulator: EmulatorThread) -> Any:
    """Return boto3's client of its control plane."""
    config = client_config(max_retries=0)
    return get_client("apigatewayv2", endpoint_url=emulator.url, config=config)


@pytest.fixture
def created(client: Any) -> ApiGateway:
    """Return a gateway that exists in AWS, with one additional route."""
    gateway = ApiGateway.objects.create(
        api_name="Chat", target_base_endpoint=BASE, stage_name="live", stage_description="For all"
    )
    gateway.additional_routes.create(name="Say", route_key="say", integration_url=f"{BASE}say/")
    gateway.create_gateway(control=ControlPlane(client))
    return gateway


@pytest.fixture
def unmapped(created: ApiGateway, client: Any) -> ApiGateway:
    """Return a gateway that wants a custom domain, of which AWS has none."""
    for item in client.get_domain_names()["Items"]:
        client.delete_domain_name(DomainName=item["DomainName"])
    created.domain_name, created.certificate_arn = DOMAIN, CERTIFICATE
    created.save()
    return created


def integration(client: Any, gateway: ApiGateway, key: str) -> dict[str, Any]:
    """Return the integration of a route."""
    routes = client.get_routes(ApiId=gateway.api_id)["Items"]
    target = next(route["Target"] for route in routes if route["RouteKey"] == key)
    found: dict[str, Any] = client.get_integration(
        ApiId=gateway.api_id, IntegrationId=target.removeprefix("integrations/")
    )
    return found


def route_keys(client: Any, gateway: ApiGateway) -> list[str]:
    """Return the keys of the routes that AWS has."""
    return [route["RouteKey"] for route in client.get_routes(ApiId=gateway.api_id)["Items"]]


def deployments(client: Any, gateway: ApiGateway) -> int:
    """Return how often the API was deployed."""
    return len(client.get_deployments(ApiId=gateway.api_id)["Items"])
