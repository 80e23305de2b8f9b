"""The models of this package."""

from __future__ import annotations

from .channels import ChannelPermission, ChannelPermissionRule
from .gateways import ApiGateway, ApiGatewayAdditionalRoute
from .rate_limits import ConnectionRateLimit
from .sessions import WebSocketSession, WebSocketSessionQuerySet
from .tokens import WebSocketToken

__all__ = [
    "ApiGateway",
    "ApiGatewayAdditionalRoute",
    "ChannelPermission",
    "ChannelPermissionRule",
    "ConnectionRateLimit",
    "WebSocketSession",
    "WebSocketSessionQuerySet",
    "WebSocketToken",
]
