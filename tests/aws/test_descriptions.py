"""What botocore reads for a gateway on this machine."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from django_aws_api_gateway_websockets.aws.descriptions import LocalFiles

__all__ = ["TestLocalFiles"]


class TestLocalFiles:
    """All that botocore has, but for addresses."""

    @pytest.mark.parametrize("service", ["apigatewayv2", "apigatewaymanagementapi"])
    def test_services(self, service: str) -> None:
        """A service is described as botocore describes it."""
        local, own = Loader(file_loader=LocalFiles()), Loader()

        for kind in ("service-2", "endpoint-rule-set-1"):
            assert local.load_service_model(service, kind) == own.load_service_model(service, kind)

    def test_no_addresses(self) -> None:
        """AWS is nowhere."""
        assert Loader(file_loader=LocalFiles()).load_data("endpoints") == {"partitions": []}
