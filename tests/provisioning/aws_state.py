"""What AWS has of a gateway, read by boto3 and written down without any of the ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ConnectionClosedError

from django_aws_api_gateway_websockets.emulator import ControlFault, Lost

__all__ = ["Failure", "State", "cut", "failing", "read_state"]


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """All that is left in AWS after one or more runs.

    Args:
        routes: by key: the URL, the headers it gets, and whether it answers.
        stages: by name: description, tags, and whether the only deployment is the stage's.
    """

    name: str
    tags: Mapping[str, str]
    integrations: int
    routes: Mapping[str, tuple[str, Mapping[str, str], bool]]
    stages: Mapping[str, tuple[str, Mapping[str, str], bool]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Makes one call fail: the ``number``-th, before it is sent or after its answer was lost."""

    number: int
    after: bool

    def event(self, client: Any) -> str:
        """Return the event of botocore at which a client fails."""
        service = client.meta.service_model.service_id.hyphenize()
        return f"{'after-call' if self.after else 'before-send'}.{service}"


@contextmanager
def failing(client: Any, failure: Failure, *others: Any) -> Iterator[None]:
    """Let a client fail once, or one of several whose calls are counted together.

    The local gateway has its own faults; this is for runs that call Route 53 as well.
    """
    calls: list[object] = []
    clients = (client, *others)

    def count(**event: object) -> None:
        calls.append(event)
        if len(calls) == failure.number:
            raise ConnectionClosedError(endpoint_url=client.meta.endpoint_url)

    for each in clients:
        each.meta.events.register(failure.event(each), count)
    try:
        yield
    finally:
        for each in clients:
            each.meta.events.unregister(failure.event(each), count)


def cut(number: int, *, after: bool = False) -> ControlFault:
    """Cut the connection of the ``number``-th call, before or after it has its effect."""
    return ControlFault(nth=number, lost=Lost.CUT, done=after)


def read_state(client: Any, tag: str, value: str) -> list[State]:
    """Return the state of every API that has a tag."""
    apis = client.get_apis(MaxResults="500")["Items"]
    return [_state(client, api) for api in apis if api.get("Tags", {}).get(tag) == value]


def _state(client: Any, api: Mapping[str, Any]) -> State:
    integrations = client.get_integrations(ApiId=api["ApiId"])["Items"]
    by_target = {f"integrations/{item['IntegrationId']}": item for item in integrations}
    routes = client.get_routes(ApiId=api["ApiId"])["Items"]
    stages = client.get_stages(ApiId=api["ApiId"])["Items"]
    deployments = client.get_deployments(ApiId=api["ApiId"])["Items"]
    return State(
        name=api["Name"],
        tags=api["Tags"],
        integrations=len(integrations),
        routes={
            route["RouteKey"]: (
                by_target[route["Target"]]["IntegrationUri"],
                by_target[route["Target"]]["RequestParameters"],
                _answers(client, api["ApiId"], route),
            )
            for route in routes
        },
        stages={
            stage["StageName"]: (
                stage["Description"],
                stage["Tags"],
                [stage["DeploymentId"]] == [item["DeploymentId"] for item in deployments],
            )
            for stage in stages
        },
    )


def _answers(client: Any, api_id: str, route: Mapping[str, Any]) -> bool:
    items = client.get_route_responses(ApiId=api_id, RouteId=route["RouteId"])["Items"]
    keys = [item["RouteResponseKey"] for item in items]
    return keys == ["$default"] == [route["RouteResponseSelectionExpression"]]
