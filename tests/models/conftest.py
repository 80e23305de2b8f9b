"""A transport that keeps what is sent, emptied before each test."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.transports import locmem

__all__ = ["empty_outbox"]


@pytest.fixture(autouse=True)
def empty_outbox() -> None:
    """Forget what earlier tests sent."""
    locmem.reset()
