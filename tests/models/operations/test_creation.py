"""A gateway is created in AWS once, however often and wherever its runs are interrupted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ProfileNotFound
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import Settings
from websockets.sync.client import connect

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client
from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute
from django_aws_api_gateway_websockets.models.operations.creation import CLAIM_LEASE
from django_aws_api_gateway_websockets.protocol.routes import request_parameters
from django_aws_api_gateway_websockets.provisioning.run import StepResult
from django_aws_api_gateway_websockets.provisioning.state import CREATION_TAG

from ...provisioning.aws_state import State, cut, read_state

pytestmark = pytest.mark.django_db

SECRET = "s" * 32
BASE = "http://127.0.0.1:9/ws/"
TAKEN = r"^Chat is already being created.$"
STEPS = 13


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorThread]:
    """Run a local API Gateway."""
    with EmulatorThread() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    """Configure a gateway secret."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}


@pytest.fixture
def client(emulator: EmulatorThread) -> Any:
    """Return boto3's client of its control plane."""
    config = client_config(max_retries=0)
    return get_client("apigatewayv2", endpoint_url=emulator.url, config=config)


@pytest.fixture
def control(client: Any) -> ControlPlane:
    """Return its control plane."""
    return ControlPlane(client)


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that does not exist in AWS, with one additional route."""
    gateway = ApiGateway(
        api_name="Chat", target_base_endpoint=BASE, stage_name="live", tags={"team": "a"}
    )
    gateway.save()
    gateway.additional_routes.create(name="Say", route_key="say", integration_url=f"{BASE}say/")
    return gateway


def stored(gateway: ApiGateway) -> ApiGateway:
    """Return what is on the row."""
    return ApiGateway.objects.get(pk=gateway.pk)


def state(client: Any, gateway: ApiGateway) -> list[State]:
    """Return what AWS has of a gateway."""
    return read_state(client, CREATION_TAG, stored(gateway).creation_id)


def complete(gateway: ApiGateway) -> list[State]:
    """Return what AWS has of it when everything is well."""
    headers = request_parameters(SECRET)
    return [
        State(
            name="Chat",
            tags={"team": "a", CREATION_TAG: stored(gateway).creation_id},
            integrations=4,
            routes={
                "$connect": (f"{BASE}connect", headers, False),
                "$disconnect": (f"{BASE}disconnect", headers, False),
                "$default": (f"{BASE}default", headers, True),
                "say": (f"{BASE}say/", headers, True),
            },
            stages={"live": ("", {"team": "a"}, True)},
        )
    ]


def run_and_fail(
    gateway: ApiGateway, control: ControlPlane, emulator: EmulatorThread, number: int
) -> None:
    """Run until the call of this number fails."""
    with emulator.faults.failing(cut(number)), suppress(ConnectionClosedError):
        gateway.create_gateway(control=control)


class TestCreating:
    """A run from nothing."""

    def test_everything(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """AWS has all that was wanted, once."""
        assert gateway.create_gateway(control=control) is True
        assert state(client, gateway) == complete(gateway)

    def test_row(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """The row says what there is."""
        gateway.create_gateway(control=control)

        row = stored(gateway)
        api = client.get_api(ApiId=row.api_id)
        stage = client.get_stage(ApiId=row.api_id, StageName="live")
        assert row.api_endpoint == api["ApiEndpoint"]
        assert row.deployment_id == stage["DeploymentId"]
        assert row.provisioning_status == "deployed"
        assert (row.api_created, row.headers_mapped) == (True, True)
        assert (row.claimed_at, row.last_error) == (None, "")

    def test_instance(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """So does the instance."""
        gateway.create_gateway(control=control)

        row = stored(gateway)
        names = [field.attname for field in ApiGateway._meta.concrete_fields]
        assert [getattr(gateway, name) for name in names] == [getattr(row, name) for name in names]

    def test_routes(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """Additional routes have their ids, and are marked as deployed."""
        gateway.create_gateway(control=control)

        route = gateway.additional_routes.get()
        remote = client.get_route(ApiId=gateway.api_id, RouteId=route.route_id)
        assert route.deployed is True
        assert remote["RouteKey"] == "say"
        assert remote["Target"] == f"integrations/{route.integration_id}"

    def test_route_added_meanwhile(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """A route that came too late is not taken for deployed."""
        steps = gateway.creation_steps(control=control)
        next(steps)
        late = gateway.additional_routes.create(
            name="Late", route_key="late", integration_url=f"{BASE}late/"
        )

        list(steps)

        late.refresh_from_db()
        assert (late.deployed, late.route_id) == (False, "")

    def test_one_way(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """A one-way gateway has no route responses, and one step for each."""
        ApiGateway.objects.update(two_way=False)
        row = stored(gateway)

        kinds = [
            (step.kind.name, row.provisioning_status)
            for step in row.creation_steps(control=control)
        ]

        assert [kind for kind, status in kinds if kind == "ROUTE_RESPONSE"] == []
        assert kinds[-3:] == [
            ("ROUTE", "routes_created"),
            ("STAGE", "routes_created"),
            ("DEPLOYMENT", "deployed"),
        ]

    def test_control_plane_of_the_settings(
        self, settings: Settings, gateway: ApiGateway, emulator: EmulatorThread, client: Any
    ) -> None:
        """By default the gateway is created where the settings say."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "endpoint_url": emulator.url}

        gateway.create_gateway()

        assert state(client, gateway) == complete(gateway)

    def test_again(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """A complete gateway is left alone."""
        gateway.create_gateway(control=control)

        assert stored(gateway).create_gateway(control=control) is False
        assert state(client, gateway) == complete(gateway)


class TestStatus:
    """How far a run has come is on the row before the next step."""

    def test_each_step(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """From the API to the last route."""
        statuses = [
            (step.name, stored(gateway).provisioning_status)
            for step in gateway.creation_steps(control=control)
        ]

        assert len(statuses) == STEPS
        assert statuses[0] == ("api", "api_created")
        assert statuses[-4] == ("route:say", "api_created")
        assert statuses[-3:] == [
            ("route-response:say", "routes_created"),
            ("stage", "routes_created"),
            ("deployment", "deployed"),
        ]
        assert stored(gateway).provisioning_status == "deployed"

    def test_claimed(self, gateway: ApiGateway, client: Any) -> None:
        """The row is claimed before the first call, with the id that finds the API again."""
        seen: list[ApiGateway] = []

        def look(**event: object) -> None:
            seen.append(stored(gateway))

        client.meta.events.register("before-call.apigatewayv2.CreateApi", look)
        try:
            gateway.create_gateway(control=ControlPlane(client))
        finally:
            client.meta.events.unregister("before-call.apigatewayv2.CreateApi", look)

        (row,) = seen
        assert row.provisioning_status == "creating"
        assert row.claimed_at is not None
        assert len(row.creation_id) == 32

    def test_ids_come_with_their_step(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """The API's id is stored as soon as AWS has answered."""
        first = next(gateway.creation_steps(control=control))

        assert isinstance(first, StepResult)
        assert stored(gateway).api_id == first.api_id != ""


class TestRefusing:
    """A gateway that cannot be created is not claimed."""

    def unclaimed(self, gateway: ApiGateway) -> bool:
        """Return whether nothing was written."""
        row = stored(gateway)
        values = (row.provisioning_status, row.claimed_at, row.creation_id, row.last_error)
        return values == ("pending", None, "", "")

    @pytest.mark.parametrize("value", [7, b"s" * 32, "short", SECRET + "\n", {SECRET}])
    def test_unusable_secret(
        self, settings: Settings, gateway: ApiGateway, control: ControlPlane, value: object
    ) -> None:
        """A secret that cannot travel as a header."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": value}

        with pytest.raises(ValueError, match="newline"):
            gateway.create_gateway(control=control)

        assert self.unclaimed(gateway)

    @pytest.mark.parametrize("tags", [["a"], {"team": 7}, None])
    def test_unusable_tags(self, gateway: ApiGateway, control: ControlPlane, tags: object) -> None:
        """Tags that AWS does not take."""
        gateway.tags = tags

        with pytest.raises(ValueError, match=r"^tags must be an object of texts"):
            gateway.create_gateway(control=control)

        assert self.unclaimed(gateway)

    def test_no_region(self, settings: Settings, gateway: ApiGateway) -> None:
        """Nothing names a region."""
        settings.AWS_GATEWAY_REGION_NAME = None

        with pytest.raises(RuntimeError, match="AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME"):
            gateway.create_gateway()

        assert self.unclaimed(gateway)

    def test_no_profile(self, settings: Settings, gateway: ApiGateway) -> None:
        """The profile does not exist."""
        settings.AWS_IAM_PROFILE = "missing"

        with pytest.raises(ProfileNotFound, match="missing"):
            gateway.create_gateway()

        assert self.unclaimed(gateway)

    def test_no_target(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """There is nothing to integrate."""
        gateway.target_base_endpoint = ""

        with pytest.raises(ValueError, match=r"^target_base_endpoint must be set before"):
            gateway.create_gateway(control=control)

        assert self.unclaimed(gateway)


class TestResuming:
    """A run after a failure ends where a complete one does; test_provisioning has each call."""

    def test_emulator_killed(self, emulator: EmulatorThread, gateway: ApiGateway) -> None:
        """A gateway that went away half-way and came back."""
        config = client_config(max_retries=0)
        client = get_client("apigatewayv2", endpoint_url=emulator.url, config=config)
        steps = gateway.creation_steps(control=ControlPlane(client))
        next(steps)
        emulator.stop()
        with pytest.raises(Exception, match=r"Could not connect|Connection was closed"):
            list(steps)
        emulator.start()

        stored(gateway).create_gateway(control=ControlPlane(client))

        assert state(client, gateway) == complete(gateway)

    def test_abandoned(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """A caller that stops taking steps lets the next one in."""
        steps = gateway.creation_steps(control=control)
        next(steps)

        steps.close()  # type: ignore[attr-defined]  # it is a generator

        row = stored(gateway)
        assert (row.claimed_at, row.provisioning_status) == (None, "api_created")
        assert row.create_gateway(control=control) is True
        assert state(client, gateway) == complete(gateway)


class TestErrors:
    """What went wrong is raised as it was, and kept on the row."""

    def test_before_the_api(
        self, gateway: ApiGateway, control: ControlPlane, emulator: EmulatorThread
    ) -> None:
        """Without an API the row is as before, but for the error."""
        run_and_fail(gateway, control, emulator, 1)

        row = stored(gateway)
        assert (row.provisioning_status, row.claimed_at) == ("pending", None)
        assert row.last_error == "ConnectionClosedError"

    def test_after_the_api(
        self, gateway: ApiGateway, control: ControlPlane, emulator: EmulatorThread
    ) -> None:
        """With one it says how far the run has come."""
        run_and_fail(gateway, control, emulator, 4)

        row = stored(gateway)
        assert (row.provisioning_status, row.claimed_at) == ("api_created", None)
        assert row.api_id != ""

    def test_of_aws(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """An error of AWS is kept with its code."""
        ApiGateway.objects.update(api_id="nope", provisioning_status="api_created")

        with pytest.raises(ClientError, match="NotFoundException"):
            gateway.create_gateway(control=control)

        assert stored(gateway).last_error == "ClientError: NotFoundException"

    def test_cleared(
        self, gateway: ApiGateway, control: ControlPlane, emulator: EmulatorThread
    ) -> None:
        """A run that succeeds clears it, on the instance too."""
        run_and_fail(gateway, control, emulator, 4)

        gateway.create_gateway(control=control)

        assert (gateway.last_error, stored(gateway).last_error) == ("", "")

    def test_not_recorded(
        self,
        gateway: ApiGateway,
        control: ControlPlane,
        emulator: EmulatorThread,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """A database that is away does not hide the error itself."""
        steps = gateway.creation_steps(control=control)
        next(steps)

        with (
            emulator.faults.failing(cut(1)),
            connection.execute_wrapper(refuse),
            pytest.raises(ConnectionClosedError),
        ):
            next(steps)

        assert caplog.messages == ["The error of Chat could not be recorded"]


def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Fail as a database does that has gone away."""
    raise DatabaseError("server closed the connection unexpectedly")


class TestClaim:
    """Of several runs at once, one creates the gateway."""

    def test_second_run(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """A second run is refused while the first is at it, and leaves it alone."""
        first = gateway.creation_steps(control=control)
        next(first)

        with pytest.raises(ValueError, match=TAKEN):
            stored(gateway).create_gateway(control=control)

        list(first)
        assert state(client, gateway) == complete(gateway)
        assert stored(gateway).last_error == ""

    def test_overtaken(
        self, gateway: ApiGateway, control: ControlPlane, emulator: EmulatorThread, client: Any
    ) -> None:
        """A run that read the row before another began and failed does not make a second API."""
        overtake = Overtake(lambda: run_and_fail(stored(gateway), control, emulator, 3))

        with connection.execute_wrapper(overtake), pytest.raises(ValueError, match=TAKEN):
            stored(gateway).create_gateway(control=control)

        gateway.create_gateway(control=control)
        assert state(client, gateway) == complete(gateway)

    def test_stale_instance(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """A run that knows of no API finds the one of a run before it."""
        stale = stored(gateway)
        gateway.create_gateway(control=control)

        stale.create_gateway(control=control)

        assert state(client, gateway) == complete(gateway)

    @pytest.mark.parametrize(("age", "taken"), [(-1, True), (1, False)])
    def test_lease(self, gateway: ApiGateway, control: ControlPlane, age: int, taken: bool) -> None:
        """A run that died keeps others away for the time of its lease."""
        claimed_at = timezone.now() - CLAIM_LEASE - timedelta(seconds=age)
        ApiGateway.objects.update(
            claimed_at=claimed_at, creation_id="c" * 32, provisioning_status="creating"
        )

        assert refused(gateway, control) is taken

    @pytest.mark.parametrize(("age", "taken"), [(-1, True), (1, False)])
    def test_claim_of_4_1(
        self, gateway: ApiGateway, control: ControlPlane, age: int, taken: bool
    ) -> None:
        """A row that 4.1 left ``creating`` has no lease; its last change counts."""
        updated_on = timezone.now() - CLAIM_LEASE - timedelta(seconds=age)
        ApiGateway.objects.update(provisioning_status="creating", updated_on=updated_on)

        assert refused(gateway, control) is taken

    def test_taken_over(self, gateway: ApiGateway, control: ControlPlane, client: Any) -> None:
        """The next run goes on where the dead one stopped."""
        dead = gateway.creation_steps(control=control)
        next(dead)
        ApiGateway.objects.update(claimed_at=timezone.now() - CLAIM_LEASE - timedelta(seconds=1))

        stored(gateway).create_gateway(control=control)

        assert state(client, gateway) == complete(gateway)

    def test_back_from_the_dead(
        self, gateway: ApiGateway, control: ControlPlane, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A run that lost its lease stops, and leaves the row to the one that has it."""
        slow = gateway.creation_steps(control=control)
        next(slow)
        taken = timezone.now() + timedelta(seconds=1)
        ApiGateway.objects.update(claimed_at=taken)

        with pytest.raises(ValueError, match=r"^Chat is not this run's any more.$"):
            list(slow)

        row = stored(gateway)
        assert (row.claimed_at, row.last_error) == (taken, "")
        assert caplog.messages == ["The error of Chat could not be recorded"]

    def test_deleted(self, gateway: ApiGateway, control: ControlPlane) -> None:
        """So does one whose row is deleted."""
        steps = gateway.creation_steps(control=control)
        next(steps)
        ApiGatewayAdditionalRoute.objects.all().delete()
        ApiGateway.objects.all().delete()

        with pytest.raises(ValueError, match=r"^Chat is not this run's any more.$"):
            list(steps)


def refused(gateway: ApiGateway, control: ControlPlane) -> bool:
    """Return whether a gateway is already being created."""
    try:
        return not gateway.create_gateway(control=control)
    except ValueError as error:
        return str(error) == "Chat is already being created."


class Overtake:
    """Lets another run be quicker, just before the first statement that writes."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.run: Callable[[], None] | None = run

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self.run and sql.startswith("UPDATE"):
            run, self.run = self.run, None
            run()
        return execute(sql, params, many, context)


class Backend(BaseHTTPRequestHandler):
    """Accepts every event, and answers messages with their text."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer an event."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture
def backend() -> Iterator[str]:
    """Serve a backend, and return its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ws/"
        server.shutdown()
        thread.join()


class TestResult:
    """What was created works."""

    def test_opens(self, gateway: ApiGateway, control: ControlPlane, backend: str) -> None:
        """A socket opens at the URL of the row, and its route answers."""
        gateway.target_base_endpoint = backend
        gateway.save()
        gateway.create_gateway(control=control)

        with connect(gateway.connection_url) as socket:
            socket.send(json.dumps({"action": "hello"}))

            assert socket.recv(timeout=5) == '{"action": "hello"}'
