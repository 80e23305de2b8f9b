"""A mixin for test cases that keeps messages in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from ..transports import locmem

__all__ = ["WebSocketTestMixin"]

_LOCMEM = {"BACKEND": "django_aws_api_gateway_websockets.transports.locmem.LocMemTransport"}

if TYPE_CHECKING:
    _Base = SimpleTestCase
else:
    _Base = object


class WebSocketTestMixin(_Base):
    """Delivers to memory instead of to AWS, and forgets everything before each test."""

    @classmethod
    def setUpClass(cls) -> None:
        """Switch to the in-memory transport for the whole class."""
        config = getattr(settings, "WEBSOCKETS", None) or {}
        cls.enterClassContext(override_settings(WEBSOCKETS={**config, "transport": _LOCMEM}))
        super().setUpClass()

    def setUp(self) -> None:
        """Start with an empty outbox."""
        super().setUp()
        locmem.reset()
