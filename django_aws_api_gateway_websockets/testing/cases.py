"""A mixin for test cases that keeps messages in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.test import SimpleTestCase

from ..transports import locmem
from .switch import IN_MEMORY, use_transport

__all__ = ["WebSocketTestMixin"]

if TYPE_CHECKING:
    _Base = SimpleTestCase
else:
    _Base = object


class WebSocketTestMixin(_Base):
    """Delivers to memory instead of to AWS, and forgets everything before each test.

    Settings that a test overrides keep it, unless they name a transport or an ``endpoint_url``.
    """

    @classmethod
    def setUpClass(cls) -> None:
        """Switch to the in-memory transport for the whole class."""
        cls.enterClassContext(use_transport(IN_MEMORY))
        super().setUpClass()

    def setUp(self) -> None:
        """Start with an empty outbox."""
        super().setUp()
        locmem.reset()
