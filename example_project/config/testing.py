"""What the tests of all apps begin with."""

from __future__ import annotations

from django.test import TestCase

from django_aws_api_gateway_websockets.testing import WebSocketTestMixin, create_gateway

from .seed import GATEWAY_NAME, seed

__all__ = ["ExampleTestCase"]


class ExampleTestCase(WebSocketTestMixin, TestCase):
    """A test with the demo's data, and with a gateway that is there without being anywhere."""

    @classmethod
    def setUpTestData(cls) -> None:
        """Store the gateway as if it had been created, then everything else."""
        create_gateway(api_name=GATEWAY_NAME)
        seed("http://127.0.0.1:8000")
