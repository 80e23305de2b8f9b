"""What the messages of all checks have in common: the form of their ids."""

from __future__ import annotations

__all__ = ["check_id"]


def check_id(number: str) -> str:
    """Return the full id of a check, as ``SILENCED_SYSTEM_CHECKS`` takes it."""
    return f"django_aws_api_gateway_websockets.{number}"
