"""What the fields of a gateway may hold beyond what their types say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from ..conf import get_allowed_integration_hosts
from ..protocol.endpoints import host_is_allowed
from ..protocol.limits import (
    API_NAME_MAX_CHARS,
    TAG_KEY_MAX_CHARS,
    TAG_VALUE_MAX_CHARS,
    TAGS_PER_RESOURCE,
)

__all__ = [
    "Check",
    "collect_errors",
    "validate_additional_key",
    "validate_api_name",
    "validate_api_name_length",
    "validate_domain_name",
    "validate_integration_host",
    "validate_integration_url",
    "validate_tags",
]

Check = tuple[Callable[[Any], None], Any, str]
"""A validator, the value that it gets, and the field that its errors stand at."""

#: One more tag names the row: see ``provisioning.state.CREATION_TAG``.
_TAGS_MAX = TAGS_PER_RESOURCE - 1

_API_NAME = re.compile(r"[ a-zA-Z0-9_-]+")
_DOMAIN_NAME = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE,
)


def collect_errors(*checks: Check) -> None:
    """Run every check whose value is not blank.

    Raises:
        ValidationError: what all of them found, keyed by field.
    """
    errors: dict[str, list[ValidationError]] = {}
    for validate, value, field in checks:
        try:
            if value:
                validate(value)
        except ValidationError as error:
            errors.setdefault(field, []).extend(error.error_list)
    if errors:
        raise ValidationError(errors)


def validate_api_name(name: str) -> None:
    """Refuse what is not letters, digits, spaces, hyphens and underscores."""
    if not _API_NAME.fullmatch(name):
        raise ValidationError("Use letters, digits, spaces, hyphens and underscores only.")


def validate_api_name_length(name: str) -> None:
    """Refuse what AWS takes for too long; the column would hold it."""
    if len(name) > API_NAME_MAX_CHARS:
        raise ValidationError(f"AWS takes names of at most {API_NAME_MAX_CHARS} characters.")


def validate_additional_key(key: str) -> None:
    """Refuse a key of the kind that AWS has for its own routes."""
    if key.startswith("$"):
        raise ValidationError(
            "Keys that start with $ are reserved: every gateway has $connect, $disconnect and "
            "$default."
        )


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


def validate_integration_url(url: str) -> None:
    """Refuse a query string or a fragment, behind which no path can be put."""
    if "?" in url or "#" in url:
        raise ValidationError("Use a URL without a query string and without a fragment.")


def validate_tags(tags: object) -> None:
    """Refuse what AWS would not take for tags."""
    if not isinstance(tags, dict) or not all(isinstance(text, str) for text in tags.values()):
        raise ValidationError('Use an object of texts, such as {"team": "chat"}.')
    errors = [ValidationError(text) for text in _complaints(tags)]
    if errors:
        raise ValidationError(errors)


def _complaints(tags: Mapping[str, str]) -> Iterator[str]:
    if len(tags) > _TAGS_MAX:
        yield f"Use at most {_TAGS_MAX} tags; one more names this row in AWS."
    for key, value in tags.items():
        if not 0 < len(key) <= TAG_KEY_MAX_CHARS:
            yield f"The key of a tag has 1 to {TAG_KEY_MAX_CHARS} characters."
        if key.lower().startswith("aws:"):
            yield f"The tag {key} is reserved: its key starts with aws:."
        if len(value) > TAG_VALUE_MAX_CHARS:
            yield f"The value of a tag has at most {TAG_VALUE_MAX_CHARS} characters."
