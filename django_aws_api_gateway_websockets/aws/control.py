"""Typed calls of API Gateway's control plane: values in, frozen dataclasses out; knows no model."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..exceptions import ProvisioningError
from ..protocol.limits import INTEGRATION_TIMEOUT_MAX_MS
from .clients import client_config, get_client
from .errors import translate_errors

__all__ = [
    "Api",
    "ControlPlane",
    "Deployment",
    "Integration",
    "Route",
    "RouteResponse",
    "Stage",
    "get_control_plane",
]

#: Items of one page of a list, the most that AWS gives.
PAGE_SIZE = "100"

#: Seconds to wait before a throttled call is repeated. CreateDeployment is the slowest of those we
#: make: one per 5 seconds. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
THROTTLE_DELAYS = (1.0, 2.0, 5.0, 5.0)

THROTTLED = frozenset({"TooManyRequestsException", "LimitExceededException", "429"})

#: The only key that AWS accepts for a route response of a WebSocket API.
RESPONSE_KEY = "$default"

INTEGRATION_TARGET = "integrations/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """One API; ``endpoint`` has no stage."""

    api_id: str
    endpoint: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Integration:
    """Where messages go, and which headers they get; these may hold the gateway secret."""

    integration_id: str
    uri: str
    request_parameters: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A route key and the integration it leads to; the id is empty when it leads elsewhere."""

    route_id: str
    key: str
    integration_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteResponse:
    """Makes a route two-way."""

    route_response_id: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A stage, and what is deployed to it: empty when nothing is."""

    name: str
    deployment_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """A snapshot of routes and integrations, which a stage serves."""

    deployment_id: str


def get_control_plane(endpoint_url: str | None = None) -> ControlPlane:
    """Return the control plane at ``endpoint_url``, by default the one that the settings name.

    Its client repeats nothing by itself: what creates something is not safe to repeat blindly.

    Raises:
        RuntimeError: nothing names a region.
        ImproperlyConfigured: ``WEBSOCKETS["endpoint_url"]`` names another host.
        botocore.exceptions.ProfileNotFound: the profile does not exist.
    """
    config = client_config(max_retries=0)
    return ControlPlane(get_client("apigatewayv2", endpoint_url=endpoint_url, config=config))


class ControlPlane:
    """The calls of ``apigatewayv2`` that we make.

    Every method raises ``ProvisioningError`` for what AWS or the network does wrong, with the
    original error as its cause. A throttled call is repeated within AWS's rates.

    Args:
        client: boto3's; one that repeats failed calls by itself may create things twice.
        sleep: waits a number of seconds.
    """

    def __init__(self, client: Any, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def find_apis(self, tag: str, value: str) -> tuple[Api, ...]:
        """Return the APIs that have a tag of this value."""
        apis = map(_api, self._pages("get_apis"))
        return tuple(api for api in apis if api.tags.get(tag) == value)

    def get_api(self, api_id: str) -> Api:
        """Return an API by its id."""
        return _api(self._call("get_api", ApiId=api_id))

    def create_api(
        self,
        *,
        name: str,
        description: str,
        route_selection_expression: str,
        api_key_selection_expression: str,
        tags: Mapping[str, str],
    ) -> Api:
        """Create a WebSocket API; names are not unique, so each call makes another one."""
        answer = self._call(
            "create_api",
            Name=name,
            Description=description,
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression=route_selection_expression,
            ApiKeySelectionExpression=api_key_selection_expression,
            DisableSchemaValidation=True,
            Tags=dict(tags),
        )
        return _api(answer)

    def get_integrations(self, api_id: str) -> tuple[Integration, ...]:
        """Return all integrations of an API."""
        return tuple(map(_integration, self._pages("get_integrations", ApiId=api_id)))

    def create_integration(
        self, api_id: str, *, uri: str, request_parameters: Mapping[str, str]
    ) -> Integration:
        """Create an integration that posts to ``uri`` as it is.

        Args:
            request_parameters: headers to send, by ``integration.request.header.<name>``.
        """
        answer = self._call(
            "create_integration",
            ApiId=api_id,
            ConnectionType="INTERNET",
            IntegrationMethod="POST",
            IntegrationType="HTTP_PROXY",
            IntegrationUri=uri,
            PassthroughBehavior="WHEN_NO_MATCH",
            PayloadFormatVersion="1.0",
            RequestParameters=dict(request_parameters),
            TimeoutInMillis=INTEGRATION_TIMEOUT_MAX_MS,
        )
        return _integration(answer)

    def get_routes(self, api_id: str) -> tuple[Route, ...]:
        """Return all routes of an API."""
        return tuple(map(_route, self._pages("get_routes", ApiId=api_id)))

    def create_route(
        self, api_id: str, *, key: str, integration_id: str, response_expression: str = ""
    ) -> Route:
        """Create a route that leads to an integration.

        Args:
            response_expression: chooses the route response; left out when empty.
        """
        optional = {"RouteResponseSelectionExpression": response_expression}
        answer = self._call(
            "create_route",
            ApiId=api_id,
            ApiKeyRequired=False,
            AuthorizationType="NONE",
            RouteKey=key,
            Target=f"{INTEGRATION_TARGET}{integration_id}",
            **(optional if response_expression else {}),
        )
        return _route(answer)

    def get_route_responses(self, api_id: str, route_id: str) -> tuple[RouteResponse, ...]:
        """Return the route responses of a route."""
        items = self._pages("get_route_responses", ApiId=api_id, RouteId=route_id)
        return tuple(map(_route_response, items))

    def create_route_response(self, api_id: str, route_id: str) -> RouteResponse:
        """Make a route two-way: what the backend answers reaches the client."""
        answer = self._call(
            "create_route_response",
            ApiId=api_id,
            RouteId=route_id,
            RouteResponseKey=RESPONSE_KEY,
        )
        return _route_response(answer)

    def get_stages(self, api_id: str) -> tuple[Stage, ...]:
        """Return the stages of an API."""
        return tuple(map(_stage, self._pages("get_stages", ApiId=api_id)))

    def create_stage(
        self, api_id: str, *, name: str, description: str, tags: Mapping[str, str]
    ) -> Stage:
        """Create a stage, which serves nothing before a deployment."""
        answer = self._call(
            "create_stage",
            ApiId=api_id,
            StageName=name,
            Description=description,
            Tags=dict(tags),
        )
        return _stage(answer)

    def create_deployment(self, api_id: str, *, stage_name: str, description: str) -> Deployment:
        """Make a stage serve the routes and integrations as they are now."""
        answer = self._call(
            "create_deployment", ApiId=api_id, StageName=stage_name, Description=description
        )
        return Deployment(deployment_id=answer["DeploymentId"])

    def _pages(self, method: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self._call(method, MaxResults=PAGE_SIZE, **parameters, **token)
            yield from page.get("Items", ())
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _call(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        for delay in THROTTLE_DELAYS:
            try:
                return self._call_once(method, **parameters)
            except ProvisioningError as error:
                if error.code not in THROTTLED:
                    raise
            self._sleep(delay)
        return self._call_once(method, **parameters)

    def _call_once(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        with translate_errors(operation=self._client.meta.method_to_api_mapping[method]):
            answer: Mapping[str, Any] = getattr(self._client, method)(**parameters)
            return answer


def _api(answer: Mapping[str, Any]) -> Api:
    return Api(
        api_id=answer["ApiId"],
        endpoint=answer.get("ApiEndpoint", ""),
        name=answer["Name"],
        tags=answer.get("Tags", {}),
    )


def _integration(answer: Mapping[str, Any]) -> Integration:
    return Integration(
        integration_id=answer["IntegrationId"],
        uri=answer.get("IntegrationUri", ""),
        request_parameters=answer.get("RequestParameters", {}),
    )


def _route(answer: Mapping[str, Any]) -> Route:
    target = answer.get("Target", "")
    leads_here = target.startswith(INTEGRATION_TARGET)
    return Route(
        route_id=answer["RouteId"],
        key=answer["RouteKey"],
        integration_id=target.removeprefix(INTEGRATION_TARGET) if leads_here else "",
    )


def _route_response(answer: Mapping[str, Any]) -> RouteResponse:
    return RouteResponse(
        route_response_id=answer["RouteResponseId"], key=answer["RouteResponseKey"]
    )


def _stage(answer: Mapping[str, Any]) -> Stage:
    return Stage(name=answer["StageName"], deployment_id=answer.get("DeploymentId", ""))
