"""Names that 4.1 offered here and that live elsewhere now; our own code uses none."""

from __future__ import annotations

from typing import Any

from .aws.control import ControlPlane
from .aws.errors import describe_error, error_code
from .aws.resources import Route
from .exceptions import ApiGatewaySyncError
from .models import ApiGateway

__all__ = [
    "ApiGatewaySyncError",
    "describe_error",
    "is_not_found",
    "list_routes",
    "pull_gateway",
    "push_gateway",
]


def is_not_found(error: BaseException) -> bool:
    """Return whether AWS says that something does not exist."""
    return error_code(error) == "NotFoundException"


def list_routes(client: Any, api_id: str) -> tuple[Route, ...]:
    """Return the routes of an API, of however many pages."""
    return ControlPlane(client).get_routes(api_id)


def push_gateway(gateway: ApiGateway, client: Any = None, fields: Any = None) -> list[str]:
    """Return what ``sync_to_aws`` has changed."""
    return gateway.sync_to_aws(client, fields)


def pull_gateway(gateway: ApiGateway, client: Any = None) -> list[str]:
    """Return what ``sync_from_aws`` has changed."""
    return gateway.sync_from_aws(client)
