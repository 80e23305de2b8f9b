"""The plan of a custom domain makes what is missing, and takes nothing from anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from django_aws_api_gateway_websockets.aws.records import DnsRecord, HostedZone
from django_aws_api_gateway_websockets.aws.resources import Api, ApiMapping, DomainName
from django_aws_api_gateway_websockets.provisioning.domains import domain_steps
from django_aws_api_gateway_websockets.provisioning.plan import plan
from django_aws_api_gateway_websockets.provisioning.state import (
    ActualDomain,
    ActualGateway,
    DesiredDomain,
    DesiredGateway,
)
from django_aws_api_gateway_websockets.provisioning.steps import Action, Step

NAME = "ws.example.com"
TARGET = "d-1.execute-api.test"
ZONE = HostedZone(zone_id="Z1", name="example.com")
ALIASES = tuple(DnsRecord(kind=kind, alias=TARGET) for kind in ("A", "AAAA"))
CNAME = DnsRecord(kind="CNAME", values=(f"{TARGET}.",))
TEXT = DnsRecord(kind="TXT", values=('"v"',))
NOTHING = ActualDomain(zone=ZONE)


def wanted(**changes: Any) -> DesiredGateway:
    """Return a gateway that wants a domain with DNS."""
    values = {"name": NAME, "certificate_arn": "arn:1", "zone_id": "Z1", **changes}
    return DesiredGateway(
        name="shop",
        creation_id="c1",
        target_base="https://shop.example.com/ws/",
        domain=DesiredDomain(**values),
    )


def present(**changes: Any) -> ActualDomain:
    """Return everything of ``wanted()``, as AWS has it after a complete run."""
    values: dict[str, Any] = {
        "found": DomainName(name=NAME, target=TARGET, certificate_arn="arn:1"),
        "root": ApiMapping(mapping_id="m1", api_id="a1", stage_name="production"),
        "zone": ZONE,
        "records": (*ALIASES, TEXT),
    }
    return ActualDomain(**{**values, **changes})


def steps(desired: DesiredGateway, domain: ActualDomain) -> tuple[Step, ...]:
    """Return the steps of a domain whose API exists."""
    api = Api(api_id="a1", endpoint="wss://a1", name="shop")
    return domain_steps(desired, ActualGateway(api=api, domain=domain))


def shown(desired: DesiredGateway, domain: ActualDomain) -> list[tuple[str, str, str]]:
    """Return name, action and sentence of each step."""
    return [(step.name, str(step.action), step.sentence) for step in steps(desired, domain)]


class TestMaking:
    def test_everything(self) -> None:
        """Domain, mapping and DNS record are made, in this order."""
        assert shown(wanted(), NOTHING) == [
            ("domain", "create", f"Create the domain {NAME}"),
            ("mapping", "create", f"Map {NAME} to the stage"),
            ("alias", "create", f"Point the DNS record of {NAME} to API Gateway"),
        ]

    def test_nothing(self) -> None:
        """What is as it should be is skipped."""
        assert shown(wanted(), present()) == [
            ("domain", "none", f"Found the domain {NAME}"),
            ("mapping", "none", f"Found {NAME} mapped to the stage"),
            ("alias", "none", f"Found that the DNS record of {NAME} points to API Gateway"),
        ]

    def test_without_zone(self) -> None:
        """DNS of somebody else is not looked at."""
        assert [step.name for step in steps(wanted(zone_id=""), ActualDomain())] == [
            "domain",
            "mapping",
        ]

    def test_without_domain(self) -> None:
        """A gateway that wants no domain has no such steps."""
        assert steps(replace(wanted(), domain=None), NOTHING) == ()

    def test_after_the_deployment(self) -> None:
        """They are the end of the whole plan, and call for no deployment."""
        found = plan(wanted(), ActualGateway(domain=NOTHING))

        assert [step.name for step in found[-4:]] == ["deployment", "domain", "mapping", "alias"]

    def test_ids(self) -> None:
        """What was found is known by its id."""
        found = [step.found_id for step in steps(wanted(), present())]

        assert found == [NAME, "m1", "A, AAAA"]


class TestChanging:
    def test_certificate(self) -> None:
        """A domain with another certificate gets the one that is wanted."""
        step = steps(wanted(certificate_arn="arn:2"), present())[0]

        assert (step.action, step.sentence) == (
            Action.UPDATE,
            f"Change the certificate of {NAME}",
        )
        assert step.outcome == f"Changed the certificate of {NAME}"
        assert (step.changes[0].before, step.changes[0].after) == ("arn:1", "arn:2")

    def test_missing_record(self) -> None:
        """One that is missing of the two is added."""
        step = steps(wanted(), present(records=ALIASES[:1]))[2]

        assert (step.action, step.sentence) == (
            Action.UPDATE,
            f"Add the AAAA record of {NAME}",
        )
        assert step.outcome == f"Added the AAAA record of {NAME}"

    def test_cname(self) -> None:
        """A CNAME that somebody has made does as well."""
        assert steps(wanted(), present(records=(CNAME,)))[2].action is Action.NONE


class TestLocalGateway:
    def test_says_so(self) -> None:
        """The DNS record is left alone, before and after."""
        step = steps(wanted(), present(zone=None, records=()))[2]

        assert step.action is Action.NONE
        assert step.sentence == f"Left the DNS record of {NAME} alone: the gateway is local"
        assert step.outcome == step.sentence


class TestOfOthers:
    """What belongs to somebody else is named, before anything is planned."""

    @pytest.mark.parametrize(
        ("api_id", "stage_name"), [("a2", "production"), ("a1", "other"), ("a2", "other")]
    )
    def test_mapping(self, api_id: str, stage_name: str) -> None:
        """A domain that serves another API, or another stage."""
        root = ApiMapping(mapping_id="m1", api_id=api_id, stage_name=stage_name)

        with pytest.raises(ValueError, match="already") as caught:
            steps(wanted(), present(root=root))

        assert str(caught.value) == (
            f"{NAME} is mapped to the stage {stage_name} of the API {api_id} already; "
            "remove that mapping first."
        )

    def test_mapping_without_api(self) -> None:
        """A gateway that is not created cannot have a mapping."""
        with pytest.raises(ValueError, match="of the API a1 already"):
            plan(wanted(), ActualGateway(domain=present()))

    @pytest.mark.parametrize(
        ("records", "text"),
        [
            ((DnsRecord(kind="A", values=("192.0.2.1",)),), "an A record to 192.0.2.1"),
            ((DnsRecord(kind="A", alias="b.test"), ALIASES[1]), "an A record to b.test"),
            (
                (DnsRecord(kind="A", alias=TARGET, is_routed=True),),
                f"an A record of a routing policy to {TARGET}",
            ),
            ((DnsRecord(kind="CNAME", values=("b.test",)), TEXT), "a CNAME record to b.test"),
            ((DnsRecord(kind="NS", values=("ns.test",)),), "an NS record to ns.test"),
            (
                tuple(DnsRecord(kind=kind, values=("x",)) for kind in ("A", "AAAA")),
                "an A record to x and an AAAA record to x",
            ),
        ],
    )
    @pytest.mark.parametrize("found", [present().found, None], ids=["domain", "no-domain"])
    def test_record(
        self, found: DomainName | None, records: tuple[DnsRecord, ...], text: str
    ) -> None:
        """A name that leads elsewhere."""
        with pytest.raises(ValueError, match=f"has {text}") as caught:
            steps(wanted(), present(found=found, root=None, records=records))

        assert str(caught.value).endswith(
            "in the hosted zone Z1 already; remove that first, or leave hosted_zone_id empty."
        )

    def test_name_servers_of_the_zone(self) -> None:
        """The zone's own name has NS records, which are its own."""
        servers = DnsRecord(kind="NS", values=("ns.test",))
        zone = HostedZone(zone_id="Z1", name=NAME)

        found = steps(wanted(), present(zone=zone, records=(*ALIASES, servers)))

        assert found[2].action is Action.NONE

    def test_zone(self) -> None:
        """A zone of another name."""
        zone = HostedZone(zone_id="Z1", name="example.org")

        with pytest.raises(ValueError, match="not in") as caught:
            steps(wanted(), present(zone=zone))

        assert str(caught.value) == (
            f"{NAME} is not in the hosted zone Z1, which is that of example.org."
        )
