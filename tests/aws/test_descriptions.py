"""What botocore reads for a gateway on this machine."""

from __future__ import annotations

import pytest
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from django_aws_api_gateway_websockets.aws.descriptions import LocalLoader

__all__ = ["TestLocalLoader"]


class TestLocalLoader:
    """All that botocore has, but for addresses."""

    @pytest.mark.parametrize("service", ["apigatewayv2", "apigatewaymanagementapi", "route53"])
    @pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1"])
    def test_services(self, service: str, kind: str) -> None:
        """A service is described as botocore describes it."""
        local = LocalLoader()

        assert local.load_service_model(service, kind) == Loader().load_service_model(service, kind)

    def test_version(self) -> None:
        """One that is named is not looked for."""
        found = LocalLoader().load_service_model("apigatewayv2", "service-2", "2018-11-29")

        assert found["metadata"]["serviceId"] == "ApiGatewayV2"
        with pytest.raises(DataNotFoundError, match="2001-01-01"):
            LocalLoader().load_service_model("apigatewayv2", "service-2", "2001-01-01")

    @pytest.mark.parametrize("service", ["apigateway", "execute-api"])
    def test_addresses(self, service: str) -> None:
        """Of a region that AWS does not have botocore knows no more, but for FIPS and dualstack."""
        local, own = (EndpointResolver(x.load_data("endpoints")) for x in (LocalLoader(), Loader()))

        expected = own.construct_endpoint(service, "local", partition_name="aws")
        assert expected.pop("variants")
        assert local.construct_endpoint(service, "local", partition_name="aws") == expected
        assert local.construct_endpoint(service, "local") is None

    def test_other_files(self) -> None:
        """They are where they were."""
        found = LocalLoader().load_data_with_path("partitions")

        assert found == Loader().load_data_with_path("partitions")
