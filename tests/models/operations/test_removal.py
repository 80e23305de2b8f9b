"""A gateway is taken out of AWS, wholly, however often its runs are interrupted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from django.utils import timezone

from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.aws.dns import HostedZones
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.exceptions import ProvisioningError
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession

from ...aws.route53 import OWN_ZONE, Route53
from ...provisioning.aws_state import cut
from .in_aws import CERTIFICATE, DOMAIN, client, created, emulator, unmapped

__all__ = ["client", "created", "emulator", "unmapped"]

pytestmark = pytest.mark.django_db

#: Calls of a run: the API, the domains, their mappings; the mapping, the domain and the API go.
CALLS = 6


@pytest.fixture(scope="module")
def dns() -> Iterator[Route53]:
    """Run a local Route 53."""
    with Route53() as dns:
        yield dns


@pytest.fixture
def gateway(unmapped: ApiGateway) -> ApiGateway:
    """Return a gateway with a custom domain, which is the only one in AWS."""
    unmapped.create_custom_domain()
    return unmapped


def stored(gateway: ApiGateway) -> ApiGateway:
    """Return what is on the row."""
    return ApiGateway.objects.get(pk=gateway.pk)


def in_aws(client: Any, gateway: ApiGateway) -> tuple[list[str], list[str]]:
    """Return the id of the API when AWS has it, and the names of the domains."""
    apis = [item["ApiId"] for item in client.get_apis(MaxResults="500")["Items"]]
    domains = [item["DomainName"] for item in client.get_domain_names()["Items"]]
    return [api for api in apis if api == gateway.api_id], domains


class TestDeleting:
    def test_everything(self, gateway: ApiGateway, client: Any) -> None:
        """AWS has neither the API nor the domain, and the row says so."""
        before = stored(gateway)

        gateway.delete_api()

        row = stored(gateway)
        assert in_aws(client, before) == ([], [])
        assert (row.api_id, row.deployment_id, row.api_created) == ("", "", False)
        assert (row.provisioning_status, row.claimed_at, row.last_error) == ("pending", None, "")
        assert row.additional_routes.get().deployed is False

    def test_address(self, gateway: ApiGateway) -> None:
        """Without its mapping the API is reached at its own address, until it goes."""
        control = gateway.control_plane()
        ApiGateway.objects.update(api_endpoint="wss://a1.execute-api.eu-west-1.amazonaws.com")
        before = stored(gateway)

        next(before.deletion_steps(before.plan_deletion(control=control), control=control))

        assert before.connection_url.endswith(".amazonaws.com/live")
        assert stored(gateway).connection_url == before.connection_url

    def test_keeps_a_domain_of_others(self, unmapped: ApiGateway, client: Any) -> None:
        """A domain that was there before stays, and maps to nothing."""
        client.create_domain_name(
            DomainName=DOMAIN, DomainNameConfigurations=[{"CertificateArn": CERTIFICATE}]
        )
        unmapped.create_custom_domain()
        before = stored(unmapped)

        plan = unmapped.plan_deletion()
        deque(unmapped.deletion_steps(plan), maxlen=0)

        assert plan.left == (f"The domain {DOMAIN} stays, because it was not created here",)
        assert in_aws(client, before) == ([], [DOMAIN])

    def test_keeps_the_domain(self, gateway: ApiGateway, client: Any) -> None:
        """When asked, the domain stays and maps to nothing."""
        gateway.delete_api(keep_domain=True)

        assert in_aws(client, gateway) == ([], [DOMAIN])
        assert client.get_api_mappings(DomainName=DOMAIN)["Items"] == []

    def test_dns_records(self, gateway: ApiGateway, client: Any, dns: Route53) -> None:
        """The records that were made for the domain go with it."""
        control = ControlPlane(client, zones=HostedZones(dns.client()))
        gateway.hosted_zone_id = OWN_ZONE
        gateway.save()
        deque(gateway.sync_steps(control=control), maxlen=0)
        before = len(dns.leads())

        gateway.delete_api(control=control)

        assert (before, dns.leads()) == (2, [])

    def test_tags_of_4_1(self, gateway: ApiGateway, client: Any) -> None:
        """Tags that AWS would not take keep nothing from being deleted."""
        ApiGateway.objects.update(tags=["a"], creation_id="")
        before = stored(gateway)

        before.delete_api()

        assert in_aws(client, gateway) == ([], [])

    def test_ends_sessions(self, gateway: ApiGateway) -> None:
        """The connections of the API have ended with it, those of others have not."""
        WebSocketSession.objects.create(connection_id="a", api_gateway=gateway)
        WebSocketSession.objects.create(connection_id="b")

        gateway.delete_api()

        assert list(WebSocketSession.objects.live().values_list("connection_id", flat=True)) == [
            "b"
        ]

    def test_creates_again(self, gateway: ApiGateway, client: Any) -> None:
        """What is saved is enough to make it once more."""
        gateway.delete_api()

        gateway.create_gateway(control=ControlPlane(client))

        assert stored(gateway).is_deployed
        assert len(client.get_routes(ApiId=gateway.api_id)["Items"]) == 4

    def test_half_created(self, created: ApiGateway, client: Any) -> None:
        """An API whose id was lost is found by its tag."""
        api_id = created.api_id
        ApiGateway.objects.update(api_id="", api_created=False, provisioning_status="pending")
        gateway = stored(created)

        gateway.delete_api(control=ControlPlane(client))

        assert api_id not in [item["ApiId"] for item in client.get_apis()["Items"]]
        assert stored(gateway).creation_id == ""

    def test_gone_already(self, created: ApiGateway, client: Any) -> None:
        """An API that somebody else has deleted is forgotten."""
        client.delete_api(ApiId=created.api_id)

        created.delete_api()

        assert stored(created).needs_api_creation


class TestRefusing:
    def test_no_api(self) -> None:
        """A gateway without an API has nothing to delete."""
        gateway = ApiGateway.objects.create(api_name="New")

        with pytest.raises(ValueError, match=r"^New has no API in AWS\.$"):
            gateway.delete_api()

    def test_another_run(self, gateway: ApiGateway, client: Any) -> None:
        """Nothing is deleted while another run is at it."""
        ApiGateway.objects.update(claimed_at=timezone.now())

        with pytest.raises(ValueError, match=r"already being created\.$"):
            gateway.delete_api()

        assert in_aws(client, gateway) == ([gateway.api_id], [DOMAIN])


class TestFailing:
    @pytest.mark.parametrize("number", range(1, CALLS + 1))
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_each_call(
        self, gateway: ApiGateway, emulator: EmulatorThread, client: Any, number: int, after: bool
    ) -> None:
        """Whichever call fails, the next run takes the rest away."""
        before = stored(gateway)
        control = ControlPlane(client)
        with (
            emulator.faults.failing(cut(number, after=after)),
            suppress(ConnectionClosedError, ProvisioningError),
        ):
            gateway.delete_api(control=control)

        assert stored(gateway).api_id == before.api_id
        stored(gateway).delete_api(control=control)

        assert in_aws(client, before) == ([], [])
        assert (stored(gateway).api_id, stored(gateway).last_error) == ("", "")
