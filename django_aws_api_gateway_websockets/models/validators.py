"""What the fields of a gateway may hold beyond what their types say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from ..conf import get_allowed_integration_hosts
from ..protocol.endpoints import host_is_allowed

__all__ = [
    "collect_errors",
    "validate_api_name",
    "validate_domain_name",
    "validate_integration_host",
]

_API_NAME = re.compile(r"[ a-zA-Z0-9_-]+")
_DOMAIN_NAME = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE,
)


def collect_errors(*checks: tuple[Callable[[Any], None], Any, str]) -> None:
    """Run every check of ``(validator, value, field)`` whose value is not blank.

    Raises:
        ValidationError: what all of them found, keyed by field.
    """
    errors: dict[str, list[ValidationError]] = {}
    for validate, value, field in checks:
        try:
            if value:
                validate(value)
        except ValidationError as error:
            errors[field] = error.error_list
    if errors:
        raise ValidationError(errors)


def validate_api_name(name: str) -> None:
    """Refuse what is not letters, digits, spaces, hyphens and underscores."""
    if not _API_NAME.fullmatch(name):
        raise ValidationError("Use letters, digits, spaces, hyphens and underscores only.")


def validate_domain_name(name: str) -> None:
    """Refuse what is not a domain name of dot-separated labels."""
    if not _DOMAIN_NAME.fullmatch(name):
        raise ValidationError("Invalid domain name format")


def validate_integration_host(url: str) -> None:
    """Refuse a host that ``WEBSOCKETS["allowed_integration_hosts"]`` does not list.

    The message does not list the hosts that are allowed.
    """
    allowed = get_allowed_integration_hosts()
    if allowed is not None and not host_is_allowed(url, allowed):
        raise ValidationError("Integrations may not point at this host.")
