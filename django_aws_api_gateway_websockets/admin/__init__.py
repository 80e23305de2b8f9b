"""The admin pages of this package's models."""

from __future__ import annotations

from .channels import ChannelPermissionAdmin, ChannelPermissionRuleInline
from .gateways import (
    ApiGatewayAdditionalRouteAdmin,
    ApiGatewayAdditionalRouteInline,
    ApiGatewayAdmin,
    create_api_gateway,
)
from .rate_limits import ConnectionRateLimitAdmin
from .sessions import WebSocketSessionAdmin
from .tokens import WebSocketTokenAdmin

__all__ = [
    "ApiGatewayAdditionalRouteAdmin",
    "ApiGatewayAdditionalRouteInline",
    "ApiGatewayAdmin",
    "ChannelPermissionAdmin",
    "ChannelPermissionRuleInline",
    "ConnectionRateLimitAdmin",
    "WebSocketSessionAdmin",
    "WebSocketTokenAdmin",
    "create_api_gateway",
]
