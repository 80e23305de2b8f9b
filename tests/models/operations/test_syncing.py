"""AWS is brought to what the rows of a gateway say, and the rows tell what was done."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from django.db import DatabaseError, connection
from pytest_django import Settings

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.exceptions import ApiGatewaySyncError
from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute
from django_aws_api_gateway_websockets.protocol.routes import request_parameters

from ...provisioning.aws_state import cut
from .in_aws import BASE, client, created, deployments, emulator, integration, route_keys

__all__ = ["client", "created", "emulator"]

pytestmark = pytest.mark.django_db

DOMAIN = "ws.example.com"
#: Calls of a sync that renews all headers, moves and adds a route, and deploys.
CALLS = 15


def stored(gateway: ApiGateway) -> ApiGateway:
    """Return what is on the row."""
    return ApiGateway.objects.get(pk=gateway.pk)


def change_rows(gateway: ApiGateway, settings: Settings) -> None:
    """Change what is wanted in several places, without a push."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "n" * 32}
    gateway.additional_routes.update(route_key="talk")
    route = ApiGatewayAdditionalRoute(
        api_gateway=gateway, name="More", route_key="more", integration_url=f"{BASE}more/"
    )
    route.save(push_to_aws=False)


def add_bare_route(gateway: ApiGateway, client: Any) -> None:
    """Let AWS have a route that no row wants, and that maps no header."""
    bare = client.create_integration(
        ApiId=gateway.api_id,
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="POST",
        IntegrationUri="https://elsewhere.example.com/",
    )
    target = f"integrations/{bare['IntegrationId']}"
    client.create_route(ApiId=gateway.api_id, RouteKey="other", Target=target)


class TestSyncing:
    """A sync compares everything, and changes what differs."""

    def test_nothing(self, created: ApiGateway, client: Any) -> None:
        """What was just created is in sync."""
        assert created.sync_to_aws() == []
        assert deployments(client, created) == 1

    def test_every_field(self, created: ApiGateway, client: Any) -> None:
        """Each change has its sentence; all are deployed once."""
        ApiGateway.objects.filter(pk=created.pk).update(
            api_name="Talk", api_description="d", stage_description="s", tags={"team": "a"}
        )

        changes = stored(created).sync_to_aws(client)

        assert changes == [
            "Updated the API Name",
            "Updated the API Description",
            "Tagged the API with team",
            "Updated the stage description",
            "Tagged the stage with team",
            "Deployed the stage",
        ]
        assert client.get_api(ApiId=created.api_id)["Name"] == "Talk"
        assert deployments(client, created) == 2
        assert stored(created).sync_to_aws() == []

    def test_routes(self, created: ApiGateway, client: Any, settings: Settings) -> None:
        """Routes are renamed, created and given the headers of today."""
        change_rows(created, settings)

        changes = stored(created).sync_to_aws()

        assert changes[-3:] == [
            "Renamed the talk route",
            "Created the more route",
            "Deployed the stage",
        ]
        assert changes[0] == "Mapped X-Ws-Gateway-Secret on the $connect route"
        assert route_keys(client, created) == [
            "$connect",
            "$disconnect",
            "$default",
            "talk",
            "more",
        ]
        headers = request_parameters("n" * 32)
        assert integration(client, created, "more")["RequestParameters"] == headers
        assert all(route.deployed and route.route_id for route in created.additional_routes.all())

    def test_behind_its_back(self, created: ApiGateway, client: Any) -> None:
        """What was changed in AWS alone is named, and put right."""
        found = integration(client, created, "say")
        client.update_integration(
            ApiId=created.api_id,
            IntegrationId=found["IntegrationId"],
            IntegrationUri="https://elsewhere.example.com/",
        )

        assert created.sync_to_aws() == [
            "Pointed the say route at its new URL",
            "Deployed the stage",
        ]
        assert integration(client, created, "say")["IntegrationUri"] == f"{BASE}say/"

    def test_fields(self, created: ApiGateway, client: Any) -> None:
        """With fields, nothing else is touched."""
        ApiGateway.objects.filter(pk=created.pk).update(
            api_name="Talk", target_base_endpoint="http://127.0.0.1:9/new/", two_way=False
        )

        changes = stored(created).sync_to_aws(fields={"target_base_endpoint"})

        assert changes[0] == "Pointed the $connect route at http://127.0.0.1:9/new/connect"
        assert len(changes) == 5  # $default becomes one-way as well
        assert client.get_api(ApiId=created.api_id)["Name"] == "Chat"
        assert stored(created).sync_to_aws(fields={"two_way"}) == [
            "Made the say route one-way",
            "Deployed the stage",
        ]

    def test_field_that_agrees(self, created: ApiGateway, client: Any) -> None:
        """A field that AWS has already calls for no deployment."""
        assert created.sync_to_aws(fields={"api_name"}) == []
        assert deployments(client, created) == 1

    def test_not_deployed(self) -> None:
        """A gateway that is not deployed is refused."""
        gateway = ApiGateway(api_name="New")

        with pytest.raises(ValueError, match=r"^New is not deployed yet; create it first\.$"):
            gateway.sync_to_aws()

    def test_deploy_api(self, created: ApiGateway, client: Any) -> None:
        """A deployment of its own has its id on the instance alone."""
        before = created.deployment_id

        created.deploy_api(client)

        stage = client.get_stage(ApiId=created.api_id, StageName="live")
        assert created.deployment_id == stage["DeploymentId"] != before
        assert stored(created).deployment_id == before


class TestHeadersMapped:
    """The row says whether every integration in use maps what Django trusts."""

    def test_after_a_sync(self, created: ApiGateway) -> None:
        """A sync that mapped them all says so."""
        ApiGateway.objects.update(headers_mapped=False)
        row = stored(created)

        row.sync_to_aws()

        assert (row.headers_mapped, stored(created).headers_mapped) == (True, True)

    def test_with_a_route_of_others(self, created: ApiGateway, client: Any) -> None:
        """A route that only AWS has, and that maps nothing, spoils it."""
        add_bare_route(created, client)

        created.sync_to_aws()

        assert stored(created).headers_mapped is False


class TestPlanning:
    """A plan can be looked at before anything is done."""

    def test_changes_nothing(self, created: ApiGateway, client: Any) -> None:
        """Its steps tell what differs; AWS and the row stay."""
        ApiGateway.objects.update(api_name="Talk")

        plan = stored(created).plan_sync()

        assert plan.differs
        assert [step.sentence for step in plan.steps if not step.skipped] == [
            "Update the API Name",
            "Deploy the stage",
        ]
        assert client.get_api(ApiId=created.api_id)["Name"] == "Chat"
        assert stored(created).deployment_due is False

    def test_routes_of_others(self, created: ApiGateway, client: Any) -> None:
        """They are told, and removed only when asked."""
        add_bare_route(created, client)

        plan = created.plan_sync()
        steps = list(created.sync_steps(plan=created.plan_sync(prune=True)))
        mapped = stored(created).headers_mapped

        assert [route.key for route in plan.extra] == ["other"]
        assert plan.differs is False
        assert [step.sentence for step in steps if not step.skipped] == [
            "Removed the other route",
            "Removed the integration of other",
            "Deployed the stage",
        ]
        assert "other" not in route_keys(client, created)
        assert mapped is True


class TestDomain:
    """A sync makes the custom domain that the row wants."""

    @pytest.fixture
    def wanting(self, created: ApiGateway, client: Any) -> ApiGateway:
        """Return a gateway that wants a domain, which AWS does not have."""
        for item in client.get_domain_names()["Items"]:
            client.delete_domain_name(DomainName=item["DomainName"])
        ApiGateway.objects.update(domain_name=DOMAIN, certificate_arn="arn:1")
        return stored(created)

    def test_made(self, wanting: ApiGateway, client: Any) -> None:
        """It is created and mapped, without a deployment; then there is nothing to do."""
        assert wanting.sync_to_aws() == [
            f"Created the domain {DOMAIN}",
            f"Mapped {DOMAIN} to the stage",
        ]

        row = stored(wanting)
        (mapping,) = client.get_api_mappings(DomainName=DOMAIN)["Items"]
        assert (row.provisioning_status, row.custom_domain_created) == ("mapped", True)
        assert (row.api_mapping_id, row.deployment_due) == (mapping["ApiMappingId"], False)
        assert deployments(client, row) == 1
        assert row.plan_sync().differs is False

    def test_known_to_aws_alone(self, wanting: ApiGateway) -> None:
        """A domain that is there, and that the row does not know of, is written down."""
        wanting.create_custom_domain()
        ApiGateway.objects.update(provisioning_status="deployed", custom_domain_created=False)

        assert stored(wanting).sync_to_aws() == []
        assert stored(wanting).provisioning_status == "mapped"

    def test_another_certificate(self, wanting: ApiGateway, client: Any) -> None:
        """A mapped domain gets the certificate that the row has by now."""
        wanting.create_custom_domain()
        ApiGateway.objects.update(certificate_arn="arn:2")

        assert stored(wanting).sync_to_aws() == [f"Changed the certificate of {DOMAIN}"]
        (configuration,) = client.get_domain_name(DomainName=DOMAIN)["DomainNameConfigurations"]
        assert configuration["CertificateArn"] == "arn:2"
        assert stored(wanting).provisioning_status == "mapped"

    def test_made_again(self, wanting: ApiGateway, client: Any) -> None:
        """One that was deleted behind the row's back does not count as mapped until it is."""
        wanting.create_custom_domain()
        client.delete_domain_name(DomainName=DOMAIN)

        statuses = [stored(wanting).provisioning_status for step in wanting.sync_steps()]

        assert statuses[-2:] == ["domain_created", "mapped"]

    def test_of_another_api(self, wanting: ApiGateway, client: Any) -> None:
        """A domain that serves another stage is named, and nothing at all is changed."""
        wanting.create_custom_domain()
        ApiGateway.objects.update(stage_name="other", api_description="All")

        with pytest.raises(ValueError, match="is mapped to the stage live of the API"):
            stored(wanting).sync_to_aws()

        assert client.get_api(ApiId=wanting.api_id)["Description"] == ""

    def test_fields(self, wanting: ApiGateway, client: Any) -> None:
        """A sync of some fields is not about the domain."""
        ApiGateway.objects.update(api_description="All")

        assert stored(wanting).sync_to_aws(fields={"api_description"}) == [
            "Updated the API Description",
            "Deployed the stage",
        ]
        assert client.get_domain_names()["Items"] == []


class TestFailing:
    """A sync that fails tells why, and the next one ends where it should."""

    @pytest.mark.parametrize("number", range(1, CALLS + 1))
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_each_call(
        self,
        created: ApiGateway,
        emulator: EmulatorThread,
        client: Any,
        settings: Settings,
        number: int,
        after: bool,
    ) -> None:
        """Whichever call fails, the second run leaves no difference and no orphan."""
        change_rows(created, settings)
        with emulator.faults.failing(cut(number, after=after)), suppress(ApiGatewaySyncError):
            stored(created).sync_to_aws(client)

        assert stored(created).last_error == "ConnectionClosedError"
        stored(created).sync_to_aws(client)

        row = stored(created)
        stage = client.get_stage(ApiId=row.api_id, StageName="live")
        assert row.plan_sync().differs is False
        assert (row.last_error, row.deployment_due) == ("", False)
        assert row.deployment_id == stage["DeploymentId"]
        assert len(client.get_integrations(ApiId=row.api_id)["Items"]) == 5
        assert len(route_keys(client, row)) == 5

    def test_no_more_calls(
        self, created: ApiGateway, emulator: EmulatorThread, client: Any, settings: Settings
    ) -> None:
        """The failures above are all there can be."""
        change_rows(created, settings)

        with emulator.faults.failing(cut(CALLS + 1)):
            stored(created).sync_to_aws(client)

        assert stored(created).last_error == ""

    def test_original_error(
        self, created: ApiGateway, client: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The error names AWS's code and has boto3's error as its cause; the log has the step."""
        client.delete_api(ApiId=created.api_id)

        with pytest.raises(ApiGatewaySyncError, match=r"ClientError: NotFoundException$") as caught:
            created.sync_to_aws()

        assert isinstance(caught.value.__cause__, ClientError)
        *where, line = caplog.record_tuples[-1]
        assert where == ["django_aws_api_gateway_websockets.models", logging.ERROR]
        assert line == (
            "Chat and AWS could not be compared or changed: ClientError: NotFoundException (GetApi)"
        )

    def test_error_that_cannot_be_recorded(
        self, created: ApiGateway, emulator: EmulatorThread, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The error of AWS is raised all the same."""

        def refuse(execute: Any, sql: str, *args: Any) -> Any:
            if sql.startswith("UPDATE"):
                raise DatabaseError("read-only")
            return execute(sql, *args)

        with (
            emulator.faults.failing(cut(1)),
            connection.execute_wrapper(refuse),
            pytest.raises(ApiGatewaySyncError) as caught,
        ):
            created.plan_sync()

        assert isinstance(caught.value.__cause__, ConnectionClosedError)
        assert "The error of Chat could not be recorded" in caplog.messages
