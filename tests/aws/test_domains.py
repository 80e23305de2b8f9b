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

    def test_all(self) -> None:
        """All pages are read, with the certificates."""
        configuration = {"apiGatewayDomainName": "d-1", "certificateArn": "arn:1"}
        item = {"domainName": "a.test", "domainNameConfigurations": [configuration]}

        with served(answer(items=[item], nextToken="t"), answer(items=[item])) as (control, _, _):
            found = control.get_domain_names()

        assert found == (DomainName(name="a.test", target="d-1", certificate_arn="arn:1"),) * 2

    def test_delete(self) -> None:
        """It is named in the path."""
        _, request = call(answer(), lambda control: control.delete_domain_name("a.test"))

        assert (request.method, request.target) == ("DELETE", "/v2/domainnames/a.test")

    def test_delete_is_slow(self) -> None:
        """AWS takes one in 30 seconds, so a throttled call waits longer than others."""
        with served(THROTTLED, answer()) as (control, _, waited):
            control.delete_domain_name("a.test")

        assert waited == [5.0]


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

    def test_delete(self) -> None:
        """Domain and mapping are named in the path."""
        _, request = call(answer(), lambda control: control.delete_api_mapping("a.test", "m1"))

        assert (request.method, request.target) == (
            "DELETE",
            "/v2/domainnames/a.test/apimappings/m1",
        )

    def test_of_an_api(self) -> None:
        """The domains that map to an API are found, with all that they map to."""
        names = answer(items=[{"domainName": "a.test"}, {"domainName": "b.test"}])
        other = {**MAPPING, "apiId": "b2"}

        with served(names, answer(items=[MAPPING, other]), answer(items=[other])) as served_:
            (found,) = served_[0].get_mapped_domains("a1")

        assert found.domain == DomainName(name="a.test")
        assert [mapping.api_id for mapping in found.mappings] == ["a1", "b2"]


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
