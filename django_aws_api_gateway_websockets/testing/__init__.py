"""What a project tests its WebSocket code with: no network, inside an ordinary ``TestCase``."""

from __future__ import annotations

from .asserts import assert_nothing_sent, assert_sent, sent_messages
from .cases import WebSocketTestMixin
from .client import GatewayClient
from .factories import create_gateway

__all__ = [
    "GatewayClient",
    "WebSocketTestMixin",
    "assert_nothing_sent",
    "assert_sent",
    "create_gateway",
    "sent_messages",
]
