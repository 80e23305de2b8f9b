"""Each call of the control plane sends what AWS needs and returns what AWS said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pytest_django import Settings

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client
from django_aws_api_gateway_websockets.aws.control import ControlPlane, get_control_plane
from django_aws_api_gateway_websockets.aws.resources import (
    Api,
    Deployment,
    Integration,
    Route,
    RouteResponse,
    Stage,
)
from django_aws_api_gateway_websockets.exceptions import ProvisioningError

from .peer import DROPPED, Answer, Peer, Received

THROTTLED = Answer(status=429, error="TooManyRequestsException")
API = {
    "apiId": "abcdefghij",
    "apiEndpoint": "wss://abcdefghij.execute-api.eu-west-1.amazonaws.com",
    "name": "shop",
    "tags": {"team": "a"},
}


@contextmanager
def served(*answers: Answer) -> Iterator[tuple[ControlPlane, Peer, list[float]]]:
    """Yield a control plane, the server behind it, and the seconds that it has waited."""
    waited: list[float] = []
    with Peer(*answers) as peer:
        config = client_config(max_retries=0)
        client = get_client("apigatewayv2", endpoint_url=peer.url, config=config)
        yield ControlPlane(client, sleep=waited.append), peer, waited


def answer(**members: Any) -> Answer:
    """Return an answer with a JSON object."""
    return Answer(body=json.dumps(members).encode())


def call(given: Answer, use: Callable[[ControlPlane], Any]) -> tuple[Any, Received]:
    """Make one call; return its result and the request that it sent."""
    with served(given) as (control, peer, _):
        result = use(control)
    return result, peer.received[0]


CHANGES: tuple[tuple[str, str, dict[str, object], Callable[[ControlPlane], Any]], ...] = (
    (
        "PATCH",
        "/v2/apis/a1",
        {"name": "store"},
        lambda control: control.update_api("a1", Name="store"),
    ),
    (
        "PATCH",
        "/v2/apis/a1/integrations/i1",
        {"integrationUri": "https://x/", "requestParameters": {"a": "b"}},
        lambda control: control.update_integration(
            "a1", "i1", uri="https://x/", request_parameters={"a": "b"}
        ),
    ),
    (
        "PATCH",
        "/v2/apis/a1/integrations/i1",
        {"requestParameters": {"a": ""}},
        lambda control: control.update_integration("a1", "i1", request_parameters={"a": ""}),
    ),
    (
        "PATCH",
        "/v2/apis/a1/routes/r1",
        {"routeKey": "say", "target": "integrations/i1"},
        lambda control: control.update_route("a1", "r1", key="say", integration_id="i1"),
    ),
    (
        "PATCH",
        "/v2/apis/a1/routes/r1",
        {
            "routeKey": "say",
            "target": "integrations/i1",
            "routeResponseSelectionExpression": "$default",
        },
        lambda control: control.update_route(
            "a1", "r1", key="say", integration_id="i1", response_expression="$default"
        ),
    ),
    (
        "PATCH",
        "/v2/apis/a1/stages/live",
        {"description": "All"},
        lambda control: control.update_stage("a1", "live", description="All"),
    ),
    (
        "POST",
        "/v2/tags/arn%3Aaws%3Aapigateway%3Alocal%3A%3A%2Fapis%2Fa1",
        {"tags": {"team": "a"}},
        lambda control: control.tag_api("a1", {"team": "a"}),
    ),
    (
        "POST",
        "/v2/tags/arn%3Aaws%3Aapigateway%3Alocal%3A%3A%2Fapis%2Fa1%2Fstages%2Flive",
        {"tags": {"team": "a"}},
        lambda control: control.tag_stage("a1", "live", {"team": "a"}),
    ),
)
DELETIONS: tuple[tuple[str, Callable[[ControlPlane], Any]], ...] = (
    ("/v2/apis/a1", lambda control: control.delete_api("a1")),
    ("/v2/apis/a1/integrations/i1", lambda control: control.delete_integration("a1", "i1")),
    ("/v2/apis/a1/routes/r1", lambda control: control.delete_route("a1", "r1")),
    (
        "/v2/apis/a1/routes/r1/routeresponses/rr1",
        lambda control: control.delete_route_response("a1", "r1", "rr1"),
    ),
)
#: Enough of every kind of answer.
ANY = {
    "apiId": "a1",
    "name": "store",
    "integrationId": "i1",
    "routeId": "r1",
    "routeKey": "say",
    "stageName": "live",
}


class TestChanges:
    """What is there is changed or deleted."""

    @pytest.mark.parametrize(("method", "path", "body", "use"), CHANGES)
    def test_change(
        self, method: str, path: str, body: object, use: Callable[[ControlPlane], Any]
    ) -> None:
        """Only what is given is sent."""
        _, request = call(answer(**ANY), use)

        assert (request.method, request.target, json.loads(request.body)) == (method, path, body)

    @pytest.mark.parametrize(("path", "use"), DELETIONS)
    def test_deletion(self, path: str, use: Callable[[ControlPlane], Any]) -> None:
        """It is named by its path."""
        _, request = call(Answer(status=204, body=b""), use)

        assert (request.method, request.target) == ("DELETE", path)


class TestApis:
    """APIs are made, and found by tag or id."""

    def test_create(self) -> None:
        """A WebSocket API with its tags, and no quick-create members."""
        api, request = call(
            answer(**API),
            lambda control: control.create_api(
                name="shop",
                description="The shop",
                route_selection_expression="$request.body.action",
                api_key_selection_expression="$request.header.x-api-key",
                tags={"team": "a"},
            ),
        )

        assert (request.method, request.target) == ("POST", "/v2/apis")
        assert json.loads(request.body) == {
            "name": "shop",
            "description": "The shop",
            "protocolType": "WEBSOCKET",
            "routeSelectionExpression": "$request.body.action",
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "disableSchemaValidation": True,
            "tags": {"team": "a"},
        }
        assert api == Api(
            api_id="abcdefghij",
            endpoint="wss://abcdefghij.execute-api.eu-west-1.amazonaws.com",
            name="shop",
            tags={"team": "a"},
        )

    def test_get(self) -> None:
        """An API is found by its id."""
        api, request = call(answer(**API), lambda control: control.get_api("abcdefghij"))

        assert request.target == "/v2/apis/abcdefghij"
        assert api.name == "shop"

    def test_look_for(self) -> None:
        """An API that is not there is None, any other error is raised."""
        missing = Answer(status=404, error="NotFoundException")
        denied = Answer(status=403, error="AccessDeniedException")

        with served(answer(**API), missing, denied) as (control, _, _):
            found = control.find_api("abcdefghij")
            assert found is not None
            assert found.name == "shop"
            assert control.find_api("abcdefghij") is None
            with pytest.raises(ProvisioningError, match="GetApi failed: AccessDeniedException"):
                control.find_api("abcdefghij")

    def test_kind(self) -> None:
        """An HTTP API takes no WebSockets."""
        api, _ = call(answer(**API, protocolType="HTTP"), lambda control: control.get_api("a1"))

        assert not api.takes_websockets

    def test_find(self) -> None:
        """Of all APIs, on however many pages, those with the tag are returned."""
        other = {"apiId": "klmnopqrst", "name": "other"}
        pages = answer(items=[other], nextToken="t2"), answer(items=[API])

        with served(*pages) as (control, peer, _):
            found = control.find_apis("team", "a")

        assert [api.api_id for api in found] == ["abcdefghij"]
        assert [request.target for request in peer.received] == [
            "/v2/apis?maxResults=100",
            "/v2/apis?maxResults=100&nextToken=t2",
        ]


class TestIntegrations:
    """Integrations post to Django."""

    def test_create(self) -> None:
        """The body passes as it is, and the headers are mapped."""
        headers = {"integration.request.header.connectionId": "context.connectionId"}
        integration, request = call(
            answer(integrationId="i1", integrationUri="http://d/x", requestParameters=headers),
            lambda control: control.create_integration(
                "abcdefghij", uri="http://d/x", request_parameters=headers
            ),
        )

        assert (request.method, request.target) == ("POST", "/v2/apis/abcdefghij/integrations")
        assert json.loads(request.body) == {
            "connectionType": "INTERNET",
            "integrationMethod": "POST",
            "integrationType": "HTTP_PROXY",
            "integrationUri": "http://d/x",
            "passthroughBehavior": "WHEN_NO_MATCH",
            "payloadFormatVersion": "1.0",
            "requestParameters": headers,
            "timeoutInMillis": 29000,
        }
        assert integration == Integration(
            integration_id="i1", uri="http://d/x", request_parameters=headers
        )

    def test_secret_is_not_shown(self) -> None:
        """Mapped headers hold the secret, so they are left out of the representation."""
        shown = repr(Integration(integration_id="i1", uri="u", request_parameters={"x": "'s'"}))

        assert shown == "Integration(integration_id='i1', uri='u', kind='HTTP_PROXY')"

    def test_list(self) -> None:
        """One of another kind has no URI."""
        found, request = call(
            answer(items=[{"integrationId": "i1"}]),
            lambda control: control.get_integrations("abcdefghij"),
        )

        assert request.target == "/v2/apis/abcdefghij/integrations?maxResults=100"
        assert found == (Integration(integration_id="i1", uri=""),)


class TestRoutes:
    """Routes lead to integrations."""

    def test_create(self) -> None:
        """A route is open to everybody: Django decides who may connect."""
        route, request = call(
            answer(routeId="r1", routeKey="$connect", target="integrations/i1"),
            lambda control: control.create_route("abc", key="$connect", integration_id="i1"),
        )

        assert (request.method, request.target) == ("POST", "/v2/apis/abc/routes")
        assert json.loads(request.body) == {
            "apiKeyRequired": False,
            "authorizationType": "NONE",
            "routeKey": "$connect",
            "target": "integrations/i1",
        }
        assert route == Route(route_id="r1", key="$connect", integration_id="i1")

    def test_create_with_response(self) -> None:
        """A route that takes messages names its response."""
        _, request = call(
            answer(routeId="r1", routeKey="chat", target="integrations/i1"),
            lambda control: control.create_route(
                "abc", key="chat", integration_id="i1", response_expression="$default"
            ),
        )

        assert json.loads(request.body)["routeResponseSelectionExpression"] == "$default"

    def test_list(self) -> None:
        """A route may lead nowhere, or to something that is no integration."""
        routes = [
            {"routeId": "r1", "routeKey": "a"},
            {"routeId": "r2", "routeKey": "b", "target": "elsewhere/i1"},
        ]
        found, request = call(answer(items=routes), lambda control: control.get_routes("abc"))

        assert request.target == "/v2/apis/abc/routes?maxResults=100"
        assert found == (Route(route_id="r1", key="a"), Route(route_id="r2", key="b"))

    def test_create_response(self) -> None:
        """A route response makes a route two-way."""
        response, request = call(
            answer(routeResponseId="p1", routeResponseKey="$default"),
            lambda control: control.create_route_response("abc", "r1"),
        )

        assert request.target == "/v2/apis/abc/routes/r1/routeresponses"
        assert json.loads(request.body) == {"routeResponseKey": "$default"}
        assert response == RouteResponse(route_response_id="p1", key="$default")

    def test_list_responses(self) -> None:
        """The responses of one route."""
        found, request = call(
            answer(items=[{"routeResponseId": "p1", "routeResponseKey": "$default"}]),
            lambda control: control.get_route_responses("abc", "r1"),
        )

        assert request.target == "/v2/apis/abc/routes/r1/routeresponses?maxResults=100"
        assert found == (RouteResponse(route_response_id="p1", key="$default"),)


class TestStages:
    """Stages serve deployments."""

    def test_create(self) -> None:
        """A new stage has a description and tags, and serves nothing yet."""
        stage, request = call(
            answer(stageName="live"),
            lambda control: control.create_stage(
                "abc", name="live", description="For all", tags={"team": "a"}
            ),
        )

        assert (request.method, request.target) == ("POST", "/v2/apis/abc/stages")
        assert json.loads(request.body) == {
            "stageName": "live",
            "description": "For all",
            "tags": {"team": "a"},
        }
        assert stage == Stage(name="live")

    def test_list(self) -> None:
        """A stage knows what is deployed to it."""
        found, request = call(
            answer(items=[{"stageName": "live", "deploymentId": "d1"}]),
            lambda control: control.get_stages("abc"),
        )

        assert request.target == "/v2/apis/abc/stages?maxResults=100"
        assert found == (Stage(name="live", deployment_id="d1"),)

    def test_get(self) -> None:
        """A stage says whether AWS deploys every change by itself."""
        stage, request = call(
            answer(stageName="live", autoDeploy=True),
            lambda control: control.get_stage("a1", "live"),
        )

        assert request.target == "/v2/apis/a1/stages/live"
        assert stage == Stage(name="live", deploys_itself=True)

    def test_deploy(self) -> None:
        """A deployment goes to a stage."""
        deployment, request = call(
            answer(deploymentId="d1"),
            lambda control: control.create_deployment(
                "abc", stage_name="live", description="For all"
            ),
        )

        assert (request.method, request.target) == ("POST", "/v2/apis/abc/deployments")
        assert json.loads(request.body) == {"stageName": "live", "description": "For all"}
        assert deployment == Deployment(deployment_id="d1")


class TestFailures:
    """What goes wrong is told with the operation, and only throttling is repeated."""

    def test_refusal(self) -> None:
        """A refusal is not repeated."""
        refusal = Answer(status=409, error="ConflictException")
        with (
            served(refusal) as (control, peer, waited),
            pytest.raises(ProvisioningError) as caught,
        ):
            control.create_route("abc", key="chat", integration_id="i1")

        assert str(caught.value) == "CreateRoute failed: ConflictException"
        assert isinstance(caught.value.__cause__, ClientError)
        assert (len(peer.received), waited) == (1, [])

    @pytest.mark.parametrize("failure", [DROPPED, Answer(status=500)])
    def test_doubt(self, failure: Answer) -> None:
        """What may have been done is not done again."""
        with served(failure) as (control, peer, _), pytest.raises(ProvisioningError):
            control.create_route("abc", key="chat", integration_id="i1")

        assert len(peer.received) == 1

    def test_throttled(self) -> None:
        """A throttled call is repeated after a while."""
        with served(THROTTLED, THROTTLED, answer(deploymentId="d1")) as (control, _, waited):
            deployment = control.create_deployment("abc", stage_name="live", description="")

        assert deployment == Deployment(deployment_id="d1")
        assert waited == [1.0, 2.0]

    def test_changed_by_another(self) -> None:
        """A call that AWS refuses because the API is being changed is repeated too."""
        message = "Unable to complete operation due to concurrent modification. Try again later."
        body = json.dumps({"message": message}).encode()
        busy = Answer(status=409, error="ConflictException", body=body)

        with served(busy, Answer(status=204, body=b"")) as (control, _, waited):
            control.delete_route("abc", "r1")

        assert waited == [1.0]

    def test_throttled_for_long(self) -> None:
        """At last it gives up."""
        with (
            served(THROTTLED) as (control, peer, waited),
            pytest.raises(ProvisioningError) as caught,
        ):
            control.create_deployment("abc", stage_name="live", description="")

        assert str(caught.value) == "CreateDeployment failed: TooManyRequestsException"
        assert (len(peer.received), waited) == (5, [1.0, 2.0, 5.0, 5.0])


class TestFromSettings:
    """The control plane of the project."""

    def test_of_the_settings(self, settings: Settings) -> None:
        """``WEBSOCKETS["endpoint_url"]`` names it."""
        with Peer(answer(**API)) as peer:
            settings.WEBSOCKETS = {"endpoint_url": peer.url}

            assert get_control_plane().get_api("abcdefghij").name == "shop"

    def test_of_an_address(self) -> None:
        """An address may be given."""
        with Peer(answer(**API)) as peer:
            assert get_control_plane(peer.url).get_api("abcdefghij").name == "shop"

    def test_repeats_nothing(self) -> None:
        """Its client leaves repeating to it."""
        with Peer(DROPPED) as peer, pytest.raises(ProvisioningError):
            get_control_plane(peer.url).get_api("abcdefghij")

        assert len(peer.received) == 1
