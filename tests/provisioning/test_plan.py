"""The plan goes from what AWS has to what is wanted, in order, and skips what is there."""

from __future__ import annotations

from typing import Any

import pytest

from django_aws_api_gateway_websockets.aws.resources import Api, Integration, Route, Stage
from django_aws_api_gateway_websockets.protocol.routes import request_parameters
from django_aws_api_gateway_websockets.provisioning.plan import (
    CREATION_TAG,
    ActualGateway,
    DesiredGateway,
    DesiredRoute,
    Step,
    StepKind,
    maps_all_headers,
    plan,
)

BASE = "https://shop.example.com/ws/"
SECRET = "s" * 32
CHAT = DesiredRoute(key="chat", uri=f"{BASE}chat/")
KEYS = ("$connect", "$disconnect", "$default", "chat")
URIS = (f"{BASE}connect", f"{BASE}disconnect", f"{BASE}default", CHAT.uri)
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
        "api": Api(api_id="a1", endpoint="wss://a1", name="shop"),
        "integrations": tuple(
            Integration(integration_id=f"i-{key}", uri=uri, request_parameters=parameters)
            for key, uri in zip(KEYS, URIS, strict=True)
        ),
        "routes": tuple(
            Route(route_id=f"r-{key}", key=key, integration_id=f"i-{key}") for key in KEYS
        ),
        "answering": frozenset({"r-$default", "r-chat"}),
        "stage": Stage(name="production", deployment_id="d1"),
    }
    return ActualGateway(**{**values, **changes})


def to_do(desired: DesiredGateway, actual: ActualGateway) -> list[str]:
    """Return the names of the steps that are not skipped."""
    return [step.name for step in plan(desired, actual) if not step.skipped]


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
            "stage": "production",
            "deployment": "d1",
        }

    def test_api_alone(self) -> None:
        """With the API there, all the rest is to be done."""
        api = Api(api_id="a1", endpoint="wss://a1", name="shop")

        assert to_do(wanted(), ActualGateway(api=api)) == ALL_STEPS[1:]

    def test_route_missing(self) -> None:
        """An integration that no route leads to is used, not made again."""
        actual = present(routes=present().routes[:3])

        assert to_do(wanted(), actual) == ["route:chat", "route-response:chat", "deployment"]
        assert ids(actual)["integration:chat"] == "i-chat"

    def test_response_missing(self) -> None:
        """A route without its response gets one."""
        assert to_do(wanted(), present(answering=frozenset({"r-chat"}))) == [
            "route-response:$default",
            "deployment",
        ]

    def test_stage_missing(self) -> None:
        """A stage is made and deployed to."""
        assert to_do(wanted(), present(stage=None)) == ["stage", "deployment"]

    def test_deployment_missing(self) -> None:
        """A stage that serves nothing is deployed to."""
        assert to_do(wanted(), present(stage=Stage(name="production"))) == ["deployment"]

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
        """An unused integration that maps other headers is not ours to use."""
        actual = present(routes=present().routes[:3])

        assert "integration:chat" in to_do(wanted(secret=None), actual)

    def test_route_of_others(self) -> None:
        """A route that leads elsewhere is left as it is."""
        routes = (*present().routes[:3], Route(route_id="r9", key="chat"))

        actual = present(routes=routes, answering=frozenset({"r-$default", "r9"}))

        assert to_do(wanted(), actual) == []
        assert ids(actual)["route:chat"] == "r9"
        assert "integration:chat" not in ids(actual)


class TestDesiredGateway:
    """What is wanted, and how it reaches AWS."""

    def test_tags(self) -> None:
        """The API gets the tag by which it is found again."""
        assert wanted(tags={"team": "a"}).api_tags == {"team": "a", CREATION_TAG: "c1"}

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
