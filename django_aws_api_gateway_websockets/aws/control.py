"""Typed calls of API Gateway's control plane: values in, frozen dataclasses out; knows no model."""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import ProvisioningError
from ..protocol.limits import INTEGRATION_TIMEOUT_MAX_MS
from .clients import client_config, get_client
from .domains import NOT_FOUND, DomainCalls
from .resources import (
    INTEGRATION_TARGET,
    Api,
    Deployment,
    Integration,
    Route,
    RouteResponse,
    Stage,
)

__all__ = ["ControlPlane", "get_control_plane"]

#: The only key that AWS accepts for a route response of a WebSocket API.
RESPONSE_KEY = "$default"


def get_control_plane(
    endpoint_url: str | None = None, *, region_name: str | None = None
) -> ControlPlane:
    """Return the control plane at ``endpoint_url``, by default the one that the settings name.

    Args:
        endpoint_url: scheme, host and port.
        region_name: where it is, by default the region of the settings.

    Its client repeats nothing by itself: what creates something is not safe to repeat blindly.

    Raises:
        RuntimeError: nothing names a region.
        ImproperlyConfigured: ``WEBSOCKETS["endpoint_url"]`` names another host.
        botocore.exceptions.ProfileNotFound: the profile does not exist.
    """
    config = client_config(max_retries=0)
    region = {"region_name": region_name} if region_name else {}
    client = get_client("apigatewayv2", endpoint_url=endpoint_url, config=config, **region)
    return ControlPlane(client)


class ControlPlane(DomainCalls):
    """The calls of ``apigatewayv2`` that we make.

    Every method raises ``ProvisioningError`` for what AWS or the network does wrong, with the
    original error as its cause. A throttled call is repeated within AWS's rates.
    """

    def find_apis(self, tag: str, value: str) -> tuple[Api, ...]:
        """Return the APIs that have a tag of this value."""
        apis = map(Api.parse, self._pages("get_apis"))
        return tuple(api for api in apis if api.tags.get(tag) == value)

    def get_api(self, api_id: str) -> Api:
        """Return an API by its id."""
        return Api.parse(self._call("get_api", ApiId=api_id))

    def find_api(self, api_id: str) -> Api | None:
        """Return an API by its id, or None when the account has none of that id in the region."""
        try:
            return self.get_api(api_id)
        except ProvisioningError as error:
            if error.code == NOT_FOUND:
                return None
            raise

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
        return Api.parse(answer)

    def update_api(self, api_id: str, **changes: str) -> Api:
        """Change an API; what is not given stays.

        Args:
            changes: AWS's names of the parameters: ``Name``, ``Description``,
                ``RouteSelectionExpression`` and ``ApiKeySelectionExpression``.
        """
        return Api.parse(self._call("update_api", ApiId=api_id, **changes))

    def delete_api(self, api_id: str) -> None:
        """Delete an API with everything in it; its connections end.

        AWS refuses as long as a custom domain maps to it.
        """
        self._call("delete_api", ApiId=api_id)

    def tag_api(self, api_id: str, tags: Mapping[str, str]) -> None:
        """Add tags to an API, or change their values; other tags stay."""
        self._tag(f"/apis/{api_id}", tags)

    def get_integrations(self, api_id: str) -> tuple[Integration, ...]:
        """Return all integrations of an API."""
        return tuple(map(Integration.parse, self._pages("get_integrations", ApiId=api_id)))

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
        return Integration.parse(answer)

    def update_integration(
        self,
        api_id: str,
        integration_id: str,
        *,
        request_parameters: Mapping[str, str],
        uri: str = "",
    ) -> Integration:
        """Change the headers that an integration maps, and the URL that it calls.

        Args:
            request_parameters: AWS merges them into those that are there; an empty text removes
                one.
            uri: stays as it is when empty.
        """
        answer = self._call(
            "update_integration",
            ApiId=api_id,
            IntegrationId=integration_id,
            RequestParameters=dict(request_parameters),
            **({"IntegrationUri": uri} if uri else {}),
        )
        return Integration.parse(answer)

    def delete_integration(self, api_id: str, integration_id: str) -> None:
        """Delete an integration that no route leads to."""
        self._call("delete_integration", ApiId=api_id, IntegrationId=integration_id)

    def get_routes(self, api_id: str) -> tuple[Route, ...]:
        """Return all routes of an API."""
        return tuple(map(Route.parse, self._pages("get_routes", ApiId=api_id)))

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
        return Route.parse(answer)

    def update_route(
        self,
        api_id: str,
        route_id: str,
        *,
        key: str,
        integration_id: str,
        response_expression: str = "",
    ) -> Route:
        """Give a route another key, integration or expression.

        Args:
            response_expression: chooses the route response; stays as it is when empty.
        """
        optional = {"RouteResponseSelectionExpression": response_expression}
        answer = self._call(
            "update_route",
            ApiId=api_id,
            RouteId=route_id,
            RouteKey=key,
            Target=f"{INTEGRATION_TARGET}{integration_id}",
            **(optional if response_expression else {}),
        )
        return Route.parse(answer)

    def delete_route(self, api_id: str, route_id: str) -> None:
        """Delete a route; its integration stays."""
        self._call("delete_route", ApiId=api_id, RouteId=route_id)

    def get_route_responses(self, api_id: str, route_id: str) -> tuple[RouteResponse, ...]:
        """Return the route responses of a route."""
        items = self._pages("get_route_responses", ApiId=api_id, RouteId=route_id)
        return tuple(map(RouteResponse.parse, items))

    def create_route_response(self, api_id: str, route_id: str) -> RouteResponse:
        """Make a route two-way: what the backend answers reaches the client."""
        answer = self._call(
            "create_route_response",
            ApiId=api_id,
            RouteId=route_id,
            RouteResponseKey=RESPONSE_KEY,
        )
        return RouteResponse.parse(answer)

    def delete_route_response(self, api_id: str, route_id: str, route_response_id: str) -> None:
        """Make a route one-way: what the backend answers goes nowhere."""
        self._call(
            "delete_route_response",
            ApiId=api_id,
            RouteId=route_id,
            RouteResponseId=route_response_id,
        )

    def get_stages(self, api_id: str) -> tuple[Stage, ...]:
        """Return the stages of an API."""
        return tuple(map(Stage.parse, self._pages("get_stages", ApiId=api_id)))

    def get_stage(self, api_id: str, name: str) -> Stage:
        """Return a stage by its name."""
        return Stage.parse(self._call("get_stage", ApiId=api_id, StageName=name))

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
        return Stage.parse(answer)

    def update_stage(self, api_id: str, name: str, *, description: str) -> Stage:
        """Change the description of a stage."""
        answer = self._call("update_stage", ApiId=api_id, StageName=name, Description=description)
        return Stage.parse(answer)

    def tag_stage(self, api_id: str, name: str, tags: Mapping[str, str]) -> None:
        """Add tags to a stage, or change their values; other tags stay."""
        self._tag(f"/apis/{api_id}/stages/{name}", tags)

    def get_deployment(self, api_id: str, deployment_id: str) -> Deployment:
        """Return a deployment by its id."""
        answer = self._call("get_deployment", ApiId=api_id, DeploymentId=deployment_id)
        return Deployment.parse(answer)

    def create_deployment(self, api_id: str, *, stage_name: str, description: str) -> Deployment:
        """Make a stage serve the routes and integrations as they are now."""
        answer = self._call(
            "create_deployment", ApiId=api_id, StageName=stage_name, Description=description
        )
        return Deployment.parse(answer)

    def _tag(self, path: str, tags: Mapping[str, str]) -> None:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
        meta = self._client.meta
        arn = f"arn:{meta.partition}:apigateway:{meta.region_name}::{path}"
        self._call("tag_resource", ResourceArn=arn, Tags=dict(tags))
