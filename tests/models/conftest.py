"""A transport that keeps what is sent, emptied before each test, and a gateway to send through."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.transports import locmem

__all__ = ["empty_outbox", "gateway"]


@pytest.fixture(autouse=True)
def empty_outbox() -> None:
    """Forget what earlier tests sent."""
    locmem.reset()


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is deployed."""
    return ApiGateway.objects.create(
        api_name="Chat",
        api_id="abc123defg",
        api_endpoint="wss://abc123defg.execute-api.eu-west-1.amazonaws.com",
        stage_name="live",
    )
