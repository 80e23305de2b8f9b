"""System checks: what is wrong with the settings, before it matters at run time."""

from __future__ import annotations

from .settings import (
    check_aws_region_is_set,
    check_gateway_secret_format,
    check_gateway_secret_is_set,
    check_transport,
    check_websockets_setting,
)

__all__ = [
    "check_aws_region_is_set",
    "check_gateway_secret_format",
    "check_gateway_secret_is_set",
    "check_transport",
    "check_websockets_setting",
]
