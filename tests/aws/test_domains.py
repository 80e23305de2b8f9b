"""Each call about custom domains sends what AWS needs and returns what AWS said."""

from __future__ import annotations

import json

import pytest

from django_aws_api_gateway_websockets.aws.resources import ApiMapping, DomainName
from django_aws_api_gateway_websockets.exceptions import ProvisioningError

from .peer import Answer
from .test_control import THROTTLED, answer, call, served

DOMAIN = {
    "domainName": "ws.example.com",
    "domainNameConfigurations": [{"apiGatewayDomainName": "d-1.execute-api.test"}],
}
MAPPING = {"apiMappingId": "m1", "apiId": "a1", "stage": "live", "apiMappingKey": ""}


class TestDomainNames:
    def test_find(self) -> None:
        """A domain is found with the name that DNS must point to."""
        found, request = call(
            answer(**DOMAIN), lambda control: control.find_domain_name("ws.example.com")
        )

        assert found == DomainName(name="ws.example.com", target="d-1.execute-api.test")
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
