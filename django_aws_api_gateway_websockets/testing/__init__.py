"""What a project tests its WebSocket code with: in memory, or with real sockets on this machine.

A name is imported when it is asked for, because pytest imports this package for its plugin before
Django is set up.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .asserts import assert_nothing_sent, assert_sent, sent_messages
    from .captures import captured
    from .cases import WebSocketTestMixin
    from .client import Backlog, GatewayClient
    from .clock import Clock
    from .factories import create_gateway
    from .failures import failing_transport
    from .live import LiveGateway

__all__ = [
    "Backlog",
    "Clock",
    "GatewayClient",
    "LiveGateway",
    "WebSocketTestMixin",
    "assert_nothing_sent",
    "assert_sent",
    "captured",
    "create_gateway",
    "failing_transport",
    "sent_messages",
]

_MODULES = {
    "Backlog": "client",
    "Clock": "clock",
    "GatewayClient": "client",
    "LiveGateway": "live",
    "WebSocketTestMixin": "cases",
    "assert_nothing_sent": "asserts",
    "assert_sent": "asserts",
    "captured": "captures",
    "create_gateway": "factories",
    "failing_transport": "failures",
    "sent_messages": "asserts",
}


def __getattr__(name: str) -> object:
    """Return a public name from the module that defines it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
