"""Takes a gateway through its creation in AWS, and records on its row how far it has come."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from ...aws.control import ControlPlane
from ...aws.errors import MAX_DESCRIPTION, describe_error, original_error
from ...provisioning.reading import read_actual
from ...provisioning.run import StepResult, create
from ...provisioning.state import DesiredGateway, maps_all_headers
from ...provisioning.steps import DOMAIN_KINDS, StepKind
from .desired import check_desired, desired_gateway
from .progress import domain_values, latest_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..gateways import ApiGateway

__all__ = ["CLAIM_LEASE", "claim", "create_in_aws", "release", "running_since", "store_claimed"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

CLAIM_LEASE = timedelta(minutes=15)
"""How long a run keeps others away; a run that died is taken over after it."""

_PROGRESS = ["provisioning_status", "api_created", "custom_domain_created"]


def create_in_aws(
    gateway: ApiGateway, control: ControlPlane, *, domain: bool = False
) -> Iterator[StepResult]:
    """Create what is missing of a gateway; yield each step once it is on the row.

    Args:
        domain: with its custom domain, when it wants one.

    Raises:
        ValueError: another run is at it, the gateway's tags or the secret are unusable, or its
            domain belongs to something else.
        Exception: whatever boto3 raised; it is on the row as ``last_error``, and the next call
            resumes.
    """
    check_desired(gateway)
    search = claim(gateway)
    try:
        desired = desired_gateway(gateway, domain=domain)
        for result in create(desired, control=control, api_id=gateway.api_id, search=search):
            _record(gateway, desired, result)
            if result.kind is StepKind.DEPLOYMENT:
                _complete(gateway, desired, control)
            yield result
        store_claimed(gateway, claimed_at=None, last_error="")
    except BaseException as error:
        release(gateway, error)
        raise original_error(error) from None


def running_since(gateway: ApiGateway) -> datetime | None:
    """Return when the run began that keeps others away, or None when there is none."""
    claimed = gateway.claimed_at
    return claimed if claimed and claimed > timezone.now() - CLAIM_LEASE else None


def claim(gateway: ApiGateway) -> bool:
    """Keep other runs away; return whether an earlier run may have left an API behind.

    Raises:
        ValueError: another run is at it.
    """
    gateway.refresh_from_db(fields=["api_id", "creation_id"])
    status = gateway.ProvisioningStatus
    known = bool(gateway.creation_id)
    claimed = {
        "claimed_at": timezone.now(),
        "creation_id": gateway.creation_id or ("" if gateway.api_id else uuid.uuid4().hex),
        **({} if gateway.api_id else {"provisioning_status": status.CREATING}),
    }
    expired = timezone.now() - CLAIM_LEASE
    at_rest = ~Q(provisioning_status=status.CREATING) | Q(updated_on__lt=expired)
    free = Q(claimed_at=None) & at_rest | Q(claimed_at__lt=expired)
    unchanged = {"api_id": gateway.api_id, "creation_id": gateway.creation_id}
    rows = type(gateway)._base_manager.filter(free, pk=gateway.pk, **unchanged)
    if not rows.update(updated_on=timezone.now(), **claimed):
        raise ValueError(f"{gateway.api_name} is already being created.")
    _set(gateway, claimed)
    # Another run may have come to its end just before this one was let in.
    gateway.refresh_from_db(fields=_PROGRESS)
    return known


def _record(gateway: ApiGateway, desired: DesiredGateway, result: StepResult) -> None:
    status = gateway.ProvisioningStatus
    if result.kind is StepKind.API:
        store_claimed(
            gateway,
            api_id=result.api_id,
            api_endpoint=result.api_endpoint,
            provisioning_status=latest_status(gateway, status.API_CREATED),
        )
    elif result.kind is StepKind.ROUTE:
        gateway.additional_routes.filter(route_key=result.route_key).update(
            route_id=result.route_id, integration_id=result.integration_id
        )
    elif result.kind is StepKind.DEPLOYMENT:
        keys = [route.key for route in desired.additional_routes]
        gateway.additional_routes.filter(route_key__in=keys).update(deployed=True)
        store_claimed(gateway, deployment_id=result.deployment_id)
    elif result.kind in DOMAIN_KINDS:
        store_claimed(gateway, **domain_values(gateway, desired.domain, result))
    if _is_last_of_routes(desired, result):
        routes_created = latest_status(gateway, status.ROUTES_CREATED)
        store_claimed(gateway, provisioning_status=routes_created)


def _is_last_of_routes(desired: DesiredGateway, result: StepResult) -> bool:
    last_kind = StepKind.ROUTE_RESPONSE if desired.two_way else StepKind.ROUTE
    return result.kind is last_kind and result.route_key == desired.routes[-1].key


def _complete(gateway: ApiGateway, desired: DesiredGateway, control: ControlPlane) -> None:
    """Write down at once that the API is complete and whose headers can be believed."""
    without_domain = replace(desired, domain=None)
    actual = read_actual(without_domain, control=control, api_id=gateway.api_id, keys=())
    store_claimed(
        gateway,
        headers_mapped=maps_all_headers(actual),
        api_created=True,
        provisioning_status=latest_status(gateway, gateway.ProvisioningStatus.DEPLOYED),
    )


def release(gateway: ApiGateway, error: BaseException) -> None:
    """Let the next run in; a failure to write that down must not hide the error itself."""
    text = str(error) if isinstance(error, ValueError) else describe_error(error)
    values: dict[str, Any] = {"claimed_at": None, "last_error": text[:MAX_DESCRIPTION]}
    if not gateway.api_id:
        values["provisioning_status"] = gateway.ProvisioningStatus.PENDING
    try:
        store_claimed(gateway, **values)
    except (DatabaseError, ValueError):
        logger.exception("The error of %s could not be recorded", gateway.api_name)


def store_claimed(gateway: ApiGateway, **values: Any) -> None:
    """Write to the row, as long as it is ours.

    Raises:
        ValueError: the lease ran out and another run has taken over, or the row was deleted.
    """
    values["updated_on"] = timezone.now()
    rows = type(gateway)._base_manager.filter(pk=gateway.pk, claimed_at=gateway.claimed_at)
    if not rows.update(**values):
        raise ValueError(f"{gateway.api_name} is not this run's any more.")
    _set(gateway, values)


def _set(gateway: ApiGateway, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(gateway, name, value)
