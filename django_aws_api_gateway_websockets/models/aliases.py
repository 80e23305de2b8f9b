"""Names that 4.1 offered in ``models`` and that live elsewhere now; our own code uses none."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder

from ..aws.clients import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    clear_client_cache,
    get_client,
    get_region_name,
)
from ..conf import SECRET_PATTERN, settings
from ..protocol.limits import MESSAGE_MAX_BYTES
from ..protocol.messages import encode
from ..protocol.routes import SECRET_HEADER, request_parameters
from . import validators

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
    "clear_boto3_client_cache",
    "get_boto3_client",
    "get_gateway_secrets",
    "get_region_name",
    "integration_request_parameters",
    "serialise_message",
    "validate_integration_host",
]

MAX_MESSAGE_SIZE = MESSAGE_MAX_BYTES
GATEWAY_SECRET_HEADER = SECRET_HEADER
GATEWAY_SECRET_PATTERN = SECRET_PATTERN
BROADCAST_MAX_WORKERS = 10
BROADCAST_CONNECT_TIMEOUT = 5
BROADCAST_READ_TIMEOUT = 10
BROADCAST_MAX_ATTEMPTS = 3
AWS_CONNECT_TIMEOUT = CONNECT_TIMEOUT
AWS_READ_TIMEOUT = READ_TIMEOUT
AWS_MAX_ATTEMPTS = 3

clear_boto3_client_cache = clear_client_cache


def get_boto3_client(service: str = "apigatewayv2", **kwargs: Any) -> Any:
    """Return the cached boto3 client of a service."""
    return get_client(service, **kwargs)


def get_gateway_secrets() -> list[str]:
    """Return the gateway secrets that are accepted, the one that is sent first."""
    return list(settings.gateway_secrets)


def integration_request_parameters() -> dict[str, str]:
    """Return what every integration of a gateway maps.

    Raises:
        ValueError: the first secret cannot travel as a header.
    """
    return request_parameters(settings.sent_gateway_secret)


def serialise_message(data: Any) -> str:
    """Return ``data`` as JSON.

    Raises:
        ValueError: it is longer than API Gateway carries.
    """
    return encode(data, encoder=DjangoJSONEncoder).decode()


def validate_integration_host(url: str, field: str) -> None:
    """Refuse a host that ``WEBSOCKETS["allowed_integration_hosts"]`` does not list.

    Raises:
        ValidationError: on ``field``.
    """
    try:
        validators.validate_integration_host(url)
    except ValidationError as error:
        raise ValidationError({field: error}) from error
