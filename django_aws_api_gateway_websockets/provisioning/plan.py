"""Compares the gateway that is wanted with what AWS has, and lists what is to be done, in order.

Pure: nothing here calls AWS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..aws.resources import Api, Integration, Route, Stage
from .domains import domain_steps
from .headers import HEADER_PREFIX, SECRET_PARAMETER, changed_parameters, header_names
from .state import BUILT_IN, ActualGateway, DesiredGateway, DesiredRoute
from .steps import Change, Step, StepKind

__all__ = ["extra_routes", "match_routes", "plan"]


def plan(
    desired: DesiredGateway, actual: ActualGateway, *, remove: Sequence[Route] = ()
) -> tuple[Step, ...]:
    """Return every step from what AWS has to the wanted gateway; what is right is skipped.

    Args:
        remove: routes to take away with their integrations; other routes that are not wanted are
            left alone.

    Raises:
        ValueError: see ``domain_steps``.
    """
    steps = (
        _api_step(desired, actual.api),
        *_route_steps(desired, actual),
        *_removal_steps(actual, remove),
        _stage_step(desired, actual.stage),
    )
    deployment = _deployment_step(desired, actual.stage, steps)
    return (*steps, deployment, *domain_steps(desired, actual))


def extra_routes(desired: DesiredGateway, actual: ActualGateway) -> tuple[Route, ...]:
    """Return the routes that only AWS has."""
    wanted = {route.route_id for route in match_routes(desired, actual).values()}
    return tuple(route for route in actual.routes if route.route_id not in wanted)


def _api_step(desired: DesiredGateway, api: Api | None) -> Step:
    if api is None:
        return Step(kind=StepKind.API, subject=desired.name)
    changes = (
        *_api_change("Name", api.name, desired.name),
        *_api_change("Description", api.description, desired.description),
        *_api_change(
            "ApiKeySelectionExpression",
            api.api_key_selection_expression,
            desired.api_key_selection_expression,
        ),
        *_api_change(
            "RouteSelectionExpression",
            api.route_selection_expression,
            desired.route_selection_expression,
        ),
        *_tag_change("API", api.tags, desired.api_tags),
    )
    return _found_step(StepKind.API, desired.name, api.api_id, changes)


def _api_change(name: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(
            name=name,
            before=before,
            after=after,
            todo=f"Update the API {name}",
            done=f"Updated the API {name}",
        )


def _tag_change(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    missing = {key: value for key, value in after.items() if before.get(key) != value}
    if missing:
        yield Change(
            name="Tags",
            before=", ".join(f"{key}={before[key]}" for key in missing if key in before),
            after=", ".join(f"{key}={value}" for key, value in missing.items()),
            todo=f"Tag the {what} with {', '.join(missing)}",
            done=f"Tagged the {what} with {', '.join(missing)}",
        )


@dataclass(kw_only=True, slots=True)
class _Integrations:
    """What AWS has of integrations, and which of them a route may still have for itself."""

    by_id: Mapping[str, Integration]
    uses: Counter[str]
    unused: list[Integration] = field(default_factory=list)

    @classmethod
    def of(cls, actual: ActualGateway) -> _Integrations:
        uses = Counter(route.integration_id for route in actual.routes)
        own = [item for item in actual.integrations if item.is_http_proxy]
        return cls(
            by_id={item.integration_id: item for item in own},
            uses=uses,
            unused=[item for item in own if not uses[item.integration_id]],
        )

    def match(self, route: DesiredRoute, found: Route | None, secret: str | None) -> _Match:
        """Return the integration that a route has or can take over, and in what it differs."""
        if found and found.integration_id in self.by_id:
            item = self.by_id[found.integration_id]
            changes = tuple(_integration_changes(route, item, secret))
            if not changes or self.uses[item.integration_id] == 1:
                return item, changes
        return self._take_unused(route, secret)

    def _take_unused(self, route: DesiredRoute, secret: str | None) -> _Match:
        """Take what an interrupted run left: an integration that no route leads to."""
        item = next((item for item in self.unused if item.uri == route.uri), None)
        if item is None:
            return None, ()
        self.unused.remove(item)
        return item, tuple(_integration_changes(route, item, secret))


_Match = tuple[Integration | None, tuple[Change, ...]]


def match_routes(desired: DesiredGateway, actual: ActualGateway) -> Mapping[str, Route]:
    """Return the route of each wanted key: the one that has it, else the one that had it before."""
    by_id = {route.route_id: route for route in actual.routes}
    by_key = {route.key: route for route in actual.routes}
    renamed = {
        route.key: by_id[route.route_id]
        for route in desired.routes
        if route.key not in by_key and route.route_id in by_id
    }
    taken = {route.route_id for route in renamed.values()}
    keys = [route.key for route in desired.routes if route.key in by_key]
    same = {key: by_key[key] for key in keys if by_key[key].route_id not in taken}
    return {**same, **renamed}


def _route_steps(desired: DesiredGateway, actual: ActualGateway) -> Iterator[Step]:
    routes, integrations = match_routes(desired, actual), _Integrations.of(actual)
    for route in desired.routes:
        found = routes.get(route.key)
        item, changes = integrations.match(route, found, desired.secret)
        yield _found_step(
            StepKind.INTEGRATION, route.key, item.integration_id if item else "", changes
        )
        yield _route_step(route, found, item)
        if route.takes_messages:
            response_id = actual.responses.get(found.route_id, "") if found else ""
            yield from _response_step(route, response_id, two_way=desired.two_way)


def _integration_changes(
    route: DesiredRoute, item: Integration, secret: str | None
) -> Iterator[Change]:
    if item.uri != route.uri:
        where = route.uri if route.key in BUILT_IN else "its new URL"
        yield Change(
            name="IntegrationUri",
            before=item.uri,
            after=route.uri,
            todo=f"Point the {route.key} route at {where}",
            done=f"Pointed the {route.key} route at {where}",
        )
    changed = changed_parameters(item.request_parameters, secret)
    if changed:
        names = header_names(changed)
        yield Change(
            name="RequestParameters",
            before=_shown({key: item.request_parameters.get(key, "") for key in changed}),
            after=_shown(changed),
            todo=f"Map {names} on the {route.key} route",
            done=f"Mapped {names} on the {route.key} route",
        )


def _shown(parameters: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key.removeprefix(HEADER_PREFIX)}={_masked(key, value)}"
        for key, value in parameters.items()
        if value
    )


def _masked(key: str, value: str) -> str:
    return "***" if key == SECRET_PARAMETER else value


def _route_step(route: DesiredRoute, found: Route | None, item: Integration | None) -> Step:
    if found is None:
        return Step(kind=StepKind.ROUTE, subject=route.key)
    changes = []
    if found.key != route.key:
        changes.append(
            Change(
                name="RouteKey",
                before=found.key,
                after=route.key,
                todo=f"Rename the {found.key} route to {route.key}",
                done=f"Renamed the {route.key} route",
            )
        )
    if item is None or found.integration_id != item.integration_id:
        changes.append(
            Change(
                name="Target",
                before=found.integration_id,
                after=item.integration_id if item else "",
                todo=f"Lead the {route.key} route to an integration of its own",
                done=f"Led the {route.key} route to an integration of its own",
            )
        )
    return _found_step(StepKind.ROUTE, route.key, found.route_id, tuple(changes))


def _response_step(route: DesiredRoute, response_id: str, *, two_way: bool) -> Iterator[Step]:
    if two_way:
        yield _found_step(StepKind.ROUTE_RESPONSE, route.key, response_id)
    elif response_id:
        yield _removal(StepKind.ROUTE_RESPONSE, route.key, response_id)


def _removal_steps(actual: ActualGateway, remove: Sequence[Route]) -> Iterator[Step]:
    """Take routes away, and the integrations that nothing else leads to."""
    going = {route.route_id for route in remove}
    for route in remove:
        if any(found.route_id == route.route_id for found in actual.routes):
            yield _removal(StepKind.ROUTE, route.key, route.route_id)
    staying = {route.integration_id for route in actual.routes if route.route_id not in going}
    for item in actual.integrations:
        keys = [route.key for route in remove if route.integration_id == item.integration_id]
        if keys and item.is_http_proxy and item.integration_id not in staying:
            yield _removal(StepKind.INTEGRATION, keys[0], item.integration_id)


def _removal(kind: StepKind, subject: str, found_id: str) -> Step:
    return Step(kind=kind, subject=subject, removes=True, found_id=found_id)


def _stage_step(desired: DesiredGateway, stage: Stage | None) -> Step:
    if stage is None:
        return Step(kind=StepKind.STAGE, subject=desired.stage_name)
    changes: list[Change] = []
    if stage.description != desired.stage_description:
        changes.append(
            Change(
                name="Description",
                before=stage.description,
                after=desired.stage_description,
                todo="Update the stage description",
                done="Updated the stage description",
            )
        )
    changes.extend(_tag_change("stage", stage.tags, desired.tags))
    return _found_step(StepKind.STAGE, desired.stage_name, stage.name, tuple(changes))


def _deployment_step(desired: DesiredGateway, stage: Stage | None, steps: tuple[Step, ...]) -> Step:
    found_id = stage.deployment_id if stage else ""
    if stage and stage.deploys_itself:
        return Step(kind=StepKind.DEPLOYMENT, subject=stage.name, skipped=True, found_id=found_id)
    changed = desired.deployment_due or not all(step.skipped for step in steps)
    return _found_step(StepKind.DEPLOYMENT, desired.stage_name, "" if changed else found_id)


def _found_step(
    kind: StepKind, subject: str, found_id: str, changes: tuple[Change, ...] = ()
) -> Step:
    """Return the step of something that is there when it has an id, and right without changes."""
    skipped = bool(found_id) and not changes
    return Step(kind=kind, subject=subject, skipped=skipped, found_id=found_id, changes=changes)
