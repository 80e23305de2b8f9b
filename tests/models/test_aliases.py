"""Names that 4.1 offered in ``models`` are there, and do what they did."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from django_aws_api_gateway_websockets import models
from django_aws_api_gateway_websockets.models import aliases

SECRET = "s" * 32
HEADERS = {
    "integration.request.header.connectionId": "context.connectionId",
    "integration.request.header.X-Ws-Event-Type": "context.eventType",
    "integration.request.header.X-Ws-Source-Ip": "context.identity.sourceIp",
    "integration.request.header.X-Ws-Route-Key": "context.routeKey",
    "integration.request.header.X-Ws-Connected-At": "context.connectedAt",
    "integration.request.header.X-Ws-Request-Id": "context.requestId",
    "integration.request.header.X-Ws-Message-Id": "context.messageId",
    "integration.request.header.X-Ws-Api-Stage": "context.stage",
}


class TestNames:
    """What a project imports from ``models``."""

    @pytest.mark.parametrize("name", aliases.__all__)
    def test_importable(self, name: str) -> None:
        """Every alias is there."""
        assert getattr(models, name) is getattr(aliases, name)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("MAX_MESSAGE_SIZE", 131_072),
            ("BROADCAST_MAX_WORKERS", 10),
            ("BROADCAST_CONNECT_TIMEOUT", 5),
            ("BROADCAST_READ_TIMEOUT", 10),
            ("BROADCAST_MAX_ATTEMPTS", 3),
            ("AWS_CONNECT_TIMEOUT", 5),
            ("AWS_READ_TIMEOUT", 20),
            ("AWS_MAX_ATTEMPTS", 3),
            ("RATE_LIMIT_RETENTION_DAYS", 7),
            ("RATE_LIMIT_PURGE_ONE_IN", 100),
            ("RATE_LIMIT_PURGE_BATCH", 500),
            ("GATEWAY_SECRET_HEADER", "X-Ws-Gateway-Secret"),
        ],
    )
    def test_constant(self, name: str, value: object) -> None:
        """Constants have the values that they had."""
        assert getattr(models, name) == value

    @pytest.mark.parametrize(
        ("text", "matches"), [(SECRET, True), ("s" * 31, False), (SECRET + "\n", False)]
    )
    def test_secret_pattern(self, text: str, matches: bool) -> None:
        """The pattern of secrets, for a full match."""
        assert isinstance(models.GATEWAY_SECRET_PATTERN, re.Pattern)
        assert bool(models.GATEWAY_SECRET_PATTERN.fullmatch(text)) is matches


class TestClients:
    """boto3's clients."""

    def test_default_service(self) -> None:
        """The control plane, in the region of the settings; one client for all callers."""
        client = models.get_boto3_client()

        assert client.meta.service_model.service_name == "apigatewayv2"
        assert client.meta.region_name == "eu-west-1"
        assert models.get_boto3_client() is client

    def test_endpoint(self) -> None:
        """Any service, with any argument of boto3."""
        client = models.get_boto3_client(
            "apigatewaymanagementapi", endpoint_url="http://127.0.0.1:9/api/stage"
        )

        assert client.meta.endpoint_url == "http://127.0.0.1:9/api/stage"

    def test_clear(self) -> None:
        """The cache can be emptied."""
        client = models.get_boto3_client()

        models.clear_boto3_client_cache()

        assert models.get_boto3_client() is not client

    def test_region(self, settings: Settings) -> None:
        """The region, or what to do about it."""
        assert models.get_region_name() == "eu-west-1"

        settings.AWS_GATEWAY_REGION_NAME = None
        with pytest.raises(RuntimeError) as caught:
            models.get_region_name()

        assert str(caught.value) == (
            "AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"
        )


class TestSecrets:
    """The secrets that are accepted."""

    @pytest.mark.parametrize(
        ("value", "secrets"),
        [
            (None, []),
            (SECRET, [SECRET]),
            ([SECRET, "t" * 32], [SECRET, "t" * 32]),
            (7, []),
            (b"s" * 32, []),
        ],
    )
    def test_secrets(self, settings: Settings, value: Any, secrets: list[str]) -> None:
        """The usable ones, the one that is sent first."""
        settings.WEBSOCKETS = {"gateway_secret": value}

        assert models.get_gateway_secrets() == secrets

    def test_parameters(self, settings: Settings) -> None:
        """An integration maps the trusted headers and the secret."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET}

        assert models.integration_request_parameters() == {
            **HEADERS,
            "integration.request.header.X-Ws-Gateway-Secret": f"'{SECRET}'",
        }

    def test_parameters_without_secret(self) -> None:
        """Without one there is none to map."""
        assert models.integration_request_parameters() == HEADERS

    def test_unusable(self, settings: Settings) -> None:
        """A secret that cannot travel is refused, and not shown."""
        settings.WEBSOCKETS = {"gateway_secret": SECRET + "\n"}

        with pytest.raises(ValueError, match="newline") as caught:
            models.integration_request_parameters()

        assert SECRET not in str(caught.value)


class TestMessages:
    """A message as text."""

    def test_text(self) -> None:
        """Django's encoder knows more types than Python's."""
        assert models.serialise_message({"id": uuid.UUID(int=7)}) == (
            '{"id": "00000000-0000-0000-0000-000000000007"}'
        )

    def test_too_long(self) -> None:
        """More than AWS carries."""
        with pytest.raises(ValueError, match=r"^Message exceeds AWS limit"):
            models.serialise_message("x" * 131_072)


class TestHosts:
    """The hosts that integrations may point at."""

    def test_allowed(self, settings: Settings) -> None:
        """A host of the list, with any port."""
        settings.WEBSOCKETS = {"allowed_integration_hosts": ["app.example"]}

        models.validate_integration_host("https://app.example:8443/ws/", "integration_url")

    def test_refused(self, settings: Settings) -> None:
        """Any other, on the field that is named; the list is not shown."""
        settings.WEBSOCKETS = {"allowed_integration_hosts": ["app.example"]}

        with pytest.raises(ValidationError) as caught:
            models.validate_integration_host("https://evil.example/", "integration_url")

        assert caught.value.message_dict == {
            "integration_url": ["Integrations may not point at this host."]
        }
