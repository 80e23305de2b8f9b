"""The transport of tests stays, whatever else they change in the settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from pytest_django import Settings

from django_aws_api_gateway_websockets.conf import settings as websocket_settings
from django_aws_api_gateway_websockets.testing.switch import IN_MEMORY, use_transport
from django_aws_api_gateway_websockets.transports import BaseTransport, get_transport
from django_aws_api_gateway_websockets.transports.apigateway import APIGatewayTransport
from django_aws_api_gateway_websockets.transports.console import ConsoleTransport
from django_aws_api_gateway_websockets.transports.locmem import LocMemTransport

API_GATEWAY = {
    "BACKEND": "django_aws_api_gateway_websockets.transports.apigateway.APIGatewayTransport"
}
CONSOLE = {"BACKEND": "django_aws_api_gateway_websockets.transports.console.ConsoleTransport"}


@pytest.fixture(autouse=True)
def project(settings: Settings) -> None:
    """A project that delivers to AWS."""
    settings.WEBSOCKETS = {"token_expiry_seconds": 7}


def transport() -> type[BaseTransport]:
    """Return the class of the transport that delivers."""
    return type(get_transport())


class TestSwitching:
    """The block has its transport."""

    def test_block(self) -> None:
        """Before and after it, the project's delivers; other settings stay."""
        with use_transport(IN_MEMORY):
            assert transport() is LocMemTransport
            assert websocket_settings.token_expiry_seconds == 7

        assert transport() is APIGatewayTransport

    def test_afterwards(self) -> None:
        """After the block, settings that change are the test's own again."""
        with use_transport(IN_MEMORY):
            pass

        with override_settings(WEBSOCKETS={}):
            assert transport() is APIGatewayTransport

    def test_local_gateway(self) -> None:
        """A transport that reaches another gateway keeps that too, whatever a test overrides."""
        with use_transport(API_GATEWAY, endpoint_url="http://127.0.0.1:9000"):
            assert websocket_settings.endpoint_url == "http://127.0.0.1:9000"
            with override_settings(WEBSOCKETS={"token_expiry_seconds": 8}):
                assert websocket_settings.endpoint_url == "http://127.0.0.1:9000"
                assert transport() is APIGatewayTransport

        assert websocket_settings.endpoint_url is None

    def test_unusable_settings(self, settings: Settings) -> None:
        """A project whose setting is no dictionary is told so by the checks, not here."""
        settings.WEBSOCKETS = ["nonsense"]

        with use_transport(IN_MEMORY):
            assert transport() is LocMemTransport


class TestOverriding:
    """Settings that change inside the block."""

    @pytest.mark.parametrize("config", [{"token_expiry_seconds": 8}, {}, None])
    def test_other_keys(self, config: dict[str, Any] | None) -> None:
        """Settings that name no transport keep it."""
        with use_transport(IN_MEMORY):
            with override_settings(WEBSOCKETS=config):
                assert transport() is LocMemTransport
            assert transport() is LocMemTransport

    def test_values(self) -> None:
        """They have the values of the test."""
        with use_transport(IN_MEMORY), override_settings(WEBSOCKETS={"token_expiry_seconds": 8}):
            assert websocket_settings.token_expiry_seconds == 8

    def test_named(self) -> None:
        """A transport that a test names is used."""
        with use_transport(IN_MEMORY):
            with override_settings(WEBSOCKETS={"transport": CONSOLE}):
                assert transport() is ConsoleTransport
            assert transport() is LocMemTransport

    def test_endpoint(self) -> None:
        """A test that names a gateway of its own, such as a local one, reaches it."""
        with use_transport(IN_MEMORY):
            with override_settings(WEBSOCKETS={"endpoint_url": "http://127.0.0.1:9000"}):
                assert transport() is APIGatewayTransport
            with override_settings(WEBSOCKETS={"endpoint_url": None}):
                assert transport() is LocMemTransport

    def test_no_dictionary(self, settings: Settings) -> None:
        """What is no dictionary stays what it is."""
        with use_transport(IN_MEMORY), override_settings(WEBSOCKETS=["nonsense"]):
            assert settings.WEBSOCKETS == ["nonsense"]

    def test_other_settings(self) -> None:
        """Django's own settings change nothing."""
        with use_transport(IN_MEMORY), override_settings(DEBUG=True):
            assert transport() is LocMemTransport

    def test_nested(self) -> None:
        """Of two blocks, the inner one decides."""
        with use_transport(IN_MEMORY):
            with use_transport(CONSOLE), override_settings(WEBSOCKETS={}):
                assert transport() is ConsoleTransport
            with override_settings(WEBSOCKETS={}):
                assert transport() is LocMemTransport
