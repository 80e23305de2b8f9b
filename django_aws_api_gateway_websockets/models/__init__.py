"""The models of this package, and the names that 4.1 kept beside them."""

from __future__ import annotations

from .aliases import (
    AWS_CONNECT_TIMEOUT,
    AWS_MAX_ATTEMPTS,
    AWS_READ_TIMEOUT,
    BROADCAST_CONNECT_TIMEOUT,
    BROADCAST_MAX_ATTEMPTS,
    BROADCAST_MAX_WORKERS,
    BROADCAST_READ_TIMEOUT,
    GATEWAY_SECRET_HEADER,
    GATEWAY_SECRET_PATTERN,
    MAX_MESSAGE_SIZE,
    clear_boto3_client_cache,
    get_boto3_client,
    get_gateway_secrets,
    get_region_name,
    integration_request_parameters,
    serialise_message,
    validate_integration_host,
)
from .channels import ChannelPermission, ChannelPermissionRule
from .gateways import ApiGateway
from .limits.rate_limits import (
    RATE_LIMIT_PURGE_BATCH,
    RATE_LIMIT_PURGE_ONE_IN,
    RATE_LIMIT_RETENTION_DAYS,
    ConnectionRateLimit,
)
from .operations.pushing import collect_deferred_sync_errors, run_aws_after_commit
from .queueing.deliveries import Delivery, DeliveryShard
from .reaping import ReapReport, reap_sessions
from .routes import ApiGatewayAdditionalRoute
from .sending.delivery import DeliveryReport, DisconnectReport, Outcome
from .sending.payloads import Payload
from .sessions import WebSocketSession, WebSocketSessionQuerySet
from .tokens import WebSocketToken, hash_session_key, hash_user_auth

__all__ = [
    "AWS_CONNECT_TIMEOUT",
    "AWS_MAX_ATTEMPTS",
    "AWS_READ_TIMEOUT",
    "BROADCAST_CONNECT_TIMEOUT",
    "BROADCAST_MAX_ATTEMPTS",
    "BROADCAST_MAX_WORKERS",
    "BROADCAST_READ_TIMEOUT",
    "GATEWAY_SECRET_HEADER",
    "GATEWAY_SECRET_PATTERN",
    "MAX_MESSAGE_SIZE",
    "RATE_LIMIT_PURGE_BATCH",
    "RATE_LIMIT_PURGE_ONE_IN",
    "RATE_LIMIT_RETENTION_DAYS",
    "ApiGateway",
    "ApiGatewayAdditionalRoute",
    "ChannelPermission",
    "ChannelPermissionRule",
    "ConnectionRateLimit",
    "Delivery",
    "DeliveryReport",
    "DeliveryShard",
    "DisconnectReport",
    "Outcome",
    "Payload",
    "ReapReport",
    "WebSocketSession",
    "WebSocketSessionQuerySet",
    "WebSocketToken",
    "clear_boto3_client_cache",
    "collect_deferred_sync_errors",
    "get_boto3_client",
    "get_gateway_secrets",
    "get_region_name",
    "hash_session_key",
    "hash_user_auth",
    "integration_request_parameters",
    "reap_sessions",
    "run_aws_after_commit",
    "serialise_message",
    "validate_integration_host",
]
