"""How far a step that is done has brought a gateway, as values of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...provisioning.run import StepResult
from ...provisioning.state import DesiredDomain
from ...provisioning.steps import Action, StepKind

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = ["domain_values", "latest_status"]


def latest_status(gateway: ApiGateway, status: str) -> str:
    """Return a status, or that of the row when the gateway has come farther already."""
    order = gateway.ProvisioningStatus.values
    return max(gateway.effective_provisioning_status, status, key=order.index)


def domain_values(
    gateway: ApiGateway, desired: DesiredDomain | None, result: StepResult
) -> dict[str, Any]:
    """Return what a step of the custom domain has brought; nothing for any other step.

    The domain counts as mapped, and is what browsers open, once its DNS record is there as well.
    """
    values: dict[str, Any] = {}
    if result.kind is StepKind.DOMAIN:
        values = {"api_gateway_domain_name": result.domain_target, **_begun(gateway, result)}
    elif result.kind is StepKind.MAPPING:
        values = {"api_mapping_id": result.mapping_id}
    if desired and result.kind is (StepKind.ALIAS if desired.zone_id else StepKind.MAPPING):
        status = gateway.ProvisioningStatus.MAPPED
        values |= {"custom_domain_created": True, "provisioning_status": status}
    return values


def _begun(gateway: ApiGateway, result: StepResult) -> dict[str, Any]:
    """Return the status with a domain; one that had to be created again is not mapped any more."""
    status = gateway.ProvisioningStatus.DOMAIN_CREATED
    if result.action is Action.CREATE:
        return {
            "provisioning_status": status,
            "custom_domain_created": False,
            "api_mapping_id": "",
        }
    return {"provisioning_status": latest_status(gateway, status)}
