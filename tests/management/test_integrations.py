"""The command that renews the headers of integrations, under each of its names."""

from __future__ import annotations

import json
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings
from websockets.sync.client import ClientConnection, connect

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.protocol.routes import request_parameters

from ..models.operations.in_aws import client, deployments, emulator
from ..provisioning.aws_state import cut
from .old_api import NAME, OLD_SECRET, SECRET_PARAMETER, Backend, backend, create_old_api

__all__ = ["backend", "client", "emulator"]

pytestmark = pytest.mark.django_db

SECRET = "s" * 32
#: Calls of a run that renews three integrations: three lists, three updates, stage, deployment.
CALLS = 8


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    """Configure a new secret and the old one."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": [SECRET, OLD_SECRET]}


@pytest.fixture
def gateway(client: Any, emulator: EmulatorThread, backend: Backend) -> ApiGateway:
    """Return a gateway as 4.1 left it, but that it answers, so that tests can see."""
    api = create_old_api(client, backend, two_way=True)
    return ApiGateway.objects.create(
        api_name=NAME,
        target_base_endpoint=backend.url,
        api_id=api["ApiId"],
        api_endpoint=api["ApiEndpoint"],
        deployment_id=api["DeploymentId"],
        api_created=True,
        provisioning_status="deployed",
    )


def run(*args: object, name: str = "updateApiGatewayIntegrations") -> list[str]:
    """Run the command, and return the lines that it writes."""
    output = StringIO()
    call_command(name, *map(str, args), stdout=output, stderr=output)
    return output.getvalue().splitlines()


def run_and_fail(*args: object, match: str) -> list[str]:
    """Run the command to its error, and return the lines that it writes."""
    output = StringIO()
    with pytest.raises(CommandError, match=match):
        call_command("updateApiGatewayIntegrations", *map(str, args), stdout=output, stderr=output)
    return output.getvalue().splitlines()


def ids(client: Any, gateway: ApiGateway) -> list[str]:
    """Return the ids of the integrations."""
    items = client.get_integrations(ApiId=gateway.api_id)["Items"]
    return [item["IntegrationId"] for item in items]


def parameters(client: Any, gateway: ApiGateway) -> list[dict[str, str]]:
    """Return what the integrations map."""
    items = client.get_integrations(ApiId=gateway.api_id)["Items"]
    return [item["RequestParameters"] for item in items]


def headers_seen(socket: ClientConnection) -> Any:
    """Send a message, and return the secret and the event type that Django gets with it."""
    socket.send("{}")
    return json.loads(socket.recv(timeout=5))


class TestUpdating:
    def test_every_integration(self, gateway: ApiGateway, client: Any) -> None:
        """All trusted headers are mapped, others stay, and the stage is deployed once."""
        lines = run()

        names = [f"Old: {name} updated" for name in ids(client, gateway)]
        assert lines == [*names, "Old: deployed"]
        wanted = {**request_parameters(SECRET), "integration.request.header.Colour": "'red'"}
        assert parameters(client, gateway) == [wanted] * 3
        assert deployments(client, gateway) == 2

    def test_row(self, gateway: ApiGateway, client: Any) -> None:
        """The row has the deployment, and says that the headers can be believed."""
        run("--pk", gateway.pk)

        gateway.refresh_from_db()
        stage = client.get_stage(ApiId=gateway.api_id, StageName="production")
        assert gateway.deployment_id == stage["DeploymentId"]
        assert (gateway.headers_mapped, gateway.deployment_due) == (True, False)

    def test_sockets_stay(self, gateway: ApiGateway) -> None:
        """A socket that is open stays so, and its next message carries the new headers."""
        with connect(gateway.connection_url) as socket:
            before = headers_seen(socket)
            run()
            after = headers_seen(socket)

        assert before == [OLD_SECRET, ""]
        assert after == [SECRET, "MESSAGE"]

    def test_again(self, gateway: ApiGateway, client: Any) -> None:
        """What is up to date is left alone."""
        run()

        lines = run(name="updateapigatewayintegrations")

        assert lines == [f"Old: {name} is up to date" for name in ids(client, gateway)]
        assert deployments(client, gateway) == 2

    def test_integration_of_others(self, gateway: ApiGateway, client: Any) -> None:
        """An integration that does not tell the connection's id is not for Django."""
        made = client.create_integration(
            ApiId=gateway.api_id, IntegrationType="MOCK", RequestParameters={}
        )

        lines = run()

        assert not [line for line in lines if made["IntegrationId"] in line]

    def test_without_a_secret(self, gateway: ApiGateway, client: Any, settings: Settings) -> None:
        """A secret that is configured no more is taken away."""
        settings.WEBSOCKETS = {}

        run()

        assert not [found for found in parameters(client, gateway) if SECRET_PARAMETER in found]

    def test_stage_that_deploys_itself(self, gateway: ApiGateway, client: Any) -> None:
        """AWS has deployed what was changed, and is not told to."""
        client.update_stage(ApiId=gateway.api_id, StageName="production", AutoDeploy=True)

        with connect(gateway.connection_url) as socket:
            run()
            seen = headers_seen(socket)

        assert seen == [SECRET, "MESSAGE"]
        assert ApiGateway.objects.get().deployment_due is False


class TestComparing:
    def test_stale(self, gateway: ApiGateway, client: Any) -> None:
        """The headers are named, the secret is not shown, and nothing is changed."""
        lines = run_and_fail("--dry-run", match=r"^Not up to date: Old$")

        assert len(lines) == 3
        assert "would update X-Ws-Event-Type, " in lines[0]
        assert lines[0].endswith("X-Ws-Gateway-Secret")
        assert SECRET not in "".join(lines)
        assert deployments(client, gateway) == 1

    def test_up_to_date(self, gateway: ApiGateway, client: Any) -> None:
        """There is nothing to complain of."""
        run()

        lines = run("--dry-run")

        assert lines == [f"Old: {name} is up to date" for name in ids(client, gateway)]

    def test_deployment_due(self, gateway: ApiGateway) -> None:
        """What was changed and not deployed is a difference."""
        run()
        ApiGateway.objects.update(deployment_due=True)

        lines = run_and_fail("--dry-run", match=r"^Not up to date: Old$")

        assert lines[-1] == "Old: would be deployed"


class TestFailing:
    @pytest.mark.parametrize("number", range(1, CALLS + 3))
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_each_call(
        self, gateway: ApiGateway, emulator: EmulatorThread, client: Any, number: int, after: bool
    ) -> None:
        """Whichever call fails, the next run leaves all of it deployed, to open sockets too."""
        with connect(gateway.connection_url) as socket:
            with emulator.faults.failing(cut(number, after=after)), suppress(CommandError):
                run()
            run()
            seen = headers_seen(socket)

        assert seen == [SECRET, "MESSAGE"]
        row = ApiGateway.objects.get()
        stage = client.get_stage(ApiId=row.api_id, StageName="production")
        assert (row.headers_mapped, row.deployment_due, row.last_error) == (True, False, "")
        assert row.deployment_id == stage["DeploymentId"]
        assert [found[SECRET_PARAMETER] for found in parameters(client, row)] == [f"'{SECRET}'"] * 3

    @pytest.mark.parametrize("args", [(), ("--dry-run",)], ids=["update", "compare"])
    def test_one_of_several(self, gateway: ApiGateway, client: Any, args: tuple[str, ...]) -> None:
        """The error of one gateway has AWS's code, and does not keep the others from theirs."""
        ApiGateway.objects.filter(pk=gateway.pk).update(id=gateway.pk + 1)
        ApiGateway.objects.create(
            pk=gateway.pk,
            api_name="Lost",
            api_id="nosuchapi0",
            api_endpoint=gateway.api_endpoint,
            api_created=True,
        )

        lines = run_and_fail(*args, match=r"^Failed for: Lost$")

        assert lines[0] == "Lost: AWS returned NotFoundException"
        assert len(lines) > 3

    def test_no_region(self, gateway: ApiGateway, settings: Settings) -> None:
        """What the configuration lacks is told as it is."""
        settings.AWS_GATEWAY_REGION_NAME = settings.AWS_REGION_NAME = None
        ApiGateway.objects.update(api_endpoint="wss://ws.example.com")

        lines = run_and_fail(match=r"^Failed for: Old$")

        assert lines == [
            "Old: AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"
        ]

    def test_other_host(self, gateway: ApiGateway, settings: Settings) -> None:
        """What the settings forbid is not told as an answer of AWS."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "endpoint_url": "http://gateway.test:9"}

        (line,) = run_and_fail(match=r"^Failed for: Old$")

        assert line.startswith('Old: WEBSOCKETS["endpoint_url"] ')

    def test_unusable_secret(self, gateway: ApiGateway, settings: Settings) -> None:
        """It is told before AWS is asked."""
        settings.WEBSOCKETS = {"gateway_secret": "short"}

        assert run_and_fail(match=r"^The first secret of ") == []

    def test_no_such_row(self) -> None:
        """It is named by its key."""
        run_and_fail("--pk", 9, match=r"^There is no created ApiGateway with the primary key 9\.$")
