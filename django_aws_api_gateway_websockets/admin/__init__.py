"""The admin pages of this package's models."""

from __future__ import annotations

from .actions import (
    create_api_gateway,
    create_custom_domain,
    sync_from_aws,
    sync_to_aws,
)
from .channels import ChannelPermissionAdmin, ChannelPermissionRuleInline
from .deliveries import DeliveryAdmin
from .gateways import (
    ApiGatewayAdditionalRouteAdmin,
    ApiGatewayAdditionalRouteInline,
    ApiGatewayAdmin,
)
from .rate_limits import ConnectionRateLimitAdmin
from .sessions import WebSocketSessionAdmin
from .syncing import SyncErrorMessageMixin
from .tokens import WebSocketTokenAdmin

__all__ = [
    "ApiGatewayAdditionalRouteAdmin",
    "ApiGatewayAdditionalRouteInline",
    "ApiGatewayAdmin",
    "ChannelPermissionAdmin",
    "ChannelPermissionRuleInline",
    "ConnectionRateLimitAdmin",
    "DeliveryAdmin",
    "SyncErrorMessageMixin",
    "WebSocketSessionAdmin",
    "WebSocketTokenAdmin",
    "create_api_gateway",
    "create_custom_domain",
    "sync_from_aws",
    "sync_to_aws",
]
