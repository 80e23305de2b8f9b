"""Gives a gateway its custom domain in AWS, and records on its row how far that has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..aws.control import ControlPlane
from ..aws.errors import original_error
from ..aws.resources import ApiMapping
from ..provisioning.run import StepResult
from ..provisioning.steps import Step, StepKind
from .creation import claim, release, store_claimed
from .desired import check_desired

if TYPE_CHECKING:
    from .gateways import ApiGateway

__all__ = ["check_domain", "create_domain_in_aws"]


def check_domain(gateway: ApiGateway) -> None:
    """Refuse a gateway that cannot have a custom domain yet.

    Raises:
        ValueError: the API, the certificate or the name is missing, or a tag is unusable.
    """
    if gateway.needs_api_creation:
        raise ValueError("The API needs to be created before calling this method")
    if not gateway.certificate_arn:
        raise ValueError("A Certificate ARN is required")
    if not gateway.domain_name:
        raise ValueError("domain_name must be set before the custom domain can be created.")
    check_desired(gateway)


def create_domain_in_aws(gateway: ApiGateway, control: ControlPlane) -> Iterator[StepResult]:
    """Create the domain name and map it to the stage; yield each step once it is on the row.

    What is there is found and not made twice.

    Raises:
        ValueError: another run is at it, or the domain is mapped to another API or stage.
        Exception: whatever boto3 raised; it is on the row as ``last_error``, and the next call
            resumes.
    """
    claim(gateway)
    try:
        yield _create_name(gateway, control)
        yield _map(gateway, control)
    except BaseException as error:
        release(gateway, error)
        raise original_error(error) from None


def _create_name(gateway: ApiGateway, control: ControlPlane) -> StepResult:
    found = control.find_domain_name(gateway.domain_name)
    domain = found or control.create_domain_name(
        gateway.domain_name, certificate_arn=gateway.certificate_arn, tags=gateway.tags
    )
    store_claimed(
        gateway,
        api_gateway_domain_name=domain.target,
        provisioning_status=gateway.ProvisioningStatus.DOMAIN_CREATED,
    )
    return _result(StepKind.DOMAIN, gateway, skipped=found is not None)


def _map(gateway: ApiGateway, control: ControlPlane) -> StepResult:
    found = _find_mapping(gateway, control)
    mapping = found or control.create_api_mapping(
        gateway.domain_name, api_id=gateway.api_id, stage_name=gateway.stage_name
    )
    store_claimed(
        gateway,
        api_mapping_id=mapping.mapping_id,
        custom_domain_created=True,
        provisioning_status=gateway.ProvisioningStatus.MAPPED,
        claimed_at=None,
        last_error="",
    )
    return _result(StepKind.MAPPING, gateway, skipped=found is not None)


def _find_mapping(gateway: ApiGateway, control: ControlPlane) -> ApiMapping | None:
    mappings = control.get_api_mappings(gateway.domain_name)
    root = next((mapping for mapping in mappings if not mapping.key), None)
    if root and (root.api_id, root.stage_name) != (gateway.api_id, gateway.stage_name):
        raise ValueError(
            f"{gateway.domain_name} is mapped to the stage {root.stage_name} of the API "
            f"{root.api_id} already; remove that mapping first."
        )
    return root


def _result(kind: StepKind, gateway: ApiGateway, *, skipped: bool) -> StepResult:
    step = Step(kind=kind, subject=gateway.domain_name, skipped=skipped)
    return StepResult.of(step)
