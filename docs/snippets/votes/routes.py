from __future__ import annotations

from django_aws_api_gateway_websockets.models import ApiGateway


def add_votes() -> None:
    gateway = ApiGateway.objects.get(api_name="Chat")
    gateway.additional_routes.create(
        name="Votes",
        route_key="votes",
        integration_url="https://www.example.com/votes/default/",
    )
