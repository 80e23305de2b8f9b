"""What AWS has of one route of a gateway, as far as this process may ask."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from ...aws.control import ControlPlane, get_control_plane
from ...aws.errors import AWS_ERRORS
from ...aws.resources import Integration
from ...conf import settings
from ...exceptions import WebSocketError
from ...models import ApiGateway
from ...protocol.routes import SECRET_HEADER
from .timing import within

__all__ = ["inspect_route"]

_PARAMETER = f"integration.request.header.{SECRET_HEADER}"


def inspect_route(gateway: ApiGateway, key: str, timeout: float) -> str | None:
    """Return what is wrong with a route, in sentences: "" for nothing, None when AWS does not say.

    Args:
        key: of the route.
        timeout: seconds that AWS may take.
    """
    try:
        control = get_control_plane(_control_url(gateway))
        return within(timeout, lambda: _inspect(control, gateway, key))
    except (*AWS_ERRORS, ImproperlyConfigured, RuntimeError, TimeoutError, WebSocketError):
        return None


def _control_url(gateway: ApiGateway) -> str | None:
    """Return where a gateway on this machine is managed, None for that of the settings."""
    if not gateway.is_local:
        return None
    return f"http://{urlsplit(gateway.api_endpoint).netloc}"


def _inspect(control: ControlPlane, gateway: ApiGateway, key: str) -> str:
    route = next((r for r in control.get_routes(gateway.api_id) if r.key == key), None)
    if route is None:
        return f"The API has no route {key}: create it with its integration and deploy the stage."
    stages = {stage.name: stage for stage in control.get_stages(gateway.api_id)}
    stage = stages.get(gateway.stage_name)
    if stage is None or not stage.deployment_id:
        return f"The stage {gateway.stage_name} has no deployment: deploy it."
    integrations = control.get_integrations(gateway.api_id)
    by_id = {integration.integration_id: integration for integration in integrations}
    integration = by_id.get(route.integration_id)
    if integration is None:
        return f"The route {key} has no integration: give it one and deploy the stage."
    return _inspect_secret(integration, key)


def _inspect_secret(integration: Integration, key: str) -> str:
    sent = integration.request_parameters.get(_PARAMETER)
    accepted = {f"'{secret}'" for secret in settings.gateway_secrets}
    if not settings.gateway_secret_configured or sent in accepted:
        return ""
    what = "sends another secret than these settings have" if sent else "sends no secret"
    return (
        f"The integration of {key} {what}: let its request parameter {_PARAMETER} be the first one "
        'of WEBSOCKETS["gateway_secret"], and deploy the stage.'
    )
