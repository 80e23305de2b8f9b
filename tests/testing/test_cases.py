"""A test case with the mixin sends nothing beyond its own process."""

from __future__ import annotations

import unittest
from typing import Any

import pytest
from django.test import SimpleTestCase, override_settings
from pytest_django import Settings

from django_aws_api_gateway_websockets.conf import settings as websocket_settings
from django_aws_api_gateway_websockets.testing.cases import WebSocketTestMixin
from django_aws_api_gateway_websockets.transports import get_transport, locmem


def run(method: Any) -> None:
    """Run a method as the only test of a case, and raise what it raises."""

    class Case(WebSocketTestMixin, SimpleTestCase):
        def runTest(self) -> None:  # noqa: N802
            method()

    result = unittest.TestResult()
    unittest.TestSuite([Case()]).run(result)
    assert result.wasSuccessful(), (result.errors, result.failures)


class TestMixin:
    """The transport is in memory for as long as the case runs."""

    @pytest.mark.parametrize(
        "config",
        [
            {"transport": {"BACKEND": "nowhere.Transport"}, "token_expiry_seconds": 7},
            {"token_expiry_seconds": 7},
        ],
    )
    def test_transport(self, settings: Settings, config: dict[str, Any]) -> None:
        """Whatever the project's is; other settings stay."""
        settings.WEBSOCKETS = config

        def check() -> None:
            assert isinstance(get_transport(), locmem.LocMemTransport)
            assert websocket_settings.token_expiry_seconds == 7

        run(check)

    def test_no_settings(self, settings: Settings) -> None:
        """A project need not have any."""
        settings.WEBSOCKETS = None

        run(lambda: get_transport().send("https://x", "a", b"1"))

    def test_overridden_settings(self) -> None:
        """A test that overrides other settings keeps it."""

        def check() -> None:
            with override_settings(WEBSOCKETS={"token_expiry_seconds": 7}):
                assert isinstance(get_transport(), locmem.LocMemTransport)

        run(check)

    def test_afterwards(self, settings: Settings) -> None:
        """The project's settings are back."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 7}

        run(lambda: None)

        assert settings.WEBSOCKETS == {"token_expiry_seconds": 7}

    def test_empty_outbox(self) -> None:
        """A test does not see what another has sent."""
        locmem.outbox.append(
            locmem.SentMessage(management_url="https://x", connection_id="a", payload=b"1")
        )

        def check() -> None:
            assert locmem.outbox == []

        run(check)
