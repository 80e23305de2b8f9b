"""An API that exists becomes rows, which say what AWS has and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.models.operations.adoption import Adoption

from ...aws.test_control import answer, served
from .in_aws import BASE, CERTIFICATE, DOMAIN, client, created, emulator, unmapped

__all__ = ["client", "created", "emulator", "unmapped"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def api_id(unmapped: ApiGateway) -> str:
    """Return the id of a whole API that no row knows."""
    ApiGateway.objects.all().delete()
    return unmapped.api_id


def adopt(client: Any, api_id: str, **options: str) -> Adoption:
    """Import an API, and read its row again."""
    found = ApiGateway.objects.import_api(api_id, control=ControlPlane(client), **options)
    found.gateway.refresh_from_db()
    return found


def bare_api(client: Any, **values: Any) -> str:
    """Create an API without anything in it."""
    defaults = {"Name": "Bare", "RouteSelectionExpression": "$request.body.action"}
    api = client.create_api(**{**defaults, "ProtocolType": "WEBSOCKET", **values})
    made: str = api["ApiId"]
    return made


def serve(client: Any, api_id: str, *, key: str = "", name: str = DOMAIN) -> str:
    """Map a custom domain to the stage of an API; return the id of the mapping."""
    client.create_domain_name(
        DomainName=name, DomainNameConfigurations=[{"CertificateArn": CERTIFICATE}]
    )
    mapping = client.create_api_mapping(
        ApiId=api_id, DomainName=name, Stage="live", ApiMappingKey=key
    )
    made: str = mapping["ApiMappingId"]
    return made


class TestImporting:
    def test_gateway(self, client: Any, api_id: str) -> None:
        """The row is as complete as that of the run that created the API."""
        gateway = adopt(client, api_id).gateway

        assert (gateway.api_name, gateway.api_id) == ("Chat", api_id)
        assert (gateway.stage_name, gateway.stage_description) == ("live", "For all")
        assert gateway.target_base_endpoint == BASE
        assert (gateway.two_way, gateway.headers_mapped) == (True, True)
        assert (gateway.provisioning_status, gateway.is_deployed) == ("deployed", True)

    def test_routes(self, client: Any, api_id: str) -> None:
        """Routes beside the three become rows that know their ids."""
        route = adopt(client, api_id).gateway.additional_routes.get()

        assert (route.route_key, route.integration_url) == ("say", f"{BASE}say/")
        assert route.deployed
        assert route.route_id

    def test_is_in_sync(self, client: Any, api_id: str) -> None:
        """There is nothing to do afterwards."""
        adoption = adopt(client, api_id)

        assert adoption.notes == ()
        assert not adoption.gateway.plan_sync().differs

    def test_tags(self, client: Any) -> None:
        """The tags of others are the row's; AWS's own and the one that we find APIs by are not."""
        tag = "django-aws-api-gateway-websockets:creation-id"
        name = bare_api(client, Tags={"team": "a", "aws:cloudformation:stack-id": "s", tag: "c1"})

        gateway = adopt(client, name).gateway

        assert (gateway.tags, gateway.creation_id) == ({"team": "a"}, "c1")

    def test_name(self, client: Any, api_id: str) -> None:
        """Another name is the row's alone, until a sync."""
        gateway = adopt(client, api_id, name="Talk").gateway

        assert gateway.api_name == "Talk"
        assert client.get_api(ApiId=api_id)["Name"] == "Chat"

    def test_not_deployed(self, client: Any) -> None:
        """An API that serves nothing yet is finished like one of our own."""
        name = bare_api(client)
        gateway = adopt(client, name).gateway
        gateway.target_base_endpoint = BASE
        gateway.save()

        gateway.create_gateway(control=ControlPlane(client))

        assert (gateway.api_id, gateway.is_deployed) == (name, True)

    def test_stage_that_deploys_itself(self, client: Any, api_id: str) -> None:
        """A sync changes it, and leaves the deployment to AWS."""
        client.update_stage(ApiId=api_id, StageName="live", AutoDeploy=True)
        gateway = adopt(client, api_id).gateway
        ApiGateway.objects.update(two_way=False, api_description="New")
        gateway.refresh_from_db()

        changes = gateway.sync_to_aws()

        assert "Updated the API Description" in changes
        assert (gateway.last_error, gateway.deployment_due) == ("", False)
        assert not gateway.plan_sync().differs


class TestCustomDomains:
    def test_mapped(self, client: Any, api_id: str) -> None:
        """The domain that leads to the stage is the gateway's."""
        mapping = serve(client, api_id)

        gateway = adopt(client, api_id).gateway

        assert (gateway.domain_name, gateway.certificate_arn) == (DOMAIN, CERTIFICATE)
        assert gateway.api_gateway_domain_name.startswith("d-")
        assert (gateway.api_mapping_id, gateway.provisioning_status) == (mapping, "mapped")
        assert gateway.custom_domain_created is False

    def test_with_a_path(self, client: Any, api_id: str) -> None:
        """A domain that leads to it under a path is named, and no more."""
        serve(client, api_id, key="v1")

        adoption = adopt(client, api_id)

        assert adoption.gateway.domain_name == ""
        assert adoption.notes == (f"{DOMAIN}/v1 leads to it too, which the row does not say",)

    def test_of_another_stage(self, client: Any, api_id: str) -> None:
        """A domain that leads to another stage is not the gateway's."""
        serve(client, api_id)
        client.create_stage(ApiId=api_id, StageName="other")

        gateway = adopt(client, api_id, stage_name="other").gateway

        assert (gateway.stage_name, gateway.domain_name) == ("other", "")


class TestNotes:
    def test_route_without_a_url(self, client: Any, api_id: str) -> None:
        """A route that leads to no URL stays as it is, and is named."""
        client.create_route(ApiId=api_id, RouteKey="lambda")

        adoption = adopt(client, api_id)

        assert adoption.notes == (
            "The lambda route leads to no URL that a row can hold, and stays as it is",
        )

    def test_url_that_is_not_allowed(self, client: Any, api_id: str, settings: Settings) -> None:
        """So is one that leads to a host which the settings do not allow."""
        made = client.create_integration(
            ApiId=api_id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="POST",
            IntegrationUri="https://evil.example/",
        )
        target = f"integrations/{made['IntegrationId']}"
        client.create_route(ApiId=api_id, RouteKey="evil", Target=target)
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "allowed_integration_hosts": ["127.0.0.1"]}

        assert "The evil route" in adopt(client, api_id).notes[0]

    def test_no_base(self, client: Any) -> None:
        """Without a base URL the next step is named."""
        assert adopt(client, bare_api(client)).notes == (
            "The $default route shows no base URL; set target_base_endpoint before a sync",
        )


class TestRefusing:
    def test_unknown(self, client: Any) -> None:
        """An API that is not there is named."""
        with pytest.raises(ValueError, match=r"^There is no API nosuch in this account and region"):
            adopt(client, "nosuch")

    def test_of_another_kind(self) -> None:
        """An HTTP API has no connections."""
        api = answer(apiId="a1", name="Shop", protocolType="HTTP")

        with (
            served(api) as (control, _, _),
            pytest.raises(ValueError, match=r"^Shop is no WebSocket API, but one of the kind HTTP"),
        ):
            ApiGateway.objects.import_api("a1", control=control)

    def test_known(self, client: Any, created: ApiGateway) -> None:
        """An API that has a row is not given another."""
        message = rf"^The gateway Chat \(primary key {created.pk}\) has this API already\.$"

        with pytest.raises(ValueError, match=message):
            adopt(client, created.api_id)

    def test_known_by_its_tag(self, client: Any, created: ApiGateway) -> None:
        """Nor is one that an interrupted run has created."""
        api_id = created.api_id
        ApiGateway.objects.update(api_id="")

        with pytest.raises(ValueError, match=r"has this API already\.$"):
            adopt(client, api_id)

    def test_several_stages(self, client: Any, api_id: str) -> None:
        """Of several stages one is to be chosen."""
        client.create_stage(ApiId=api_id, StageName="other")

        with pytest.raises(ValueError, match=r"several stages; choose one of: live, other\.$"):
            adopt(client, api_id)

    def test_unknown_stage(self, client: Any) -> None:
        """A stage that is not there is named, with those that are."""
        with pytest.raises(ValueError, match=r"^The API has no stage beta, but: none\.$"):
            adopt(client, bare_api(client), stage_name="beta")

    def test_what_no_row_can_hold(self, client: Any) -> None:
        """The field is named, and no row is left."""
        name = bare_api(client, Name="Chat (new)")

        with pytest.raises(ValidationError) as caught:
            adopt(client, name)

        assert list(caught.value.message_dict) == ["api_name"]
        assert not ApiGateway.objects.exists()
