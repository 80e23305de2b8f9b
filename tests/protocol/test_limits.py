"""The quotas are those that AWS documents."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from django_aws_api_gateway_websockets.protocol import limits


class TestDocumentedValues:
    """Each constant has the documented figure."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("FRAME_MAX_BYTES", 32 * 1024),
            ("MESSAGE_MAX_BYTES", 128 * 1024),
            ("IDLE_TIMEOUT_SECONDS", 10 * 60),
            ("CONNECTION_LIFETIME_SECONDS", 2 * 60 * 60),
            ("INTEGRATION_TIMEOUT_MIN_MS", 50),
            ("INTEGRATION_TIMEOUT_MAX_MS", 29 * 1000),
            ("CONNECT_URL_MAX_CHARS", 4096),
            ("HEADERS_MAX_BYTES", 10 * 1024),
            ("CONNECTIONS_PER_SECOND", 500),
            ("ACCOUNT_REQUESTS_PER_SECOND", 10_000),
            ("ACCOUNT_BURST", 5_000),
            ("ROUTES_PER_API", 300),
            ("INTEGRATIONS_PER_API", 300),
            ("STAGES_PER_API", 10),
            ("TAGS_PER_RESOURCE", 50),
            ("TAG_KEY_MAX_CHARS", 128),
            ("TAG_VALUE_MAX_CHARS", 256),
        ],
    )
    def test_has_the_documented_figure(self, name: str, value: int) -> None:
        """The constant equals the figure of the AWS documentation."""
        assert getattr(limits, name) == value

    def test_message_size_is_that_of_the_service_model(self) -> None:
        """The largest post is the one that botocore's model of the service allows."""
        model = Loader().load_service_model("apigatewaymanagementapi", "service-2")

        assert model["shapes"]["Data"]["max"] == limits.MESSAGE_MAX_BYTES

    def test_length_of_names_is_that_of_the_service_model(self) -> None:
        """An API's name is as long as botocore's model of the service allows."""
        shape = Loader().load_service_model("apigatewayv2", "service-2")["shapes"]["Api"]

        name = shape["members"]["Name"]["shape"]
        assert name == f"StringWithLengthBetween1And{limits.API_NAME_MAX_CHARS}"

    def test_every_constant_is_exported(self) -> None:
        """Nothing upper-case is missing from the public names."""
        assert sorted(name for name in vars(limits) if name.isupper()) == sorted(limits.__all__)
