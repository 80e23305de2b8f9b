"""Gives the integrations of an API the headers that Django trusts, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ...aws.control import ControlPlane
from ...conf import settings
from ...provisioning.headers import changed_parameters, is_for_django
from ...provisioning.state import ActualGateway, maps_all_headers
from .syncing import store

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = ["find_stale_headers", "renew_headers"]


def find_stale_headers(gateway: ApiGateway, control: ControlPlane) -> dict[str, dict[str, str]]:
    """Return the parameters to change, by the id of each integration that is for Django.

    Raises:
        ValueError: the gateway secret is unusable.
        ProvisioningError: AWS refused or could not be reached.
    """
    secret = settings.sent_gateway_secret
    return {
        item.integration_id: changed_parameters(item.request_parameters, secret)
        for item in control.get_integrations(gateway.api_id)
        if is_for_django(item.request_parameters)
    }


def renew_headers(
    gateway: ApiGateway, control: ControlPlane, stale: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Change integrations and deploy the stage; yield the id of each once it is changed.

    The row says that a deployment is due before the first change is made, so that a later run
    deploys what an interrupted one has changed.

    Args:
        stale: what ``find_stale_headers`` has found.

    Raises:
        ProvisioningError: AWS refused or could not be reached.
    """
    changed = {key: parameters for key, parameters in stale.items() if parameters}
    if changed:
        store(gateway, deployment_due=True)
    for integration_id, parameters in changed.items():
        control.update_integration(gateway.api_id, integration_id, request_parameters=parameters)
        yield integration_id
    if gateway.deployment_due:
        _deploy(gateway, control)
    actual = ActualGateway(
        routes=control.get_routes(gateway.api_id),
        integrations=control.get_integrations(gateway.api_id),
    )
    store(gateway, headers_mapped=maps_all_headers(actual), last_error="")


def _deploy(gateway: ApiGateway, control: ControlPlane) -> None:
    """Let the stage serve what was changed, unless AWS has done that by itself."""
    if control.get_stage(gateway.api_id, gateway.stage_name).deploys_itself:
        store(gateway, deployment_due=False)
        return
    deployment = control.create_deployment(
        gateway.api_id, stage_name=gateway.stage_name, description=gateway.stage_description
    )
    store(gateway, deployment_id=deployment.deployment_id, deployment_due=False)
