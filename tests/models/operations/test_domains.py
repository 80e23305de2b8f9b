"""A gateway gets its custom domain once, however often and wherever its runs are interrupted."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from django.utils import timezone

from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway

from ...provisioning.aws_state import cut
from .in_aws import DOMAIN, client, created, emulator, unmapped

__all__ = ["client", "created", "emulator", "unmapped"]

pytestmark = pytest.mark.django_db

#: Calls of a run: look for the API and the domain, create the domain and the mapping.
CALLS = 4


@pytest.fixture
def gateway(unmapped: ApiGateway) -> ApiGateway:
    """Return a gateway that is ready for its custom domain, which AWS does not have."""
    return unmapped


def stored(gateway: ApiGateway) -> ApiGateway:
    """Return what is on the row."""
    return ApiGateway.objects.get(pk=gateway.pk)


def assert_mapped(gateway: ApiGateway, client: Any) -> None:
    """The row and AWS agree on one domain and one mapping."""
    row = stored(gateway)
    domain = client.get_domain_name(DomainName=DOMAIN)
    (mapping,) = client.get_api_mappings(DomainName=DOMAIN)["Items"]
    target = domain["DomainNameConfigurations"][0]["ApiGatewayDomainName"]
    assert (mapping["ApiId"], mapping["Stage"]) == (row.api_id, "live")
    assert (row.api_gateway_domain_name, row.api_mapping_id) == (target, mapping["ApiMappingId"])
    assert (row.provisioning_status, row.custom_domain_created) == ("mapped", True)
    assert (row.claimed_at, row.last_error) == (None, "")


class TestCreating:
    def test_everything(self, gateway: ApiGateway, client: Any) -> None:
        """AWS has the domain and its mapping, and the row says so."""
        gateway.create_custom_domain()

        assert_mapped(gateway, client)
        assert client.get_domain_name(DomainName=DOMAIN)["Tags"] == {
            "django-aws-api-gateway-websockets:creation-id": gateway.creation_id
        }

    def test_steps(self, gateway: ApiGateway) -> None:
        """Each step is told once it is on the row."""
        steps = gateway.domain_steps()

        first = next(steps)
        status = stored(gateway).provisioning_status
        second = next(steps)

        assert (first.name, first.sentence) == ("domain", f"Created the domain {DOMAIN}")
        assert status == "domain_created"
        assert (second.name, second.sentence) == ("mapping", f"Mapped {DOMAIN} to the stage")

    def test_again(self, gateway: ApiGateway, client: Any) -> None:
        """A mapped domain is left alone."""
        gateway.create_custom_domain()
        client.delete_domain_name(DomainName=DOMAIN)

        stored(gateway).create_custom_domain()

        assert client.get_domain_names()["Items"] == []

    def test_api_that_is_gone(self, gateway: ApiGateway, client: Any) -> None:
        """Without its API no domain is created."""
        client.delete_api(ApiId=gateway.api_id)

        with pytest.raises(ClientError, match="NotFound"):
            gateway.create_custom_domain()

        assert client.get_domain_names()["Items"] == []
        assert stored(gateway).last_error == "ClientError: NotFoundException"

    def test_local_dns(self, gateway: ApiGateway) -> None:
        """The DNS record of a gateway on this machine is left alone, and that is told."""
        ApiGateway.objects.update(hosted_zone_id="Z1")

        steps = [step.sentence for step in stored(gateway).domain_steps()]

        assert steps[-1] == f"Left the DNS record of {DOMAIN} alone: the gateway is local"
        assert stored(gateway).provisioning_status == "mapped"

    def test_of_4_1(self, gateway: ApiGateway, client: Any) -> None:
        """A gateway that was created without a creation id stays without."""
        ApiGateway.objects.update(creation_id="", provisioning_status="pending")

        stored(gateway).create_custom_domain()

        assert_mapped(gateway, client)
        assert stored(gateway).creation_id == ""


class TestRefusing:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (
                {"provisioning_status": "routes_created"},
                r"^The API needs to be created before calling this method$",
            ),
            ({"certificate_arn": ""}, r"^A Certificate ARN is required$"),
            ({"domain_name": ""}, r"^domain_name must be set before"),
            ({"tags": {"a": 1}}, r"^tags must be an object of texts"),
        ],
    )
    def test_what_is_missing(
        self, gateway: ApiGateway, changes: dict[str, Any], message: str
    ) -> None:
        """It is named, and AWS is not asked."""
        ApiGateway.objects.update(**changes)

        with pytest.raises(ValueError, match=message):
            stored(gateway).create_custom_domain()

    def test_another_run(self, gateway: ApiGateway) -> None:
        """Two runs at once do not meet in AWS."""
        ApiGateway.objects.update(claimed_at=timezone.now())

        with pytest.raises(ValueError, match=r"already being created\.$"):
            gateway.create_custom_domain()

    def test_domain_of_another_api(self, gateway: ApiGateway, client: Any) -> None:
        """A domain that serves another API is not taken from it."""
        client.create_domain_name(
            DomainName=DOMAIN,
            DomainNameConfigurations=[{"CertificateArn": gateway.certificate_arn}],
        )
        client.create_stage(ApiId=gateway.api_id, StageName="other")
        client.create_api_mapping(ApiId=gateway.api_id, DomainName=DOMAIN, Stage="other")

        with pytest.raises(ValueError, match=r"to the stage other of the API "):
            gateway.create_custom_domain()

        row = stored(gateway)
        assert (row.claimed_at, row.provisioning_status) == (None, "deployed")
        assert row.last_error.startswith(f"{DOMAIN} is mapped to the stage other of the API ")
        assert row.api_gateway_domain_name == ""


class TestStaleInstances:
    """What another run has achieved meanwhile stays."""

    @pytest.fixture
    def stale(self, gateway: ApiGateway) -> ApiGateway:
        """Return a gateway as it was before its domain was mapped."""
        before = stored(gateway)
        gateway.create_custom_domain()
        return before

    def test_domain(self, stale: ApiGateway, client: Any) -> None:
        """A domain that is mapped by now is not begun again."""
        statuses = [stored(stale).provisioning_status for step in stale.domain_steps()]

        assert statuses == ["mapped", "mapped"]
        assert_mapped(stale, client)

    def test_creation(self, stale: ApiGateway, client: Any) -> None:
        """Nor is a gateway that is complete."""
        deque(stale.creation_steps(control=ControlPlane(client)), maxlen=0)

        assert_mapped(stale, client)
        assert stored(stale).connection_url == stale.connection_url

    def test_forgotten(self, stale: ApiGateway) -> None:
        """A gateway that has no API by now cannot have a domain."""
        stored(stale).forget_api()

        with pytest.raises(ValueError, match=r"^The API needs to be created"):
            stale.create_custom_domain()

        assert stored(stale).provisioning_status == "pending"


class TestFailing:
    @pytest.mark.parametrize("number", range(1, CALLS + 1))
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_each_call(
        self, gateway: ApiGateway, emulator: EmulatorThread, client: Any, number: int, after: bool
    ) -> None:
        """Whichever call fails, the row says so, and the next run finishes without a double."""
        control = ControlPlane(client)
        with emulator.faults.failing(cut(number, after=after)), suppress(ConnectionClosedError):
            gateway.create_custom_domain(control=control)

        assert stored(gateway).last_error == "ConnectionClosedError"
        stored(gateway).create_custom_domain()

        assert_mapped(gateway, client)
