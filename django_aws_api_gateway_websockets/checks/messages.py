"""What the messages of all checks have in common: the form of their ids, and of long lists."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["check_id", "some_of"]

_NAMED_AT_MOST = 5


def check_id(number: str) -> str:
    """Return the full id of a check, as ``SILENCED_SYSTEM_CHECKS`` takes it."""
    return f"django_aws_api_gateway_websockets.{number}"


def some_of(names: Sequence[str]) -> str:
    """Return the first few names as a text, and how many more there are."""
    named = ", ".join(names[:_NAMED_AT_MOST])
    rest = len(names) - _NAMED_AT_MOST
    return f"{named} and {rest} more" if rest > 0 else named
