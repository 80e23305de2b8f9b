"""Brings AWS to what the rows of a gateway say, and records on them what was done."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from ...aws.control import ControlPlane
from ...aws.errors import AWS_ERRORS, describe_error, original_error
from ...aws.resources import Route
from ...exceptions import ApiGatewaySyncError, ProvisioningError, WebSocketError
from ...provisioning.plan import extra_routes, plan
from ...provisioning.reading import read_actual
from ...provisioning.run import StepResult, execute
from ...provisioning.selection import Selection, select
from ...provisioning.state import (
    BUILT_IN,
    ActualGateway,
    DesiredGateway,
    DesiredRoute,
    maps_all_headers,
)
from ...provisioning.steps import Action, Step, StepKind
from .desired import desired_gateway
from .progress import domain_values

if TYPE_CHECKING:
    from ..gateways import ApiGateway

__all__ = [
    "SYNCED_FIELDS",
    "SyncPlan",
    "apply_plan",
    "change_sentences",
    "make_plan",
    "require_base",
    "require_deployed",
    "store",
    "sync_errors",
]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_API_FIELDS: Mapping[str, str] = {
    "api_name": "Name",
    "api_description": "Description",
    "api_key_selection_expression": "ApiKeySelectionExpression",
    "route_selection_expression": "RouteSelectionExpression",
    "tags": "Tags",
}
_STAGE_FIELDS: Mapping[str, str] = {"stage_description": "Description", "tags": "Tags"}

SYNCED_FIELDS = frozenset({*_API_FIELDS, *_STAGE_FIELDS, "target_base_endpoint", "two_way"})
"""The fields of a gateway whose change is pushed to AWS."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncPlan:
    """What is to be done in AWS, and on which grounds.

    Args:
        extra: routes that only AWS has.
        whole: whether the steps are about all of the gateway.
    """

    desired: DesiredGateway
    actual: ActualGateway
    steps: tuple[Step, ...]
    extra: tuple[Route, ...]
    whole: bool

    @property
    def differs(self) -> bool:
        """Whether anything is to be done."""
        return not all(step.skipped for step in self.steps)


def require_deployed(gateway: ApiGateway) -> None:
    """Refuse a gateway that has nothing in AWS to compare with.

    Raises:
        ValueError: it is not created and deployed.
    """
    if not gateway.is_deployed:
        raise ValueError(f"{gateway.api_name} is not deployed yet; create it first.")


def require_base(gateway: ApiGateway) -> None:
    """Refuse a gateway whose three built-in routes would lead nowhere.

    Raises:
        ValueError: it has no ``target_base_endpoint``.
    """
    if not gateway.target_base_endpoint:
        raise ValueError("target_base_endpoint must be set before the API can be created.")


def make_plan(
    gateway: ApiGateway,
    control: ControlPlane,
    *,
    fields: Collection[str] | None = None,
    keys: Collection[str] = (),
    remove: Sequence[Route] = (),
    leave_out: int | None = None,
    add: DesiredRoute | None = None,
    prune: bool = False,
) -> SyncPlan:
    """Read AWS and return what is to be done there.

    Args:
        fields: only what these fields of the gateway call for; None for everything.
        keys: with ``fields``, the keys of the routes that are concerned as well.
        remove: routes that are to go, unless a row wants them.
        leave_out: primary key of a route whose row does not count.
        add: a route that is wanted beside those of the rows.
        prune: remove all routes that only AWS has.

    Raises:
        ValueError: see ``desired_gateway``, ``require_base`` and ``domain_steps``.
        ProvisioningError: a call failed.
    """
    if fields is None or "target_base_endpoint" in fields:
        require_base(gateway)
    whole = fields is None
    desired = desired_gateway(gateway, leave_out=leave_out, add=add, domain=whole)
    selection = None if fields is None else _selection(desired, fields, keys)
    actual = read_actual(
        desired,
        control=control,
        api_id=gateway.api_id,
        search=bool(desired.creation_id),
        keys=selection.keys if selection else None,
    )
    extra = extra_routes(desired, actual)
    steps = plan(desired, actual, remove=extra if prune else _unwanted(desired, actual, remove))
    if selection:
        steps = select(steps, selection, due=desired.deployment_due)
    return SyncPlan(desired=desired, actual=actual, steps=steps, extra=extra, whole=whole)


def apply_plan(gateway: ApiGateway, control: ControlPlane, plan: SyncPlan) -> Iterator[StepResult]:
    """Do what a plan says; yield each step once it is on the rows.

    Raises:
        ProvisioningError: a call failed; what was done before is on the rows.
    """
    if plan.differs:
        store(gateway, deployment_due=True)
    for result in execute(plan.steps, plan.desired, plan.actual, control=control):
        _record(gateway, plan, result)
        yield result
    if plan.whole:
        _store_changes(gateway, headers_mapped=_others_map_all_headers(plan))
    _store_changes(gateway, last_error="")


def change_sentences(results: Sequence[StepResult]) -> list[str]:
    """Return what was done; of a route that was created, one sentence for all its parts."""
    created = {
        result.route_key
        for result in results
        if result.kind is StepKind.ROUTE and result.action is Action.CREATE
    }
    return [
        sentence
        for result in results
        if not result.skipped and not _is_part(result, created)
        for sentence in result.sentences
    ]


@contextmanager
def sync_errors(gateway: ApiGateway, *, anything: bool = False) -> Iterator[None]:
    """Record on the row, and in the log, what goes wrong between the row and AWS.

    Args:
        anything: take what the configuration lacks, a ``RuntimeError`` or ``ValueError``, for the
            same; its text is then the error's.

    Raises:
        ApiGatewaySyncError: from the original error, with its class and code.
    """
    own = (RuntimeError, ValueError) if anything else ()
    try:
        yield
    except (*AWS_ERRORS, WebSocketError, ImproperlyConfigured, *own) as error:
        original = original_error(error)
        text = str(error) if isinstance(error, own) else describe_error(error)
        step = f" ({error.operation})" if isinstance(error, ProvisioningError) else ""
        logger.error(
            "%s and AWS could not be compared or changed: %s%s", gateway.api_name, text, step
        )
        try:
            store(gateway, last_error=text[:255])
        except DatabaseError:
            logger.exception("The error of %s could not be recorded", gateway.api_name)
        raise ApiGatewaySyncError(text) from original


def store(gateway: ApiGateway, **values: Any) -> None:
    """Write values to the row and to the instance, without validation and without a push."""
    rows = type(gateway)._base_manager.using(gateway._state.db).filter(pk=gateway.pk)
    rows.update(**values, updated_on=timezone.now())
    for name, value in values.items():
        setattr(gateway, name, value)
    gateway.remember_synced(values)


def _store_changes(gateway: ApiGateway, **values: Any) -> None:
    changed = {name: value for name, value in values.items() if getattr(gateway, name) != value}
    if changed:
        store(gateway, **changed)


def _unwanted(
    desired: DesiredGateway, actual: ActualGateway, remove: Sequence[Route]
) -> list[Route]:
    """Return the routes to remove, under the ids that AWS knows them by, that no row wants."""
    extra = {route.route_id: route for route in extra_routes(desired, actual)}
    by_key = {route.key: route for route in extra.values()}
    wanted = {route.route_id for route in actual.routes} - set(extra)
    return [
        extra.get(route.route_id) or by_key.get(route.key) or route
        for route in remove
        if route.route_id not in wanted
    ]


def _others_map_all_headers(plan: SyncPlan) -> bool:
    """Return whether the routes that stay and are not ours map all headers, as ours do by now."""
    removed = {step.found_id for step in plan.steps if step.removes}
    staying = tuple(route for route in plan.extra if route.route_id not in removed)
    return not staying or maps_all_headers(replace(plan.actual, routes=staying))


def _selection(
    desired: DesiredGateway, fields: Collection[str], keys: Collection[str]
) -> Selection:
    routes = {route.key for route in desired.routes if route.takes_messages}
    return Selection(
        api=frozenset(name for field, name in _API_FIELDS.items() if field in fields),
        stage=frozenset(name for field, name in _STAGE_FIELDS.items() if field in fields),
        keys=frozenset(keys)
        | (frozenset(BUILT_IN) if "target_base_endpoint" in fields else frozenset())
        | (routes if "two_way" in fields else frozenset()),
    )


def _record(gateway: ApiGateway, plan: SyncPlan, result: StepResult) -> None:
    if result.kind is StepKind.API:
        _store_changes(gateway, api_endpoint=result.api_endpoint)
    elif result.kind is StepKind.ROUTE and result.action is not Action.DELETE:
        rows = gateway.additional_routes.filter(route_key=result.route_key)
        ids = {"route_id": result.route_id, "integration_id": result.integration_id}
        rows.exclude(**ids).update(**ids)
    elif result.kind is StepKind.DEPLOYMENT:
        keys = {step.subject for step in plan.steps if step.kind is StepKind.ROUTE}
        gateway.additional_routes.filter(route_key__in=keys, deployed=False).update(deployed=True)
        _store_changes(gateway, deployment_id=result.deployment_id, deployment_due=False)
    else:
        _store_changes(gateway, **domain_values(gateway, plan.desired.domain, result))


def _is_part(result: StepResult, created: Collection[str]) -> bool:
    """Return whether a result belongs to a change that another sentence tells."""
    if result.kind is StepKind.ROUTE_RESPONSE:
        return result.route_key in created
    if result.kind is StepKind.INTEGRATION:
        return result.action in (Action.CREATE, Action.DELETE)
    return False
