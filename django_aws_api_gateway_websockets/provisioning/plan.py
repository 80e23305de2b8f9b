"""Compares the gateway that is wanted with what AWS has, and lists what is to be done, in order.

Pure: nothing here calls AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..aws.resources import Api, Integration, Route, Stage
from ..protocol.routes import CONNECT, DEFAULT, DISCONNECT, integration_uri, request_parameters

__all__ = [
    "CREATION_TAG",
    "ActualGateway",
    "DesiredGateway",
    "DesiredRoute",
    "Step",
    "StepKind",
    "maps_all_headers",
    "plan",
]

#: Tag of an API that holds the id saved before it was created, so that a lost answer loses no API.
CREATION_TAG = "django-aws-api-gateway-websockets:creation-id"


class StepKind(StrEnum):
    """What a step makes, in the order in which it is made."""

    API = "api"
    INTEGRATION = "integration"
    ROUTE = "route"
    ROUTE_RESPONSE = "route-response"
    STAGE = "stage"
    DEPLOYMENT = "deployment"


ROUTE_KINDS = frozenset({StepKind.INTEGRATION, StepKind.ROUTE, StepKind.ROUTE_RESPONSE})

# To do, done, and found done already.
SENTENCES: Mapping[StepKind, tuple[str, str, str]] = {
    StepKind.API: ("Create the API {}", "Created the API {}", "Found the API {}"),
    StepKind.INTEGRATION: (
        "Create the integration of {}",
        "Created the integration of {}",
        "Found the integration of {}",
    ),
    StepKind.ROUTE: ("Create the {} route", "Created the {} route", "Found the {} route"),
    StepKind.ROUTE_RESPONSE: (
        "Let the {} route answer",
        "Let the {} route answer",
        "Found that the {} route answers",
    ),
    StepKind.STAGE: ("Create the stage {}", "Created the stage {}", "Found the stage {}"),
    StepKind.DEPLOYMENT: ("Deploy the stage", "Deployed the stage", "Found the stage deployed"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredRoute:
    """A route key and the URL that its messages are posted to."""

    key: str
    uri: str

    @property
    def takes_messages(self) -> bool:
        """Whether clients send messages to it, which it may then answer."""
        return self.key not in (CONNECT, DISCONNECT)


@dataclass(frozen=True, kw_only=True, slots=True)
class DesiredGateway:
    """The gateway that is wanted.

    Args:
        creation_id: unique to this gateway, and saved before the API is created.
        target_base: URL that ``connect``, ``disconnect`` and ``default`` are appended to.
        secret: sent to the backend with every request; None sends none.
        two_way: whether what the backend answers to a message reaches the client.
        tags: of the API and of the stage.
    """

    name: str
    creation_id: str
    target_base: str
    description: str = ""
    route_selection_expression: str = "$request.body.action"
    api_key_selection_expression: str = "$request.header.x-api-key"
    stage_name: str = "production"
    stage_description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    two_way: bool = True
    secret: str | None = field(default=None, repr=False)
    additional_routes: tuple[DesiredRoute, ...] = ()

    @property
    def routes(self) -> tuple[DesiredRoute, ...]:
        """All routes; an additional one that repeats a key is left out."""
        built_in = (self._built_in(key) for key in (CONNECT, DISCONNECT, DEFAULT))
        by_key: dict[str, DesiredRoute] = {}
        for route in (*built_in, *self.additional_routes):
            by_key.setdefault(route.key, route)
        return tuple(by_key.values())

    @property
    def request_parameters(self) -> dict[str, str]:
        """What every integration maps."""
        return request_parameters(self.secret)

    @property
    def api_tags(self) -> dict[str, str]:
        """Tags of the API: the wanted ones, and the one by which it is found again."""
        return {**self.tags, CREATION_TAG: self.creation_id}

    def _built_in(self, key: str) -> DesiredRoute:
        return DesiredRoute(key=key, uri=integration_uri(self.target_base, key))


@dataclass(frozen=True, kw_only=True, slots=True)
class ActualGateway:
    """What AWS has of a gateway; empty when it has nothing.

    Args:
        answering: ids of the routes that have a route response.
    """

    api: Api | None = None
    integrations: tuple[Integration, ...] = ()
    routes: tuple[Route, ...] = ()
    answering: frozenset[str] = frozenset()
    stage: Stage | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to make, or to skip because it is there.

    Args:
        subject: the route key, or the name of the API or stage.
        skipped: it is there already.
        found_id: AWS's id of what is there, if it has one.
    """

    kind: StepKind
    subject: str
    skipped: bool = False
    found_id: str = ""

    @property
    def name(self) -> str:
        """Stable name: ``api``, ``integration:$connect``, ``route:chat``, ``stage``, ..."""
        return f"{self.kind}:{self.subject}" if self.kind in ROUTE_KINDS else str(self.kind)

    @property
    def sentence(self) -> str:
        """What is to be done, or that it is done already."""
        todo, _, found = SENTENCES[self.kind]
        return (found if self.skipped else todo).format(self.subject)

    @property
    def outcome(self) -> str:
        """What has been done, once it is."""
        _, done, found = SENTENCES[self.kind]
        return (found if self.skipped else done).format(self.subject)


def plan(desired: DesiredGateway, actual: ActualGateway) -> tuple[Step, ...]:
    """Return every step from nothing to the wanted gateway, those that are done marked as skipped.

    Nothing is updated or deleted: a route whose key exists is left as it is.
    """
    stage = actual.stage
    steps = (
        _step(StepKind.API, desired.name, actual.api.api_id if actual.api else ""),
        *_route_steps(desired, actual),
        _step(StepKind.STAGE, desired.stage_name, stage.name if stage else ""),
    )
    is_deployed = all(step.skipped for step in steps)
    deployment_id = stage.deployment_id if stage and is_deployed else ""
    return (*steps, _step(StepKind.DEPLOYMENT, desired.stage_name, deployment_id))


def maps_all_headers(actual: ActualGateway) -> bool:
    """Return whether every integration in use maps all the headers that Django trusts."""
    used = {route.integration_id for route in actual.routes}
    wanted = request_parameters(None).items()
    return bool(used) and all(
        wanted <= item.request_parameters.items()
        for item in actual.integrations
        if item.integration_id in used
    )


def _step(kind: StepKind, subject: str, found_id: str) -> Step:
    return Step(kind=kind, subject=subject, skipped=bool(found_id), found_id=found_id)


def _route_steps(desired: DesiredGateway, actual: ActualGateway) -> Iterator[Step]:
    existing = {route.key: route for route in actual.routes}
    unused = _unused_integrations(desired, actual)
    for route in desired.routes:
        found = existing.get(route.key)
        yield _integration_step(route, found, unused)
        yield _step(StepKind.ROUTE, route.key, found.route_id if found else "")
        if desired.two_way and route.takes_messages:
            answers = found is not None and found.route_id in actual.answering
            yield Step(kind=StepKind.ROUTE_RESPONSE, subject=route.key, skipped=answers)


def _integration_step(route: DesiredRoute, found: Route | None, unused: list[Integration]) -> Step:
    if found:
        found_id = found.integration_id
        return Step(kind=StepKind.INTEGRATION, subject=route.key, skipped=True, found_id=found_id)
    match = next((item for item in unused if item.uri == route.uri), None)
    if match:
        unused.remove(match)
    return _step(StepKind.INTEGRATION, route.key, match.integration_id if match else "")


def _unused_integrations(desired: DesiredGateway, actual: ActualGateway) -> list[Integration]:
    """Return what an interrupted run left: integrations like ours that no route leads to."""
    used = {route.integration_id for route in actual.routes}
    return [
        item
        for item in actual.integrations
        if item.integration_id not in used and item.request_parameters == desired.request_parameters
    ]
