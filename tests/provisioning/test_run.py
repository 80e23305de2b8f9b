"""Runs end in the same gateway, however often and wherever they were interrupted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client
from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.emulator import ControlFault, ControlFaults, EmulatorThread
from django_aws_api_gateway_websockets.exceptions import ProvisioningError
from django_aws_api_gateway_websockets.protocol.routes import request_parameters
from django_aws_api_gateway_websockets.provisioning.plan import extra_routes, plan
from django_aws_api_gateway_websockets.provisioning.reading import read_actual
from django_aws_api_gateway_websockets.provisioning.run import StepResult, create, execute
from django_aws_api_gateway_websockets.provisioning.state import (
    CREATION_TAG,
    DesiredGateway,
    DesiredRoute,
)
from django_aws_api_gateway_websockets.provisioning.steps import StepKind

from .aws_state import State, cut, read_state

BASE = "http://127.0.0.1:9/ws/"
SECRET = "s" * 32
#: Calls of a complete run: two for the API, two per route, two responses, stage and deployment.
CALLS = 14


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorThread]:
    """Run a local API Gateway."""
    with EmulatorThread() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def client(emulator: EmulatorThread) -> Any:
    """Return boto3's client of its control plane."""
    config = client_config(max_retries=0)
    return get_client("apigatewayv2", endpoint_url=emulator.url, config=config)


@pytest.fixture(scope="module")
def faults(emulator: EmulatorThread) -> ControlFaults:
    """Return what makes its calls fail."""
    return emulator.faults


def wanted(**changes: Any) -> DesiredGateway:
    """Return a new two-way gateway with one additional route."""
    values: dict[str, Any] = {
        "name": "shop",
        "creation_id": uuid.uuid4().hex,
        "target_base": BASE,
        "stage_name": "live",
        "stage_description": "For all",
        "tags": {"team": "a"},
        "secret": SECRET,
        "additional_routes": (DesiredRoute(key="chat", uri=f"{BASE}chat/"),),
    }
    return DesiredGateway(**{**values, **changes})


def run(client: Any, desired: DesiredGateway, **options: Any) -> list[StepResult]:
    """Run to the end."""
    return list(create(desired, control=ControlPlane(client), **options))


def run_and_fail(
    client: Any, faults: ControlFaults, desired: DesiredGateway, fault: ControlFault
) -> Exception:
    """Run until the failure, and return it."""
    with faults.failing(fault), pytest.raises(ProvisioningError) as caught:
        run(client, desired)
    return caught.value


def run_badly(
    client: Any, faults: ControlFaults, desired: DesiredGateway, to_come: list[ControlFault]
) -> None:
    """Run once for each failure, whether the run comes to it or not."""
    for fault in to_come:
        try:
            with faults.failing(fault):
                run(client, desired)
        except ProvisioningError:
            continue


def state(client: Any, desired: DesiredGateway) -> list[State]:
    """Return what AWS has of a gateway."""
    return read_state(client, CREATION_TAG, desired.creation_id)


def complete(desired: DesiredGateway) -> list[State]:
    """Return what AWS has of a gateway of ``wanted()`` when everything is well."""
    headers = request_parameters(SECRET)
    return [
        State(
            name="shop",
            tags={"team": "a", CREATION_TAG: desired.creation_id},
            integrations=4,
            routes={
                "$connect": (f"{BASE}connect", headers, False),
                "$disconnect": (f"{BASE}disconnect", headers, False),
                "$default": (f"{BASE}default", headers, True),
                "chat": (f"{BASE}chat/", headers, True),
            },
            stages={"live": ("For all", {"team": "a"}, True)},
        )
    ]


class TestCreating:
    """A run from nothing."""

    def test_makes_everything(self, client: Any) -> None:
        """AWS has all that was wanted, and no more."""
        desired = wanted()

        run(client, desired)

        assert state(client, desired) == complete(desired)

    def test_tells_each_step(self, client: Any) -> None:
        """Every step is told in order, with a sentence."""
        results = run(client, wanted())

        assert [(result.name, result.sentence) for result in results] == [
            ("api", "Created the API shop"),
            ("integration:$connect", "Created the integration of $connect"),
            ("route:$connect", "Created the $connect route"),
            ("integration:$disconnect", "Created the integration of $disconnect"),
            ("route:$disconnect", "Created the $disconnect route"),
            ("integration:$default", "Created the integration of $default"),
            ("route:$default", "Created the $default route"),
            ("route-response:$default", "Let the $default route answer"),
            ("integration:chat", "Created the integration of chat"),
            ("route:chat", "Created the chat route"),
            ("route-response:chat", "Let the chat route answer"),
            ("stage", "Created the stage live"),
            ("deployment", "Deployed the stage"),
        ]
        assert not any(result.skipped for result in results)

    def test_tells_each_id(self, client: Any) -> None:
        """What a row stores comes with the step that brings it."""
        results = {result.name: result for result in run(client, wanted())}

        api_id = results["api"].api_id
        route = client.get_route(ApiId=api_id, RouteId=results["route:chat"].route_id)
        stage = client.get_stage(ApiId=api_id, StageName="live")
        assert results["api"].api_endpoint == client.get_api(ApiId=api_id)["ApiEndpoint"]
        assert route["Target"] == f"integrations/{results['route:chat'].integration_id}"
        assert stage["DeploymentId"] == results["deployment"].deployment_id

    def test_tells_a_step_before_the_next(self, client: Any) -> None:
        """Nothing is begun before the last result has been taken."""
        desired = wanted()
        results = create(desired, control=ControlPlane(client))

        first = next(results)

        assert first.kind is StepKind.API
        assert state(client, desired)[0].routes == {}

    def test_one_way(self, client: Any) -> None:
        """Without route responses no route answers."""
        desired = wanted(two_way=False)

        run(client, desired)

        answers = {key: route[2] for key, route in state(client, desired)[0].routes.items()}
        assert answers == dict.fromkeys(["$connect", "$disconnect", "$default", "chat"], False)

    def test_without_search(self, client: Any) -> None:
        """A brand-new creation id is not looked for: another API is made."""
        desired = wanted()

        run(client, desired, search=False)
        run(client, desired, search=False)

        assert state(client, desired) == complete(desired) * 2


class TestRunningAgain:
    """A run after a complete one changes nothing."""

    @pytest.fixture
    def desired(self, client: Any) -> DesiredGateway:
        """Return a gateway that has been created."""
        desired = wanted()
        run(client, desired)
        return desired

    def test_skips_everything(self, client: Any, desired: DesiredGateway) -> None:
        """Every step finds its work done."""
        results = run(client, desired)

        assert all(result.skipped for result in results)
        assert state(client, desired) == complete(desired)

    def test_tells_the_same_ids(self, client: Any, desired: DesiredGateway) -> None:
        """What is found is told as it was when it was made."""
        first, second = run(client, desired), run(client, desired)

        assert first == second
        assert first[-1].deployment_id

    def test_known_api(self, client: Any, desired: DesiredGateway) -> None:
        """An API whose id is known is not looked for by its tag."""
        api_id = run(client, desired)[0].api_id

        known = wanted(creation_id=desired.creation_id)
        results = run(client, known, api_id=api_id, search=False)

        assert results[0].api_id == api_id
        assert all(result.skipped for result in results)

    def test_more_routes(self, client: Any, desired: DesiredGateway) -> None:
        """Only what is missing is made, and deployed."""
        more = DesiredRoute(key="more", uri=f"{BASE}more/")
        routes = (*desired.additional_routes, more)
        again = wanted(creation_id=desired.creation_id, additional_routes=routes)

        results = run(client, again)

        assert [result.name for result in results if not result.skipped] == [
            "integration:more",
            "route:more",
            "route-response:more",
            "deployment",
        ]


class TestUpdating:
    """A run puts right what differs, with its sockets alive."""

    @pytest.fixture
    def desired(self, client: Any) -> DesiredGateway:
        """Return a gateway that has been created."""
        desired = wanted()
        run(client, desired)
        return desired

    def test_everything_at_once(self, client: Any, desired: DesiredGateway) -> None:
        """Every kind of difference is gone after one run, which deploys once."""
        route_id = {result.name: result.route_id for result in run(client, desired)}["route:chat"]
        moved = DesiredRoute(key="talk", uri=f"{BASE}talk/", route_id=route_id)
        again = wanted(
            creation_id=desired.creation_id,
            name="store",
            stage_description="For some",
            tags={"team": "b"},
            secret="t" * 32,
            two_way=False,
            additional_routes=(moved,),
        )

        results = run(client, again)

        headers = request_parameters("t" * 32)
        (found,) = state(client, again)
        assert (found.name, found.tags["team"], found.integrations) == ("store", "b", 4)
        assert found.routes == {
            "$connect": (f"{BASE}connect", headers, False),
            "$disconnect": (f"{BASE}disconnect", headers, False),
            "$default": (f"{BASE}default", headers, False),
            "talk": (f"{BASE}talk/", headers, False),
        }
        assert found.stages["live"][:2] == ("For some", {"team": "b"})
        assert [result.kind for result in results].count(StepKind.DEPLOYMENT) == 1
        assert all(result.skipped for result in run(client, again))

    def test_route_led_elsewhere(self, client: Any, desired: DesiredGateway) -> None:
        """A route whose integration is another kind gets one of its own."""
        by_name = {result.name: result for result in run(client, desired)}
        chat, default = by_name["route:chat"], by_name["route:$default"]
        client.update_route(
            ApiId=by_name["api"].api_id,
            RouteId=chat.route_id,
            Target=f"integrations/{default.integration_id}",
        )

        run(client, desired)

        assert state(client, desired)[0].routes == complete(desired)[0].routes

    def test_removes_what_only_aws_has(self, client: Any, desired: DesiredGateway) -> None:
        """Asked for, a route that is not wanted goes."""
        fewer = wanted(creation_id=desired.creation_id, additional_routes=())
        control = ControlPlane(client)
        actual = read_actual(fewer, control=control)

        steps = plan(fewer, actual, remove=extra_routes(fewer, actual))
        list(execute(steps, fewer, actual, control=control))

        (found,) = state(client, desired)
        assert list(found.routes) == ["$connect", "$disconnect", "$default"]
        assert found.integrations == 3


class TestResuming:
    """A run after an interrupted one ends where a complete one does."""

    @pytest.mark.parametrize("number", range(1, CALLS + 1))
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_each_call(self, client: Any, faults: ControlFaults, number: int, after: bool) -> None:
        """Whichever call fails, sent or not: no orphan and no duplicate is left."""
        desired = wanted()
        run_and_fail(client, faults, desired, cut(number, after=after))

        results = run(client, desired)

        assert state(client, desired) == complete(desired)
        assert len(results) == 13

    def test_no_more_calls(self, client: Any, faults: ControlFaults) -> None:
        """The failures above are all there can be."""
        desired = wanted()

        with faults.failing(cut(CALLS + 1)):
            run(client, desired)

        assert state(client, desired) == complete(desired)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        to_come=st.lists(
            st.builds(cut, number=st.integers(1, 2 * CALLS), after=st.booleans()),
            min_size=2,
            max_size=5,
        )
    )
    def test_any_number_of_failures(
        self, client: Any, faults: ControlFaults, to_come: list[ControlFault]
    ) -> None:
        """Runs that resume may fail as well."""
        desired = wanted()
        run_badly(client, faults, desired, to_come)

        run(client, desired)

        assert state(client, desired) == complete(desired)

    def test_tells_the_original_error(self, client: Any, faults: ControlFaults) -> None:
        """The failure names the operation, and boto3's error is its cause."""
        error = run_and_fail(client, faults, wanted(), cut(2))

        assert str(error) == "CreateApi failed: ConnectionClosedError"
        assert isinstance(error.__cause__, ConnectionClosedError)
