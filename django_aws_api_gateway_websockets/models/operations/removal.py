"""Takes a gateway out of AWS, and records on its row how far that has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...aws.control import ControlPlane
from ...aws.errors import original_error
from ...provisioning.removal import Removal, read_removal, remove
from ...provisioning.run import StepResult
from ...provisioning.state import DesiredDomain
from ...provisioning.steps import StepKind
from .creation import claim, release, store_claimed
from .desired import creation_tags

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = ["forget", "make_removal", "remove_from_aws"]


def make_removal(gateway: ApiGateway, control: ControlPlane, *, keep_domain: bool) -> Removal:
    """Return what is to be taken away of a gateway.

    Raises:
        ValueError: its row names nothing that AWS could have.
        ProvisioningError: a call failed.
    """
    if not gateway.api_id and not gateway.creation_id:
        raise ValueError(f"{gateway.api_name} has no API in AWS.")
    own = DesiredDomain(
        name=gateway.domain_name,
        certificate_arn=gateway.certificate_arn,
        zone_id=gateway.hosted_zone_id,
        tags=creation_tags(gateway),
    )
    goes = gateway.domain_name and gateway.custom_domain_created and not keep_domain
    return read_removal(
        api_id=gateway.api_id,
        creation_id=gateway.creation_id,
        own=own if goes else None,
        control=control,
    )


def remove_from_aws(
    gateway: ApiGateway, control: ControlPlane, removal: Removal
) -> Iterator[StepResult]:
    """Take away what is to be taken away; yield each step once it is on the row.

    In the end the row is that of a gateway which was never created, and its sessions have ended.

    Raises:
        ValueError: another run is at it.
        Exception: whatever boto3 raised; it is on the row as ``last_error``, and the next call
            resumes.
    """
    claim(gateway)
    try:
        for result in remove(removal, control=control):
            _record(gateway, result)
            yield result
    except BaseException as error:
        release(gateway, error)
        raise original_error(error) from None
    gateway.sessions.filter(connected=True).mark_closed()
    forget(gateway)


def forget(gateway: ApiGateway) -> None:
    """Take the row, and its routes, for not created."""
    blank: dict[str, Any] = {
        "api_id": "",
        "api_endpoint": "",
        "deployment_id": "",
        "api_created": False,
        "api_gateway_domain_name": "",
        "api_mapping_id": "",
        "custom_domain_created": False,
        "deployment_due": False,
        "headers_mapped": False,
        "creation_id": "",
        "claimed_at": None,
        "last_error": "",
        "provisioning_status": gateway.ProvisioningStatus.PENDING,
    }
    type(gateway).objects.filter(pk=gateway.pk).update(**blank)
    gateway.additional_routes.update(deployed=False, route_id="", integration_id="")
    gateway.refresh_from_db(fields=list(blank))


def _record(gateway: ApiGateway, result: StepResult) -> None:
    """Let pages connect to the API's own address as soon as the domain leads there no more."""
    if result.kind is StepKind.MAPPING and gateway.custom_domain_created:
        status = gateway.ProvisioningStatus.DOMAIN_CREATED
        store_claimed(gateway, api_mapping_id="", provisioning_status=status)
