"""A whole gateway, from its API to the DNS record of its domain, is made once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from django_aws_api_gateway_websockets.aws.control import ControlPlane
from django_aws_api_gateway_websockets.aws.dns import HostedZones
from django_aws_api_gateway_websockets.models import ApiGateway

from ...aws.route53 import OWN_ZONE, Route53
from ...provisioning.aws_state import Failure, State, failing
from . import test_creation
from .test_creation import client, emulator, gateway, secret, state, stored

__all__ = ["client", "emulator", "gateway", "secret"]

pytestmark = pytest.mark.django_db

DOMAIN = "ws.example.com"
#: Calls of a run: three that look at the domain and its name, ten that create the API, four that
#: read what came of it, and three for the domain.
CALLS = 20


@pytest.fixture(scope="module")
def dns() -> Iterator[Route53]:
    """Run a local Route 53."""
    with Route53() as dns:
        yield dns


@pytest.fixture
def control(client: Any, dns: Route53) -> ControlPlane:
    """Return a control plane with DNS, in which there is nothing yet."""
    dns.reset()
    for domain in client.get_domain_names()["Items"]:
        client.delete_domain_name(DomainName=domain["DomainName"])
    for api in client.get_apis()["Items"]:
        client.delete_api(ApiId=api["ApiId"])
    return ControlPlane(client, zones=HostedZones(dns.client()))


@pytest.fixture
def whole(gateway: ApiGateway) -> ApiGateway:
    """Return a gateway that does not exist in AWS, and wants a domain with DNS."""
    gateway.additional_routes.all().delete()
    gateway.domain_name, gateway.hosted_zone_id = DOMAIN, OWN_ZONE
    gateway.certificate_arn = "arn:aws:acm:local:0:certificate/1"
    gateway.save()
    return gateway


def provision(gateway: ApiGateway, control: ControlPlane) -> None:
    """Do what is left to do, as the admin does."""
    row = stored(gateway)
    if row.needs_api_creation:
        deque(row.creation_steps(control=control, domain=True), maxlen=0)
    else:
        deque(row.sync_steps(control=control), maxlen=0)


def complete(gateway: ApiGateway) -> list[State]:
    """Return what AWS has of the API when everything is well."""
    (whole,) = test_creation.complete(gateway)
    routes = {key: route for key, route in whole.routes.items() if key != "say"}
    return [replace(whole, integrations=3, routes=routes)]


def assert_complete(gateway: ApiGateway, client: Any, dns: Route53) -> None:
    """AWS has everything once, and the row says so."""
    row = stored(gateway)
    (domain,) = client.get_domain_names()["Items"]
    (mapping,) = client.get_api_mappings(DomainName=DOMAIN)["Items"]
    target = domain["DomainNameConfigurations"][0]["ApiGatewayDomainName"]
    assert state(client, row) == complete(row)
    assert len(client.get_apis()["Items"]) == 1
    assert (mapping["ApiId"], mapping["Stage"]) == (row.api_id, "live")
    assert dns.leads() == [(f"{DOMAIN}.", "A", target), (f"{DOMAIN}.", "AAAA", target)]
    assert (row.api_gateway_domain_name, row.api_mapping_id) == (target, mapping["ApiMappingId"])
    assert (row.provisioning_status, row.custom_domain_created) == ("mapped", True)
    assert (row.headers_mapped, row.claimed_at, row.last_error) == (True, None, "")


class TestEverything:
    def test_steps(self, whole: ApiGateway, control: ControlPlane, client: Any) -> None:
        """One plan has all of it, and the row knows each step before the next."""
        steps = [
            (step.sentence, stored(whole).provisioning_status)
            for step in whole.creation_steps(control=control, domain=True)
        ]

        assert steps[-4:] == [
            ("Deployed the stage", "deployed"),
            (f"Created the domain {DOMAIN}", "domain_created"),
            (f"Mapped {DOMAIN} to the stage", "domain_created"),
            (f"Pointed the DNS record of {DOMAIN} to API Gateway", "mapped"),
        ]

    @pytest.mark.parametrize("number", range(1, CALLS + 1))
    @pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
    def test_each_call(
        self,
        whole: ApiGateway,
        control: ControlPlane,
        client: Any,
        dns: Route53,
        number: int,
        after: bool,
    ) -> None:
        """Whichever call fails, sent or not: no orphan and no duplicate is left."""
        failure = Failure(number=number, after=after)
        with failing(client, failure, dns.client()), pytest.raises(ConnectionClosedError):
            provision(whole, control)

        assert stored(whole).last_error == "ConnectionClosedError"
        provision(whole, control)

        assert_complete(whole, client, dns)

    def test_no_more_calls(
        self, whole: ApiGateway, control: ControlPlane, client: Any, dns: Route53
    ) -> None:
        """The failures above are all there can be."""
        with failing(client, Failure(number=CALLS + 1, after=False), dns.client()):
            provision(whole, control)

        assert_complete(whole, client, dns)
