"""Brings the rows of a gateway to what AWS has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from ...aws.control import ControlPlane
from ...aws.resources import Route, Stage
from ...protocol.routes import DEFAULT
from ...provisioning.reading import read_actual
from ...provisioning.state import BUILT_IN, ActualGateway, DesiredGateway, maps_all_headers
from .syncing import store

if TYPE_CHECKING:
    from ..gateways import ApiGateway
    from ..routes import ApiGatewayAdditionalRoute

__all__ = ["pull", "pull_routes", "read_remote", "remote_values"]

_API_FIELDS: Mapping[str, str] = {
    "api_name": "name",
    "api_description": "description",
    "api_key_selection_expression": "api_key_selection_expression",
    "route_selection_expression": "route_selection_expression",
    "api_endpoint": "endpoint",
}
_DEFAULT_PATH = DEFAULT.removeprefix("$")


def pull(gateway: ApiGateway, control: ControlPlane) -> list[str]:
    """Store what AWS has of a gateway; return what that changed, a sentence each.

    Raises:
        ProvisioningError: a call failed; nothing was stored.
    """
    actual = read_remote(gateway, control)
    values = remote_values(gateway, actual, control)
    changed = {name: value for name, value in values.items() if getattr(gateway, name) != value}
    if changed:
        store(gateway, **changed)
    return [*(f"Updated {name}" for name in changed), *pull_routes(gateway, actual)]


def read_remote(gateway: ApiGateway, control: ControlPlane) -> ActualGateway:
    """Return what AWS has of a gateway whose row may know less.

    Raises:
        ProvisioningError: a call failed.
    """
    known = DesiredGateway(
        name=gateway.api_name, creation_id="", target_base="", stage_name=gateway.stage_name
    )
    return read_actual(known, control=control, api_id=gateway.api_id, every_response=True)


def remote_values(
    gateway: ApiGateway, actual: ActualGateway, control: ControlPlane
) -> dict[str, Any]:
    """Return what AWS has for the fields of a gateway.

    Raises:
        ProvisioningError: a call failed.
    """
    return {
        **{field: getattr(actual.api, name) for field, name in _API_FIELDS.items()},
        **_base_value(actual),
        **_stage_values(gateway, actual.stage, control),
        "two_way": _is_two_way(actual),
        "headers_mapped": maps_all_headers(actual),
        "last_error": "",
    }


def _base_value(actual: ActualGateway) -> dict[str, str]:
    """Return the base of the three built-in routes, when ``$default`` shows it."""
    uri = _uris(actual).get(DEFAULT, "")
    return (
        {"target_base_endpoint": uri.removesuffix(_DEFAULT_PATH)}
        if uri.endswith(f"/{_DEFAULT_PATH}")
        else {}
    )


def _stage_values(
    gateway: ApiGateway, stage: Stage | None, control: ControlPlane
) -> dict[str, str]:
    """Return what the stage says; 4.1 wrote its description on deployments alone."""
    if stage is None or not stage.deployment_id:
        return {}
    text = stage.description
    if not text and not stage.deploys_itself:
        text = control.get_deployment(gateway.api_id, stage.deployment_id).description
    return {"deployment_id": stage.deployment_id, "stage_description": text}


def _is_two_way(actual: ActualGateway) -> bool:
    asked = [route for route in actual.routes if route.key not in BUILT_IN[:2]]
    return bool(asked) and all(route.route_id in actual.responses for route in asked)


def _uris(actual: ActualGateway) -> Mapping[str, str]:
    """Return the URL of each route whose integration passes messages on to one."""
    uris = {item.integration_id: item.uri for item in actual.integrations if item.is_http_proxy}
    return {
        route.key: uris[route.integration_id]
        for route in actual.routes
        if route.integration_id in uris
    }


def pull_routes(gateway: ApiGateway, actual: ActualGateway) -> Iterator[str]:
    """Store the routes that AWS has, and yield a sentence for each change.

    A route that no row can hold is left alone.
    """
    uris = _uris(actual)
    remote = [route for route in actual.routes if route.key not in BUILT_IN]
    rows = list(gateway.additional_routes.order_by("pk"))
    for route in remote:
        row = _match(route, rows)
        if row is not None:
            rows.remove(row)
        if row is None and _add_row(gateway, route, uris.get(route.key, "")):
            yield f"Added the {route.key} route"
        elif row is not None and _update_row(row, route, uris.get(route.key, row.integration_url)):
            yield f"Updated the {route.key} route"
    for row in rows:
        if _forget_row(row):
            yield f"The {row.route_key} route is not in AWS"


def _match(route: Route, rows: list[ApiGatewayAdditionalRoute]) -> ApiGatewayAdditionalRoute | None:
    by_id = (row for row in rows if row.route_id and row.route_id == route.route_id)
    by_key = (row for row in rows if row.route_key == route.key)
    return next(by_id, None) or next(by_key, None)


def _add_row(gateway: ApiGateway, route: Route, uri: str) -> bool:
    """Store a new row, without a push; return whether it can hold the route."""
    model = gateway.additional_routes.model
    row = model(
        api_gateway=gateway,
        name=route.key[: model._meta.get_field("name").max_length],
        route_key=route.key,
        integration_url=uri,
        deployed=True,
        route_id=route.route_id,
        integration_id=route.integration_id,
    )
    try:
        row.full_clean(exclude=["api_gateway"])
    except ValidationError:
        return False
    gateway.additional_routes.bulk_create([row])
    return True


def _update_row(row: ApiGatewayAdditionalRoute, route: Route, uri: str) -> bool:
    return _store_row(
        row,
        route_key=route.key,
        integration_url=uri,
        deployed=True,
        route_id=route.route_id,
        integration_id=route.integration_id,
    )


def _forget_row(row: ApiGatewayAdditionalRoute) -> bool:
    return _store_row(row, deployed=False, route_id="", integration_id="")


def _store_row(row: ApiGatewayAdditionalRoute, **values: Any) -> bool:
    """Store what differs, without a push; return whether anything did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        type(row)._base_manager.filter(pk=row.pk).update(**changed)
    return bool(changed)
