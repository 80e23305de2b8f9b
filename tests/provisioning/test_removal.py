"""What is taken out of AWS, in which order, and what is left there."""

from __future__ import annotations

from django_aws_api_gateway_websockets.aws.records import DnsRecord
from django_aws_api_gateway_websockets.aws.resources import (
    Api,
    ApiMapping,
    DomainName,
    MappedDomain,
)
from django_aws_api_gateway_websockets.provisioning.removal import Removal, plan_removal
from django_aws_api_gateway_websockets.provisioning.state import DesiredDomain

API = Api(api_id="a1", endpoint="wss://a1", name="Chat")
NAME = "ws.example.com"
OWN = DesiredDomain(name=NAME, certificate_arn="arn:1", zone_id="Z1")
TARGET = "d-1.execute-api.test"


def domain(*api_ids: str, name: str = NAME) -> MappedDomain:
    """Return a custom domain that maps to APIs."""
    mappings = (ApiMapping(mapping_id=f"m-{i}", api_id=i, stage_name="live") for i in api_ids)
    return MappedDomain(domain=DomainName(name=name, target=TARGET), mappings=tuple(mappings))


def steps(removal: Removal) -> list[tuple[str, str, str]]:
    """Return name, subject and id of each step."""
    return [(step.name, step.subject, step.found_id) for step in removal.steps]


class TestPlanning:
    def test_own_domain(self) -> None:
        """The mapping goes first, because AWS keeps an API that is mapped."""
        removal = plan_removal(API, [domain("a1")], own=OWN)

        assert steps(removal) == [
            ("mapping", NAME, "m-a1"),
            ("domain", NAME, NAME),
            ("api", "Chat", "a1"),
        ]
        assert removal.left == ()

    def test_sentences(self) -> None:
        """Each step is told before and after it is done."""
        removal = plan_removal(API, [domain("a1")], own=OWN)

        assert [(step.sentence, step.outcome) for step in removal.steps] == [
            (f"Map {NAME} to the API no more", f"Mapped {NAME} to the API no more"),
            (f"Delete the domain {NAME}", f"Deleted the domain {NAME}"),
            (
                "Delete the API Chat, which ends its connections",
                "Deleted the API Chat, which ended its connections",
            ),
        ]

    def test_domain_of_others(self) -> None:
        """One that was not created for the gateway stays, without its mapping."""
        removal = plan_removal(API, [domain("a1")])

        assert steps(removal) == [("mapping", NAME, "m-a1"), ("api", "Chat", "a1")]
        assert removal.left == (f"The domain {NAME} stays",)

    def test_dns_records(self) -> None:
        """Those that lead to the domain go before it."""
        records = [DnsRecord(kind="A", alias=TARGET), DnsRecord(kind="TXT", values=("x",))]

        removal = plan_removal(API, [domain("a1")], own=OWN, records=records)

        assert [step.name for step in removal.steps] == ["mapping", "alias", "domain", "api"]
        assert removal.steps[1].sentence == f"Delete the DNS record of {NAME}"
        assert (removal.zone_id, removal.target) == ("Z1", TARGET)

    def test_dns_records_of_others(self) -> None:
        """Those that lead elsewhere stay."""
        records = [DnsRecord(kind="A", alias="d-2.execute-api.test")]

        removal = plan_removal(API, [domain("a1")], own=OWN, records=records)

        assert [step.name for step in removal.steps] == ["mapping", "domain", "api"]

    def test_shared_domain(self) -> None:
        """One that maps to another API too stays, with that mapping."""
        removal = plan_removal(API, [domain("a1", "b2")], own=OWN)

        assert steps(removal) == [("mapping", NAME, "m-a1"), ("api", "Chat", "a1")]
        assert removal.left == (f"The domain {NAME} stays, because it maps to something else too",)

    def test_api_is_gone(self) -> None:
        """The domain goes without it."""
        removal = plan_removal(None, [domain()], own=OWN)

        assert steps(removal) == [("domain", NAME, NAME)]

    def test_nothing(self) -> None:
        """What AWS does not have is not taken away."""
        assert plan_removal(None, [], own=OWN) == Removal()
