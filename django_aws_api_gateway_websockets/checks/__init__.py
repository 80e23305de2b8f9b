"""System checks: what is wrong with settings, views and gateways, before it matters at run time."""

from __future__ import annotations

from .gateways import check_gateways_refuse_unlisted_channels, check_headers_are_mapped
from .policies import check_policy_allows_sockets
from .settings import (
    check_aws_region_is_set,
    check_gateway_secret_format,
    check_gateway_secret_is_set,
    check_transport,
    check_websockets_setting,
)
from .tasks import check_tasks_run_elsewhere
from .views import check_handlers_are_listed, check_unlisted_channels_are_refused

__all__ = [
    "check_aws_region_is_set",
    "check_gateway_secret_format",
    "check_gateway_secret_is_set",
    "check_gateways_refuse_unlisted_channels",
    "check_handlers_are_listed",
    "check_headers_are_mapped",
    "check_policy_allows_sockets",
    "check_tasks_run_elsewhere",
    "check_transport",
    "check_unlisted_channels_are_refused",
    "check_websockets_setting",
]
