"""The plan goes from what AWS has to what is wanted, in order, and skips what is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from django_aws_api_gateway_websockets.aws.resources import Api, Integration, Route, Stage
from django_aws_api_gateway_websockets.protocol.routes import request_parameters
from django_aws_api_gateway_websockets.provisioning.plan import extra_routes, plan
from django_aws_api_gateway_websockets.provisioning.state import (
    CREATION_TAG,
    ActualGateway,
    DesiredGateway,
    DesiredRoute,
    maps_all_headers,
)
from django_aws_api_gateway_websockets.provisioning.steps import Action, Step, StepKind

BASE = "https://shop.example.com/ws/"
SECRET = "s" * 32
CHAT = DesiredRoute(key="chat", uri=f"{BASE}chat/")
KEYS = ("$connect", "$disconnect", "$default", "chat")
URIS = (f"{BASE}connect", f"{BASE}disconnect", f"{BASE}default", CHAT.uri)
API = Api(
    api_id="a1",
    endpoint="wss://a1",
    name="shop",
    route_selection_expression="$request.body.action",
    api_key_selection_expression="$request.header.x-api-key",
    tags={CREATION_TAG: "c1"},
)
ALL_STEPS = [
    "api",
    "integration:$connect",
    "route:$connect",
    "integration:$disconnect",
    "route:$disconnect",
    "integration:$default",
    "route:$default",
    "route-response:$default",
    "integration:chat",
    "route:chat",
    "route-response:chat",
    "stage",
    "deployment",
]


def wanted(**changes: Any) -> DesiredGateway:
    """Return a two-way gateway with one additional route."""
    values = {"name": "shop", "creation_id": "c1", "target_base": BASE, "secret": SECRET}
    return DesiredGateway(**{**values, "additional_routes": (CHAT,), **changes})


def present(**changes: Any) -> ActualGateway:
    """Return everything of ``wanted()``, as AWS has it after a complete run."""
    parameters = request_parameters(SECRET)
    values: dict[str, Any] = {
        "api": API,
        "integrations": tuple(
            Integration(integration_id=f"i-{key}", uri=uri, request_parameters=parameters)
            for key, uri in zip(KEYS, URIS, strict=True)
        ),
        "routes": tuple(
            Route(route_id=f"r-{key}", key=key, integration_id=f"i-{key}") for key in KEYS
        ),
        "responses": {"r-$default": "rr-$default", "r-chat": "rr-chat"},
        "stage": Stage(name="production", deployment_id="d1"),
    }
    return ActualGateway(**{**values, **changes})


def to_do(desired: DesiredGateway, actual: ActualGateway) -> list[str]:
    """Return the names of the steps that are not skipped."""
    return [step.name for step in plan(desired, actual) if not step.skipped]


def steps(desired: DesiredGateway, actual: ActualGateway) -> dict[str, Step]:
    """Return the steps by their names."""
    return {step.name: step for step in plan(desired, actual)}


def sentences(desired: DesiredGateway, actual: ActualGateway) -> list[str]:
    """Return what is to be done."""
    return [step.sentence for step in plan(desired, actual) if not step.skipped]


def ids(actual: ActualGateway) -> dict[str, str]:
    """Return the ids of what the plan found."""
    return {step.name: step.found_id for step in plan(wanted(), actual) if step.found_id}


class TestFromNothing:
    """Everything is to be done, in the order in which AWS needs it."""

    def test_two_way(self) -> None:
        """Routes that take messages get a response."""
        assert to_do(wanted(), ActualGateway()) == ALL_STEPS

    def test_one_way(self) -> None:
        """No route answers."""
        assert to_do(wanted(two_way=False), ActualGateway()) == [
            name for name in ALL_STEPS if not name.startswith("route-response")
        ]

    def test_without_additional_routes(self) -> None:
        """The three built-in routes are always there."""
        assert to_do(wanted(additional_routes=()), ActualGateway()) == [
            name for name in ALL_STEPS if not name.endswith("chat")
        ]

    def test_repeated_key(self) -> None:
        """An additional route cannot take the place of a built-in one."""
        again = DesiredRoute(key="$default", uri="https://elsewhere.example.com/")

        desired = wanted(additional_routes=(again,))

        assert [(route.key, route.uri) for route in desired.routes] == list(
            zip(KEYS[:3], URIS[:3], strict=True)
        )


class TestResuming:
    """What an interrupted run made is found."""

    def test_complete(self) -> None:
        """Nothing is left to do."""
        assert to_do(wanted(), present()) == []

    def test_ids(self) -> None:
        """What was found is told, so that a row can store it."""
        assert ids(present()) == {
            "api": "a1",
            **{f"integration:{key}": f"i-{key}" for key in KEYS},
            **{f"route:{key}": f"r-{key}" for key in KEYS},
            **{f"route-response:{key}": f"rr-{key}" for key in KEYS[2:]},
            "stage": "production",
            "deployment": "d1",
        }

    def test_api_alone(self) -> None:
        """With the API there, all the rest is to be done."""
        assert to_do(wanted(), ActualGateway(api=API)) == ALL_STEPS[1:]

    def test_route_missing(self) -> None:
        """An integration that no route leads to is used, not made again."""
        actual = present(routes=present().routes[:3])

        assert to_do(wanted(), actual) == ["route:chat", "route-response:chat", "deployment"]
        assert ids(actual)["integration:chat"] == "i-chat"

    def test_response_missing(self) -> None:
        """A route without its response gets one."""
        assert to_do(wanted(), present(responses={"r-chat": "rr-chat"})) == [
            "route-response:$default",
            "deployment",
        ]

    def test_stage_missing(self) -> None:
        """A stage is made and deployed to."""
        assert to_do(wanted(), present(stage=None)) == ["stage", "deployment"]

    def test_deployment_missing(self) -> None:
        """A stage that serves nothing is deployed to."""
        assert to_do(wanted(), present(stage=Stage(name="production"))) == ["deployment"]

    def test_stage_that_deploys_itself(self) -> None:
        """AWS deploys what is changed, and refuses to be told to."""
        stage = Stage(name="production", deployment_id="d1", deploys_itself=True)

        steps = plan(wanted(deployment_due=True), present(stage=stage, integrations=()))

        assert (steps[-1].name, steps[-1].skipped, steps[-1].found_id) == ("deployment", True, "d1")
        assert not steps[1].skipped

    def test_changed_after_deployment(self) -> None:
        """What is added to a deployed stage is deployed."""
        more = DesiredRoute(key="more", uri=f"{BASE}more/")

        assert to_do(wanted(additional_routes=(CHAT, more)), present()) == [
            "integration:more",
            "route:more",
            "route-response:more",
            "deployment",
        ]

    def test_two_routes_with_one_url(self) -> None:
        """One unused integration serves one route; the other gets its own."""
        twin = DesiredRoute(key="twin", uri=CHAT.uri)
        actual = present(routes=present().routes[:3])

        names = to_do(wanted(additional_routes=(CHAT, twin)), actual)

        assert "integration:chat" not in names
        assert "integration:twin" in names

    def test_other_headers(self) -> None:
        """One that maps other headers, because the secret was renewed, is put right."""
        actual = present(routes=present().routes[:3])

        step = steps(wanted(secret="t" * 32), actual)["integration:chat"]

        assert (step.action, step.found_id) == (Action.UPDATE, "i-chat")


class TestUpdating:
    """What is there and differs is put right, and deployed once."""

    @pytest.mark.parametrize(
        ("changes", "name", "todo", "done"),
        [
            ({"name": "store"}, "api", "Update the API Name", "Updated the API Name"),
            (
                {"description": "All"},
                "api",
                "Update the API Description",
                "Updated the API Description",
            ),
            (
                {"route_selection_expression": "$request.body.do"},
                "api",
                "Update the API RouteSelectionExpression",
                "Updated the API RouteSelectionExpression",
            ),
            (
                {"api_key_selection_expression": "$request.header.key"},
                "api",
                "Update the API ApiKeySelectionExpression",
                "Updated the API ApiKeySelectionExpression",
            ),
            (
                {"stage_description": "Live"},
                "stage",
                "Update the stage description",
                "Updated the stage description",
            ),
            (
                {"additional_routes": (DesiredRoute(key="chat", uri=f"{BASE}talk/"),)},
                "integration:chat",
                "Point the chat route at its new URL",
                "Pointed the chat route at its new URL",
            ),
            (
                {"additional_routes": (DesiredRoute(key="c", uri=CHAT.uri, route_id="r-chat"),)},
                "route:c",
                "Rename the chat route to c",
                "Renamed the c route",
            ),
        ],
    )
    def test_one_difference(self, changes: dict[str, Any], name: str, todo: str, done: str) -> None:
        """It is the one step beside the deployment, and says what it does."""
        desired = wanted(**changes)

        assert to_do(desired, present()) == [name, "deployment"]
        assert steps(desired, present())[name].sentence == todo
        assert steps(desired, present())[name].outcome == done

    def test_base(self) -> None:
        """Another base moves the three built-in routes, each to its own URL."""
        desired = wanted(target_base="https://new.example.com/")

        assert sentences(desired, present()) == [
            "Point the $connect route at https://new.example.com/connect",
            "Point the $disconnect route at https://new.example.com/disconnect",
            "Point the $default route at https://new.example.com/default",
            "Deploy the stage",
        ]

    def test_tags(self) -> None:
        """Tags are added to the API and to the stage; those of others stay."""
        actual = present(
            api=replace(API, tags={CREATION_TAG: "c1", "cost": "x", "team": "b"}),
            stage=Stage(name="production", deployment_id="d1", tags={"cost": "x"}),
        )

        assert sentences(wanted(tags={"team": "a"}), actual) == [
            "Tag the API with team",
            "Tag the stage with team",
            "Deploy the stage",
        ]
        change = steps(wanted(tags={"team": "a"}), actual)["api"].changes[0]
        assert (change.before, change.after) == ("team=b", "team=a")

    def test_headers(self) -> None:
        """Headers that are not mapped as they should be are named, and no secret is shown."""
        old = {"integration.request.header.connectionId": "context.connectionId"}
        first = Integration(integration_id="i-$connect", uri=URIS[0], request_parameters=old)
        actual = present(integrations=(first, *present().integrations[1:]))

        (change,) = steps(wanted(), actual)["integration:$connect"].changes

        assert change.todo.startswith("Map X-Ws-Event-Type, X-Ws-Source-Ip, ")
        assert "X-Ws-Gateway-Secret=***" in change.after
        assert SECRET not in repr(change)

    def test_one_way(self) -> None:
        """The responses of a gateway that is one-way now are removed."""
        assert sentences(wanted(two_way=False), present()) == [
            "Make the $default route one-way",
            "Make the chat route one-way",
            "Deploy the stage",
        ]

    def test_deployment_due(self) -> None:
        """What an earlier run changed and did not deploy is deployed."""
        assert to_do(wanted(deployment_due=True), present()) == ["deployment"]

    def test_route_without_integration(self) -> None:
        """A route that leads nowhere gets an integration."""
        routes = (*present().routes[:3], Route(route_id="r-chat", key="chat"))
        integrations = present().integrations[:3]

        actual = present(routes=routes, integrations=integrations)

        assert to_do(wanted(), actual) == ["integration:chat", "route:chat", "deployment"]
        assert steps(wanted(), actual)["route:chat"].sentence == (
            "Lead the chat route to an integration of its own"
        )

    def test_integration_of_another_kind(self) -> None:
        """An integration that calls a function is not changed; the route gets its own."""
        function = replace(present().integrations[3], kind="AWS_PROXY")

        actual = present(integrations=(*present().integrations[:3], function))

        assert to_do(wanted(), actual) == ["integration:chat", "route:chat", "deployment"]

    def test_shared_integration(self) -> None:
        """An integration that another route uses too is not changed; the route gets its own."""
        other = Route(route_id="r9", key="other", integration_id="i-chat")
        moved = DesiredRoute(key="chat", uri=f"{BASE}talk/")

        actual = present(routes=(*present().routes, other))

        assert to_do(wanted(), actual) == []
        assert to_do(wanted(additional_routes=(moved,)), actual) == [
            "integration:chat",
            "route:chat",
            "deployment",
        ]

    def test_key_of_a_renamed_route(self) -> None:
        """A new route that takes the old key of a renamed one is created."""
        renamed = DesiredRoute(key="c", uri=CHAT.uri, route_id="r-chat")
        more = DesiredRoute(key="chat", uri=f"{BASE}more/")

        assert to_do(wanted(additional_routes=(renamed, more)), present()) == [
            "route:c",
            "integration:chat",
            "route:chat",
            "route-response:chat",
            "deployment",
        ]


class TestExtraRoutes:
    """Routes that only AWS has are left alone unless asked."""

    ACTUAL = present(
        routes=(*present().routes, Route(route_id="r9", key="old", integration_id="i9"))
    )

    def test_reported(self) -> None:
        """They are known by comparison."""
        assert [route.key for route in extra_routes(wanted(), self.ACTUAL)] == ["old"]

    def test_kept(self) -> None:
        """No step is about them."""
        assert to_do(wanted(), self.ACTUAL) == []

    def test_removed(self) -> None:
        """Asked for, they go with their integrations."""
        actual = present(routes=(*present().routes[:3], replace(present().routes[3], key="old")))
        desired = wanted(additional_routes=())

        found = plan(desired, actual, remove=extra_routes(desired, actual))

        assert [(step.name, step.action, step.found_id) for step in found if not step.skipped] == [
            ("route:old", Action.DELETE, "r-chat"),
            ("integration:old", Action.DELETE, "i-chat"),
            ("deployment", Action.CREATE, ""),
        ]
        assert [step.sentence for step in found if step.removes] == [
            "Remove the old route",
            "Remove the integration of old",
        ]
        assert [step.outcome for step in found if step.removes] == [
            "Removed the old route",
            "Removed the integration of old",
        ]

    def test_integration_in_use(self) -> None:
        """An integration that another route leads to stays."""
        shared = Route(route_id="r9", key="old", integration_id="i-chat")
        actual = present(routes=(*present().routes, shared))

        found = plan(wanted(), actual, remove=(shared,))

        assert [step.name for step in found if not step.skipped] == ["route:old", "deployment"]

    def test_route_that_is_gone(self) -> None:
        """Of a route that an earlier run removed, the integration is left to remove."""
        gone = Route(route_id="r-chat", key="chat", integration_id="i-chat")
        actual = present(routes=present().routes[:3])

        found = plan(wanted(additional_routes=()), actual, remove=(gone,))

        assert [step.name for step in found if not step.skipped] == [
            "integration:chat",
            "deployment",
        ]


class TestDesiredGateway:
    """What is wanted, and how it reaches AWS."""

    def test_tags(self) -> None:
        """The API gets the tag by which it is found again."""
        assert wanted(tags={"team": "a"}).api_tags == {"team": "a", CREATION_TAG: "c1"}

    def test_tags_of_an_api_from_elsewhere(self) -> None:
        """An API that was created elsewhere gets none of ours."""
        assert wanted(creation_id="").api_tags == {}

    def test_headers(self) -> None:
        """Every trusted header is mapped."""
        assert wanted().request_parameters == request_parameters(SECRET)

    def test_secret_is_not_shown(self) -> None:
        """The representation has no secret."""
        assert SECRET not in repr(wanted())


class TestSentences:
    """A step says what is to be done, and what was done."""

    @pytest.mark.parametrize(
        ("kind", "todo", "done", "found"),
        [
            (StepKind.API, "Create the API x", "Created the API x", "Found the API x"),
            (
                StepKind.INTEGRATION,
                "Create the integration of x",
                "Created the integration of x",
                "Found the integration of x",
            ),
            (StepKind.ROUTE, "Create the x route", "Created the x route", "Found the x route"),
            (
                StepKind.ROUTE_RESPONSE,
                "Let the x route answer",
                "Let the x route answer",
                "Found that the x route answers",
            ),
            (StepKind.STAGE, "Create the stage x", "Created the stage x", "Found the stage x"),
            (
                StepKind.DEPLOYMENT,
                "Deploy the stage",
                "Deployed the stage",
                "Found the stage deployed",
            ),
        ],
    )
    def test_each_kind(self, kind: StepKind, todo: str, done: str, found: str) -> None:
        """Before, after, and when there is nothing to do."""
        step, skipped = Step(kind=kind, subject="x"), Step(kind=kind, subject="x", skipped=True)

        assert (step.sentence, step.outcome) == (todo, done)
        assert (skipped.sentence, skipped.outcome) == (found, found)


class TestMapsAllHeaders:
    """Headers are believed only when every integration in use maps them."""

    def test_complete(self) -> None:
        """All integrations map all of them, with or without a secret."""
        assert maps_all_headers(present())

    def test_one_of_4_1(self) -> None:
        """One integration that maps only the connection id spoils it."""
        old = {"integration.request.header.connectionId": "context.connectionId"}
        first = Integration(integration_id="i-$connect", uri="", request_parameters=old)

        assert not maps_all_headers(present(integrations=(first, *present().integrations[1:])))

    def test_unused(self) -> None:
        """An integration that no route leads to does not matter."""
        unused = Integration(integration_id="i9", uri="")

        assert maps_all_headers(present(integrations=(unused, *present().integrations)))

    def test_no_routes(self) -> None:
        """Without a route there is nothing to believe."""
        assert not maps_all_headers(present(routes=()))
