"""Rows that tests begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..models import ApiGateway, ApiGatewayAdditionalRoute

__all__ = ["create_gateway"]


def create_gateway(
    target: str = "http://testserver/ws/", routes: Mapping[str, str] | None = None, **fields: Any
) -> ApiGateway:
    """Store a gateway as if it had been created in AWS.

    Args:
        target: URL to which ``connect``, ``disconnect`` and ``default`` are appended.
        routes: URL of the integration of each additional route, by route key.
        fields: other values of the row.
    """
    status = ApiGateway.ProvisioningStatus.DEPLOYED
    provisioned = {
        "api_name": "test",
        "api_id": "test000000",
        "api_endpoint": "wss://test000000.execute-api.eu-west-1.amazonaws.com",
        "api_created": True,
        "deployment_id": "test000000",
        "headers_mapped": True,
        "provisioning_status": status,
    }
    # bulk_create skips the validation, which takes http://testserver for no URL.
    (gateway,) = ApiGateway.objects.bulk_create(
        [ApiGateway(target_base_endpoint=target, **{**provisioned, **fields})]
    )
    ApiGatewayAdditionalRoute.objects.bulk_create(
        ApiGatewayAdditionalRoute(
            api_gateway=gateway, name=key, route_key=key, integration_url=url, deployed=True
        )
        for key, url in (routes or {}).items()
    )
    return gateway
