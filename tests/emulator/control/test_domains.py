"""Custom domain names and API mappings, through boto3."""

from __future__ import annotations

from typing import Any

import pytest

from ..errors import error_of, outcome
from ..support import World

CERTIFICATE = "arn:aws:acm:local:0:certificate/x"
CONFIGURATION = {"CertificateArn": CERTIFICATE, "EndpointType": "REGIONAL"}


def create(world: World, name: str = "ws.example.test", **params: Any) -> Any:
    """Create a custom domain name."""
    defaults = {"DomainNameConfigurations": [CONFIGURATION]}
    return outcome(world.control.create_domain_name, DomainName=name, **{**defaults, **params})


class TestDomainNames:
    """The life of a custom domain name."""

    def test_create(self, empty_world: World) -> None:
        """The answer has the DNS target and the hosted zone."""
        answer = create(empty_world, "WS.example.test", Tags={"a": "b"})

        target = answer["DomainNameConfigurations"][0].pop("ApiGatewayDomainName")
        assert target.startswith("d-")
        assert answer == {
            "ApiMappingSelectionExpression": "$request.basepath",
            "DomainName": "ws.example.test",
            "DomainNameArn": "arn:aws:apigateway:local::/domainnames/ws.example.test",
            "DomainNameConfigurations": [
                {
                    "CertificateArn": CERTIFICATE,
                    "DomainNameStatus": "AVAILABLE",
                    "EndpointType": "REGIONAL",
                    "HostedZoneId": "Z0000LOCALGATEWAY",
                    "IpAddressType": "ipv4",
                    "SecurityPolicy": "TLS_1_2",
                }
            ],
            "RoutingMode": "API_MAPPING_ONLY",
            "Tags": {"a": "b"},
        }

    def test_read(self, empty_world: World) -> None:
        """One and all are found."""
        created = create(empty_world)

        one = outcome(empty_world.control.get_domain_name, DomainName="ws.example.test")

        assert one == created
        assert outcome(empty_world.control.get_domain_names) == {"Items": [created]}

    def test_update_keeps_the_dns_target(self, empty_world: World) -> None:
        """Certificate and routing mode can change."""
        before = create(empty_world)["DomainNameConfigurations"][0]
        control = empty_world.control

        control.update_domain_name(DomainName="ws.example.test", RoutingMode="ROUTING_RULE_ONLY")
        answer = control.update_domain_name(
            DomainName="ws.example.test",
            DomainNameConfigurations=[{"CertificateArn": "arn:new", "SecurityPolicy": "TLS_1_2"}],
        )

        assert answer["RoutingMode"] == "ROUTING_RULE_ONLY"
        assert answer["DomainNameConfigurations"] == [{**before, "CertificateArn": "arn:new"}]

    def test_delete(self, world: World) -> None:
        """It goes with its mappings."""
        world.map_domain()

        world.control.delete_domain_name(DomainName="ws.example.test")

        assert error_of(world.control.get_domain_name, DomainName="ws.example.test") == (
            404,
            "NotFoundException",
            "Invalid domain name identifier specified ws.example.test",
        )

    def test_name_that_exists(self, empty_world: World) -> None:
        """Whatever its case."""
        create(empty_world)

        assert error_of(
            empty_world.control.create_domain_name,
            DomainName="WS.EXAMPLE.TEST",
            DomainNameConfigurations=[CONFIGURATION],
        ) == (409, "ConflictException", "The domain name you provided already exists.")

    @pytest.mark.parametrize(
        ("configurations", "message"),
        [
            ([], "Invalid input. Expected one domain name configuration"),
            ([{"EndpointType": "REGIONAL"}], "A certificate is required"),
            (
                [{"CertificateArn": CERTIFICATE, "EndpointType": "EDGE"}],
                "WebSocket APIs need an endpoint type of REGIONAL",
            ),
        ],
    )
    def test_configuration_that_is_not_valid(
        self, empty_world: World, configurations: list[dict[str, str]], message: str
    ) -> None:
        """A certificate and a regional endpoint are needed."""
        params = {"DomainName": "ws.example.test", "DomainNameConfigurations": configurations}

        assert error_of(empty_world.control.create_domain_name, **params) == (
            400,
            "BadRequestException",
            message,
        )


class TestApiMappings:
    """The life of an API mapping."""

    @pytest.fixture
    def domain(self, world: World) -> World:
        """Give a world with a custom domain without mappings."""
        create(world)
        return world

    def map(self, world: World, **params: Any) -> Any:
        """Create a mapping of the stage."""
        defaults = {"DomainName": "ws.example.test", "ApiId": world.api_id, "Stage": "dev"}
        return outcome(world.control.create_api_mapping, **{**defaults, **params})

    def refusal(self, world: World, **params: Any) -> tuple[int, str, str]:
        """Return why a mapping is refused."""
        defaults = {"DomainName": "ws.example.test", "ApiId": world.api_id, "Stage": "dev"}
        return error_of(world.control.create_api_mapping, **{**defaults, **params})

    def test_create_and_read(self, domain: World) -> None:
        """One and all are found."""
        created = self.map(domain)

        where = {"DomainName": "ws.example.test", "ApiMappingId": created["ApiMappingId"]}
        listed = outcome(domain.control.get_api_mappings, DomainName="ws.example.test")

        assert created == {
            "ApiId": domain.api_id,
            "ApiMappingId": created["ApiMappingId"],
            "ApiMappingKey": "",
            "Stage": "dev",
        }
        assert outcome(domain.control.get_api_mapping, **where) == created
        assert listed == {"Items": [created]}

    def test_update(self, domain: World) -> None:
        """What is given changes."""
        mapping_id = self.map(domain)["ApiMappingId"]

        answer = domain.control.update_api_mapping(
            DomainName="ws.example.test",
            ApiMappingId=mapping_id,
            ApiId=domain.api_id,
            ApiMappingKey="chat",
        )

        assert (answer["ApiMappingKey"], answer["Stage"]) == ("chat", "dev")

    def test_delete(self, domain: World) -> None:
        """A deleted one is unknown."""
        mapping_id = self.map(domain)["ApiMappingId"]
        where = {"DomainName": "ws.example.test", "ApiMappingId": mapping_id}

        domain.control.delete_api_mapping(**where)

        assert error_of(domain.control.get_api_mapping, **where) == (
            404,
            "NotFoundException",
            f"Invalid API mapping identifier specified {mapping_id}",
        )

    def test_key_that_exists(self, domain: World) -> None:
        """Keys are unique in a domain."""
        self.map(domain, ApiMappingKey="chat")

        assert self.refusal(domain, ApiMappingKey="chat") == (
            409,
            "ConflictException",
            "ApiMapping key already exists for this domain name",
        )

    @pytest.mark.parametrize("key", ["a/b", "a b", "ping", "sping", "x" * 301])
    def test_key_that_is_not_valid(self, domain: World, key: str) -> None:
        """No slashes, no health checks, at most 300 characters."""
        assert self.refusal(domain, ApiMappingKey=key) == (
            400,
            "BadRequestException",
            f"Invalid API mapping key specified {key}",
        )

    def test_unknown_stage(self, domain: World) -> None:
        """A stage must exist before it is mapped."""
        assert self.refusal(domain, Stage="unknown") == (
            400,
            "BadRequestException",
            "Invalid stage identifier specified",
        )
