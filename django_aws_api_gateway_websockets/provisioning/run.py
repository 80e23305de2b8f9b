"""Executes steps, telling each result before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from ..aws.control import ControlPlane
from .domain_run import DomainRun
from .domains import domain_steps
from .headers import changed_parameters
from .plan import match_routes, plan
from .reading import read_actual, read_domain
from .state import ActualGateway, DesiredGateway, DesiredRoute
from .steps import Action, Step, StepKind

__all__ = ["StepResult", "create", "create_domain", "execute"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """One step that is done, and the ids that it brought; an empty id is not this step's.

    Args:
        skipped: it was there already; its ids are those that were found.
        sentences: what was done, a sentence for each change.
    """

    name: str
    kind: StepKind
    action: Action
    sentence: str
    skipped: bool
    sentences: tuple[str, ...] = ()
    route_key: str = ""
    api_id: str = ""
    api_endpoint: str = ""
    integration_id: str = ""
    route_id: str = ""
    deployment_id: str = ""
    domain_target: str = ""
    mapping_id: str = ""

    @classmethod
    def of(cls, step: Step, **ids: str) -> Self:
        """Return the result of a step that is done."""
        return cls(
            name=step.name,
            kind=step.kind,
            action=step.action,
            sentence=step.outcome,
            sentences=step.outcomes,
            skipped=step.skipped,
            **ids,
        )


def create(
    desired: DesiredGateway, *, control: ControlPlane, api_id: str = "", search: bool = True
) -> Iterator[StepResult]:
    """Make a gateway what it should be; yield each step's result before the next is begun.

    Safe to run again after a failure at any point: what is there is found and not made twice.

    Args:
        api_id: of the API, when it is known.
        search: look for the API by its creation tag when its id is not known. A gateway whose
            creation id is brand-new can do without.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
        ValueError: see ``domain_steps``; nothing was done.
    """
    actual = read_actual(desired, control=control, api_id=api_id, search=search)
    yield from execute(plan(desired, actual), desired, actual, control=control)


def create_domain(
    desired: DesiredGateway, *, control: ControlPlane, api_id: str
) -> Iterator[StepResult]:
    """Do what ``create`` does, of the custom domain alone.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
        ValueError: see ``domain_steps``.
    """
    api, domain = control.get_api(api_id), read_domain(desired.domain, control)
    actual = ActualGateway(api=api, domain=domain)
    yield from execute(domain_steps(desired, actual), desired, actual, control=control)


def execute(
    steps: Iterable[Step], desired: DesiredGateway, actual: ActualGateway, *, control: ControlPlane
) -> Iterator[StepResult]:
    """Execute steps in their order; yield each one's result before the next is begun.

    Raises:
        ProvisioningError: a call failed; its cause is the original error.
    """
    run = _Run(desired, actual, control)
    for step in steps:
        yield run.execute(step)


class _Run:
    """Executes steps and remembers the ids that later ones need."""

    def __init__(
        self, desired: DesiredGateway, actual: ActualGateway, control: ControlPlane
    ) -> None:
        self.desired = desired
        self.actual = actual
        self.control = control
        self.api_id = actual.api.api_id if actual.api else ""
        self.routes: Mapping[str, DesiredRoute] = {route.key: route for route in desired.routes}
        self.integration_ids: dict[str, str] = {}
        self.route_ids = {
            key: route.route_id for key, route in match_routes(desired, actual).items()
        }
        self.executors: dict[StepKind, Callable[[Step], Mapping[str, str]]] = {
            StepKind.API: self._api,
            StepKind.INTEGRATION: self._integration,
            StepKind.ROUTE: self._route,
            StepKind.ROUTE_RESPONSE: self._route_response,
            StepKind.STAGE: self._stage,
            StepKind.DEPLOYMENT: self._deployment,
        }
        if desired.domain:
            self._add_domain(DomainRun(desired.domain, actual.domain, control))

    def execute(self, step: Step) -> StepResult:
        return StepResult.of(step, **self.executors[step.kind](step))

    def _add_domain(self, run: DomainRun) -> None:
        def map_it(step: Step) -> Mapping[str, str]:
            return run.map(step, api_id=self.api_id, stage_name=self.desired.stage_name)

        self.executors |= {
            StepKind.DOMAIN: run.make,
            StepKind.MAPPING: map_it,
            StepKind.ALIAS: run.point,
        }

    def _api(self, step: Step) -> Mapping[str, str]:
        if step.action is Action.CREATE:
            api = self.control.create_api(
                name=self.desired.name,
                description=self.desired.description,
                route_selection_expression=self.desired.route_selection_expression,
                api_key_selection_expression=self.desired.api_key_selection_expression,
                tags=self.desired.api_tags,
            )
            self.api_id = api.api_id
            return {"api_id": api.api_id, "api_endpoint": api.endpoint}
        changes = {change.name: change.after for change in step.changes if change.name != "Tags"}
        if changes:
            self.control.update_api(self.api_id, **changes)
        if len(changes) < len(step.changes):
            self.control.tag_api(self.api_id, self.desired.api_tags)
        endpoint = self.actual.api.endpoint if self.actual.api else ""
        return {"api_id": self.api_id, "api_endpoint": endpoint}

    def _integration(self, step: Step) -> Mapping[str, str]:
        key = step.subject
        if step.action is Action.DELETE:
            self.control.delete_integration(self.api_id, step.found_id)
            return {"route_key": key}
        self.integration_ids[key] = step.found_id
        if step.action is Action.CREATE:
            integration = self.control.create_integration(
                self.api_id,
                uri=self.routes[key].uri,
                request_parameters=self.desired.request_parameters,
            )
            self.integration_ids[key] = integration.integration_id
        elif step.action is Action.UPDATE:
            self.control.update_integration(
                self.api_id,
                step.found_id,
                uri=self.routes[key].uri,
                request_parameters=self._changed_parameters(step.found_id),
            )
        return {"route_key": key, "integration_id": self.integration_ids[key]}

    def _changed_parameters(self, integration_id: str) -> Mapping[str, str]:
        """Return what is to be sent, which a step does not hold because of the secret."""
        found = {item.integration_id: item for item in self.actual.integrations}
        return changed_parameters(found[integration_id].request_parameters, self.desired.secret)

    def _route(self, step: Step) -> Mapping[str, str]:
        key = step.subject
        if step.action is Action.DELETE:
            self.control.delete_route(self.api_id, step.found_id)
            return {"route_key": key}
        target = {
            "key": key,
            "integration_id": self.integration_ids[key],
            "response_expression": self.routes[key].response_expression,
        }
        if step.action is Action.CREATE:
            route = self.control.create_route(self.api_id, **target)
            self.route_ids[key] = route.route_id
        elif step.action is Action.UPDATE:
            self.control.update_route(self.api_id, step.found_id, **target)
        ids = {"route_id": self.route_ids[key], "integration_id": self.integration_ids[key]}
        return {"route_key": key, **ids}

    def _route_response(self, step: Step) -> Mapping[str, str]:
        route_id = self.route_ids[step.subject]
        if step.action is Action.CREATE:
            self.control.create_route_response(self.api_id, route_id)
        elif step.action is Action.DELETE:
            self.control.delete_route_response(self.api_id, route_id, step.found_id)
        return {"route_key": step.subject}

    def _stage(self, step: Step) -> Mapping[str, str]:
        name, description = self.desired.stage_name, self.desired.stage_description
        if step.action is Action.CREATE:
            self.control.create_stage(
                self.api_id, name=name, description=description, tags=self.desired.tags
            )
        changed = {change.name for change in step.changes}
        if "Description" in changed:
            self.control.update_stage(self.api_id, name, description=description)
        if "Tags" in changed:
            self.control.tag_stage(self.api_id, name, self.desired.tags)
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
