"""The views of this package."""

from __future__ import annotations

from ..dispatch import handler
from .tokens import WebSocketTokenView
from .websocket import WebSocketView

__all__ = ["WebSocketTokenView", "WebSocketView", "handler"]
