"""Reads what AWS has of a gateway: its API with what is in it, and its custom domain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from ..aws.control import ControlPlane
from ..aws.resources import Api, Route
from .plan import match_routes
from .state import CREATION_TAG, ActualDomain, ActualGateway, DesiredDomain, DesiredGateway

__all__ = ["read_actual", "read_domain"]


def read_actual(
    desired: DesiredGateway,
    *,
    control: ControlPlane,
    api_id: str = "",
    search: bool = True,
    every_response: bool = False,
    keys: Collection[str] | None = None,
) -> ActualGateway:
    """Return what AWS has of a gateway.

    Args:
        every_response: ask for the responses of all routes, not only of those that are wanted.
        keys: of the wanted routes whose responses are asked for, with a call each; None for all.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    api = _find_api(desired, control, api_id, search)
    domain = read_domain(desired.domain, control)
    if api is None:
        return ActualGateway(domain=domain)
    contents = _read_contents(desired, control, api)
    asked = contents.routes if every_response else _answerers(desired, contents, keys)
    return replace(contents, responses=_read_responses(api, asked, control), domain=domain)


def read_domain(desired: DesiredDomain | None, control: ControlPlane) -> ActualDomain:
    """Return what AWS has of a custom domain, and of its name in DNS.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    if desired is None:
        return ActualDomain()
    found = control.find_domain_name(desired.name)
    mappings = control.get_api_mappings(desired.name) if found else ()
    zones = control.zones if desired.zone_id else None
    return ActualDomain(
        found=found,
        root=next((mapping for mapping in mappings if not mapping.key), None),
        zone=zones.get_zone(desired.zone_id) if zones else None,
        records=zones.find_records(desired.zone_id, desired.name) if zones else (),
    )


def _find_api(
    desired: DesiredGateway, control: ControlPlane, api_id: str, search: bool
) -> Api | None:
    if api_id:
        return control.get_api(api_id)
    found = control.find_apis(CREATION_TAG, desired.creation_id) if search else ()
    return found[0] if found else None


def _read_contents(desired: DesiredGateway, control: ControlPlane, api: Api) -> ActualGateway:
    stages = control.get_stages(api.api_id)
    return ActualGateway(
        api=api,
        routes=control.get_routes(api.api_id),
        integrations=control.get_integrations(api.api_id),
        stage=next((stage for stage in stages if stage.name == desired.stage_name), None),
    )


def _answerers(
    desired: DesiredGateway, actual: ActualGateway, keys: Collection[str] | None
) -> tuple[Route, ...]:
    """Return the routes that are wanted, take messages, and have one of the keys."""
    wanted = [route.key for route in desired.routes if route.takes_messages]
    asked = [key for key in wanted if keys is None or key in keys]
    matches = match_routes(desired, actual)
    return tuple(matches[key] for key in asked if key in matches)


def _read_responses(api: Api, routes: Iterable[Route], control: ControlPlane) -> Mapping[str, str]:
    """Return the ids of the responses of routes, by route id."""
    found = {r.route_id: control.get_route_responses(api.api_id, r.route_id) for r in routes}
    return {key: items[0].route_response_id for key, items in found.items() if items}
