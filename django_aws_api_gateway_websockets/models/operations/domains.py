"""Gives a gateway its custom domain in AWS, and records on its row how far that has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...aws.control import ControlPlane
from ...aws.errors import original_error
from ...provisioning.run import StepResult, create_domain
from .creation import claim, release, store_claimed
from .desired import check_desired, desired_gateway
from .progress import domain_values

if TYPE_CHECKING:
    from ..gateways import ApiGateway

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
    """Create the domain name, map it to the stage and point DNS to it, when that is ours to do.

    Yields each step once it is on the row. What is there is found and not made twice.

    Raises:
        ValueError: another run is at it, or the domain or its name belong to something else.
        Exception: whatever boto3 raised; it is on the row as ``last_error``, and the next call
            resumes.
    """
    claim(gateway)
    try:
        check_domain(gateway)
        desired = desired_gateway(gateway, domain=True)
        for result in create_domain(desired, control=control, api_id=gateway.api_id):
            store_claimed(gateway, **domain_values(gateway, desired.domain, result))
            yield result
        store_claimed(gateway, claimed_at=None, last_error="")
    except BaseException as error:
        release(gateway, error)
        raise original_error(error) from None
