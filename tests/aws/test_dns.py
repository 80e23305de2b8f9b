"""Records of a domain are found, made and deleted, and nobody else's are touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client
from django_aws_api_gateway_websockets.aws.dns import HostedZones, get_hosted_zones
from django_aws_api_gateway_websockets.aws.records import ALIAS_KINDS, DnsRecord
from django_aws_api_gateway_websockets.exceptions import ProvisioningError

from .peer import Answer, Peer
from .route53 import OWN_ZONE, Route53, alias_record, record

NAME = "ws.example.com"
TARGET = "d-1.execute-api.test"
OURS = tuple(DnsRecord(kind=kind, alias=TARGET) for kind in ALIAS_KINDS)


@pytest.fixture
def dns() -> Iterator[Route53]:
    """Run a local Route 53 with names before and after ours."""
    others = (record(f"{name}.example.com.", "A", "192.0.2.1") for name in ("a", "x"))
    with Route53(*others, record(f"{NAME}.", "TXT", '"text"')) as dns:
        yield dns


@pytest.fixture
def zones(dns: Route53) -> HostedZones:
    """Return its hosted zones."""
    return HostedZones(dns.client())


def make(zones: HostedZones, *kinds: str, target: str = TARGET) -> None:
    """Make records of our name."""
    zones.create_aliases(OWN_ZONE, NAME, kinds, target=target, target_zone_id="Z0AWS")


class TestReading:
    @pytest.mark.parametrize("zone_id", [OWN_ZONE, f"/hostedzone/{OWN_ZONE}"])
    def test_zone(self, zones: HostedZones, zone_id: str) -> None:
        """A zone is known under both forms of its id."""
        assert (zones.get_zone(zone_id).zone_id, zones.get_zone(zone_id).name) == (
            OWN_ZONE,
            "example.com",
        )

    def test_no_zone(self, zones: HostedZones) -> None:
        """A zone that is not there is an error with Route 53's code."""
        with pytest.raises(ProvisioningError, match=r"^GetHostedZone failed: NoSuchHostedZone$"):
            zones.get_zone("Z0OTHER")

    @pytest.mark.parametrize("page_size", [1, 100])
    def test_one_name(self, dns: Route53, zones: HostedZones, page_size: int) -> None:
        """The records of the name are found, of however many pages, and no other."""
        dns.page_size = page_size
        make(zones, *ALIAS_KINDS)

        found = zones.find_records(OWN_ZONE, NAME)

        assert found == (*OURS, DnsRecord(kind="TXT", values=('"text"',)))

    def test_routed(self) -> None:
        """Several of one kind are read across pages as well."""
        both = (alias_record(f"{NAME}.", "A", TARGET, identifier=name) for name in ("eu", "us"))
        with Route53(*both, page_size=1) as dns:
            found = HostedZones(dns.client()).find_records(OWN_ZONE, NAME)

        assert found == (DnsRecord(kind="A", alias=TARGET, is_routed=True),) * 2

    def test_throttled(self) -> None:
        """A call that was too fast is repeated."""
        error = b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"
        waited: list[float] = []
        with Peer(Answer(status=400, body=error)) as peer:
            config = client_config(max_retries=0)
            client = get_client("route53", endpoint_url=peer.url, config=config)
            zones = HostedZones(client, sleep=waited.append)
            with pytest.raises(ProvisioningError, match="Throttling"):
                zones.get_zone(OWN_ZONE)

        assert waited == [1.0, 2.0, 5.0, 5.0]


class TestMaking:
    def test_both(self, dns: Route53, zones: HostedZones) -> None:
        """Both are made in one batch, as aliases of API Gateway's name."""
        make(zones, *ALIAS_KINDS)

        assert dns.leads()[1:3] == [(f"{NAME}.", "A", TARGET), (f"{NAME}.", "AAAA", TARGET)]
        assert len(dns.calls) == 1

    def test_taken(self, dns: Route53, zones: HostedZones) -> None:
        """A record that is there is not replaced, and then neither is made."""
        make(zones, "AAAA", target="other.test")
        before = dns.leads()

        with pytest.raises(ProvisioningError, match="InvalidChangeBatch"):
            make(zones, *ALIAS_KINDS)

        assert dns.leads() == before


class TestDeleting:
    def test_ours(self, dns: Route53, zones: HostedZones) -> None:
        """Both go, and nothing else does."""
        before = dns.leads()
        make(zones, *ALIAS_KINDS)

        assert zones.delete_aliases(OWN_ZONE, NAME, target=TARGET) == OURS
        assert dns.leads() == before

    def test_of_others(self, dns: Route53, zones: HostedZones) -> None:
        """What points elsewhere by now is left alone."""
        make(zones, "A", target="other.test")
        before = dns.leads()

        assert zones.delete_aliases(OWN_ZONE, NAME, target=TARGET) == ()
        assert dns.leads() == before


class TestClient:
    @pytest.mark.parametrize(
        ("region", "host"),
        [
            ("eu-west-1", "https://route53.amazonaws.com"),
            ("cn-north-1", "https://route53.amazonaws.com.cn"),
        ],
    )
    def test_partition(self, settings: Settings, region: str, host: str) -> None:
        """Each partition has one Route 53, which its regions share."""
        settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "key", "secret"

        zones = get_hosted_zones(region)

        assert zones._client.meta.endpoint_url == host
