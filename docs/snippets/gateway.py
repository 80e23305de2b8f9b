from __future__ import annotations

from django_aws_api_gateway_websockets.models import ApiGateway

site = "http://127.0.0.1:8000"
gateway = ApiGateway.objects.create(api_name="local", target_base_endpoint=f"{site}/wall/")
gateway.additional_routes.create(
    name="Wall", route_key="wall", integration_url=f"{site}/wall/default"
)
