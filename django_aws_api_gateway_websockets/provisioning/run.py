"""Creates a gateway in AWS step by step, and tells each result as soon as it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..aws.control import ControlPlane
from ..aws.resources import Api
from ..protocol.routes import DEFAULT
from .plan import CREATION_TAG, ActualGateway, DesiredGateway, DesiredRoute, Step, StepKind, plan

__all__ = ["StepResult", "create", "read_actual"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """One step that is done, and the ids that it brought; an empty id is not this step's.

    Args:
        skipped: it was there already; its ids are those that were found.
    """

    name: str
    kind: StepKind
    sentence: str
    skipped: bool
    route_key: str = ""
    api_id: str = ""
    api_endpoint: str = ""
    integration_id: str = ""
    route_id: str = ""
    deployment_id: str = ""


def create(
    desired: DesiredGateway, *, control: ControlPlane, api_id: str = "", search: bool = True
) -> Iterator[StepResult]:
    """Create what is missing of a gateway; yield each step's result before the next is begun.

    Safe to run again after a failure at any point: what is there is found and not made twice.

    Args:
        api_id: of the API, when it is known.
        search: look for the API by its creation tag when its id is not known. A gateway whose
            creation id is brand-new can do without.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    actual = read_actual(desired, control=control, api_id=api_id, search=search)
    run = _Run(desired, actual, control)
    for step in plan(desired, actual):
        yield run.execute(step)


def read_actual(
    desired: DesiredGateway, *, control: ControlPlane, api_id: str = "", search: bool = True
) -> ActualGateway:
    """Return what AWS has of a gateway.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    api = _find_api(desired, control, api_id, search)
    if api is None:
        return ActualGateway()
    return _read_contents(desired, control, api)


def _find_api(
    desired: DesiredGateway, control: ControlPlane, api_id: str, search: bool
) -> Api | None:
    if api_id:
        return control.get_api(api_id)
    found = control.find_apis(CREATION_TAG, desired.creation_id) if search else ()
    return found[0] if found else None


def _read_contents(desired: DesiredGateway, control: ControlPlane, api: Api) -> ActualGateway:
    routes = control.get_routes(api.api_id)
    keys = {route.key for route in desired.routes if desired.two_way and route.takes_messages}
    asked = [route.route_id for route in routes if route.key in keys]
    stages = control.get_stages(api.api_id)
    return ActualGateway(
        api=api,
        integrations=control.get_integrations(api.api_id),
        routes=routes,
        answering=frozenset(id for id in asked if control.get_route_responses(api.api_id, id)),
        stage=next((stage for stage in stages if stage.name == desired.stage_name), None),
    )


class _Run:
    """Executes steps and remembers the ids that later ones need."""

    def __init__(
        self, desired: DesiredGateway, actual: ActualGateway, control: ControlPlane
    ) -> None:
        self.desired = desired
        self.actual = actual
        self.control = control
        self.api_id = ""
        self.routes: Mapping[str, DesiredRoute] = {route.key: route for route in desired.routes}
        self.integration_ids: dict[str, str] = {}
        self.route_ids: dict[str, str] = {}
        self.executors: Mapping[StepKind, Callable[[Step], Mapping[str, str]]] = {
            StepKind.API: self._api,
            StepKind.INTEGRATION: self._integration,
            StepKind.ROUTE: self._route,
            StepKind.ROUTE_RESPONSE: self._route_response,
            StepKind.STAGE: self._stage,
            StepKind.DEPLOYMENT: self._deployment,
        }

    def execute(self, step: Step) -> StepResult:
        ids = self.executors[step.kind](step)
        return StepResult(
            name=step.name, kind=step.kind, sentence=step.outcome, skipped=step.skipped, **ids
        )

    def _api(self, step: Step) -> Mapping[str, str]:
        api = self.actual.api or self.control.create_api(
            name=self.desired.name,
            description=self.desired.description,
            route_selection_expression=self.desired.route_selection_expression,
            api_key_selection_expression=self.desired.api_key_selection_expression,
            tags=self.desired.api_tags,
        )
        self.api_id = api.api_id
        return {"api_id": api.api_id, "api_endpoint": api.endpoint}

    def _integration(self, step: Step) -> Mapping[str, str]:
        key = step.subject
        self.integration_ids[key] = step.found_id
        if not step.skipped:
            integration = self.control.create_integration(
                self.api_id,
                uri=self.routes[key].uri,
                request_parameters=self.desired.request_parameters,
            )
            self.integration_ids[key] = integration.integration_id
        return {"route_key": key, "integration_id": self.integration_ids[key]}

    def _route(self, step: Step) -> Mapping[str, str]:
        key = step.subject
        self.route_ids[key] = step.found_id
        if not step.skipped:
            route = self.control.create_route(
                self.api_id,
                key=key,
                integration_id=self.integration_ids[key],
                response_expression=DEFAULT if self.routes[key].takes_messages else "",
            )
            self.route_ids[key] = route.route_id
        ids = {"route_id": self.route_ids[key], "integration_id": self.integration_ids[key]}
        return {"route_key": key, **ids}

    def _route_response(self, step: Step) -> Mapping[str, str]:
        if not step.skipped:
            self.control.create_route_response(self.api_id, self.route_ids[step.subject])
        return {"route_key": step.subject}

    def _stage(self, step: Step) -> Mapping[str, str]:
        if not step.skipped:
            self.control.create_stage(
                self.api_id,
                name=self.desired.stage_name,
                description=self.desired.stage_description,
                tags=self.desired.tags,
            )
        return {}

    def _deployment(self, step: Step) -> Mapping[str, str]:
        if step.skipped:
            return {"deployment_id": step.found_id}
        deployment = self.control.create_deployment(
            self.api_id,
            stage_name=self.desired.stage_name,
            description=self.desired.stage_description,
        )
        return {"deployment_id": deployment.deployment_id}
