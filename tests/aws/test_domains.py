"""Each call about custom domains sends what AWS needs and returns what AWS said."""

from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from django_aws_api_gateway_websockets.aws.control import ControlPlane, get_control_plane
from django_aws_api_gateway_websockets.aws.dns import HostedZones
from django_aws_api_gateway_websockets.aws.resources import ApiMapping, DomainName
from django_aws_api_gateway_websockets.exceptions import ProvisioningError

from .peer import Answer
from .test_control import THROTTLED, answer, call, served

DOMAIN = {
    "domainName": "ws.example.com",
    "domainNameConfigurations": [
        {
            "apiGatewayDomainName": "d-1.execute-api.test",
            "certificateArn": "arn:1",
            "domainNameStatus": "AVAILABLE",
            "hostedZoneId": "Z0AWS",
            "ipAddressType": "dualstack",
            "securityPolicy": "TLS_1_2",
        }
    ],
}
MAPPING = {"apiMappingId": "m1", "apiId": "a1", "stage": "live", "apiMappingKey": ""}


class TestDomainNames:
    def test_find(self) -> None:
        """A domain is found with the name that DNS must point to."""
        found, request = call(
            answer(**DOMAIN), lambda control: control.find_domain_name("ws.example.com")
        )

        assert found == DomainName(
            name="ws.example.com",
            target="d-1.execute-api.test",
            target_zone_id="Z0AWS",
            certificate_arn="arn:1",
        )
        assert request.target == "/v2/domainnames/ws.example.com"

    def test_find_none(self) -> None:
        """One that the account does not have is None."""
        missing = Answer(status=404, error="NotFoundException")

        assert call(missing, lambda control: control.find_domain_name("x.test"))[0] is None

    def test_find_fails(self) -> None:
        """Any other error is raised."""
        denied = Answer(status=403, error="AccessDeniedException")

        with pytest.raises(ProvisioningError, match="GetDomainName failed"):
            call(denied, lambda control: control.find_domain_name("x.test"))

    def test_create(self) -> None:
        """It is regional, with the certificate and TLS 1.2."""
        _, request = call(
            answer(**DOMAIN),
            lambda control: control.create_domain_name(
                "ws.example.com", certificate_arn="arn:1", tags={"team": "a"}
            ),
        )

        assert json.loads(request.body) == {
            "domainName": "ws.example.com",
            "domainNameConfigurations": [
                {"certificateArn": "arn:1", "endpointType": "REGIONAL", "securityPolicy": "TLS_1_2"}
            ],
            "tags": {"team": "a"},
        }

    def test_update(self) -> None:
        """Another certificate changes nothing else."""
        with served(answer(**DOMAIN), answer(**DOMAIN)) as (control, peer, _):
            found = control.find_domain_name("ws.example.com")
            assert found
            control.update_domain_name(found, certificate_arn="arn:2")

        request = peer.received[1]
        assert (request.method, request.target) == ("PATCH", "/v2/domainnames/ws.example.com")
        assert json.loads(request.body) == {
            "domainNameConfigurations": [
                {
                    "certificateArn": "arn:2",
                    "ipAddressType": "dualstack",
                    "securityPolicy": "TLS_1_2",
                }
            ]
        }

    def test_create_is_slow(self) -> None:
        """AWS takes one in 30 seconds, so a throttled call waits longer than others."""
        with served(THROTTLED, THROTTLED, answer(**DOMAIN)) as (control, _, waited):
            control.create_domain_name("ws.example.com", certificate_arn="arn:1", tags={})

        assert waited == [5.0, 10.0]


class TestMappings:
    def test_get(self) -> None:
        """All pages are read."""
        first, second = answer(items=[MAPPING], nextToken="t"), answer(items=[MAPPING])

        with served(first, second) as (control, _, _):
            found = control.get_api_mappings("ws.example.com")

        assert found == (ApiMapping(mapping_id="m1", api_id="a1", stage_name="live"),) * 2

    def test_create(self) -> None:
        """The root of the domain is mapped to the stage."""
        _, request = call(
            answer(**MAPPING),
            lambda control: control.create_api_mapping("x.test", api_id="a1", stage_name="live"),
        )

        assert json.loads(request.body) == {"apiId": "a1", "stage": "live"}


class TestZones:
    """DNS is changed beside the control plane, and never from a laptop."""

    def test_of_the_account(self, settings: Settings) -> None:
        """It is Route 53 of the partition, and asked for once."""
        settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "key", "secret"
        control = get_control_plane(region_name="us-gov-west-1")

        zones = control.zones

        assert zones
        assert zones._client.meta.endpoint_url == "https://route53.us-gov.amazonaws.com"
        assert control.zones is zones

    def test_given(self) -> None:
        """One that is given is used."""
        with served(answer()) as (control, _, _):
            zones = HostedZones(control._client)

            assert ControlPlane(control._client, zones=zones).zones is zones

    def test_control_plane_on_this_machine(self) -> None:
        """A local control plane has no DNS."""
        with served(answer()) as (control, _, _):
            assert control.zones is None

    def test_endpoint_of_the_settings(self, settings: Settings) -> None:
        """Nor has one that the settings lead away from AWS."""
        settings.WEBSOCKETS = {"endpoint_url": "http://gateway.test:9000"}

        assert get_control_plane().zones is None
