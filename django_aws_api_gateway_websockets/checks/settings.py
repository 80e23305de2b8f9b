"""Checks of the settings: types, values, and what a deployment should not leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from ..conf import DECLARED_SETTINGS, KNOWN_KEYS, SECRET_RULE, get_websockets_config, settings
from ..transports import get_transport
from .messages import check_id

__all__ = [
    "check_aws_region_is_set",
    "check_gateway_secret_format",
    "check_gateway_secret_is_set",
    "check_transport",
    "check_websockets_setting",
]

_TRANSPORT_HINT = "Name a subclass of BaseTransport, and only options that it takes."


@register(Tags.security)
def check_gateway_secret_format(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a secret that no request can carry; it would refuse every request."""
    if settings.gateway_secrets_usable:
        return []
    return [
        Error(
            'WEBSOCKETS["gateway_secret"] holds a secret that cannot be used.',
            hint=f"Use {SECRET_RULE}; look for a newline at the end of the value.",
            id=check_id("E001"),
        )
    ]


@register(Tags.security, deploy=True)
def check_gateway_secret_is_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report that anybody who knows the URL can pretend to be the gateway."""
    if settings.gateway_secret_configured:
        return []
    return [
        Warning(
            'WEBSOCKETS["gateway_secret"] is not set, so requests need not come from API Gateway.',
            hint=f"Set it to {SECRET_RULE}; gateways created from then on send it.",
            id=check_id("W001"),
        )
    ]


@register(Tags.compatibility)
def check_websockets_setting(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a ``WEBSOCKETS`` of a wrong type, its unknown keys and its invalid values."""
    if not isinstance(getattr(django_settings, "WEBSOCKETS", None), Mapping | None):
        return [
            Error(
                "WEBSOCKETS must be a dictionary.",
                hint="Correct it, or remove it to use the defaults.",
                id=check_id("E002"),
            )
        ]
    return [*_invalid_values(), *_unknown_keys()]


def _invalid_values() -> Iterator[CheckMessage]:
    for name, setting in DECLARED_SETTINGS.items():
        if not _is_valid(name):
            yield Error(
                f'WEBSOCKETS["{name}"] must be {setting.expected}.',
                hint="Correct the value, or remove the key to use the default.",
                id=check_id(setting.check_id),
            )


def _is_valid(name: str) -> bool:
    setting = DECLARED_SETTINGS[name]
    return setting.accepts(get_websockets_config().get(name, setting.default))


def _unknown_keys() -> Iterator[CheckMessage]:
    for key in get_websockets_config():
        if key not in KNOWN_KEYS:
            yield Warning(
                f"WEBSOCKETS has the unknown key {key!r}.",
                hint="Look for a spelling mistake, or remove the key.",
                id=check_id("W002"),
            )


@register(Tags.compatibility)
def check_transport(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a transport that cannot be built, and what it says of its own options."""
    if not _is_valid("transport"):
        return []
    try:
        messages = list(get_transport().check())
    except ImproperlyConfigured as error:
        messages = [Error(str(error), hint=_TRANSPORT_HINT)]
    for message in messages:
        message.id = message.id or check_id("E004")
    return messages


@register(Tags.compatibility, deploy=True)
def check_aws_region_is_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report that nothing names the region of gateways whose own address does not."""
    if settings.region_name:
        return []
    return [
        Warning(
            "Neither AWS_GATEWAY_REGION_NAME nor AWS_REGION_NAME is set.",
            hint="Set one of them to the region of your API Gateways.",
            id=check_id("W003"),
        )
    ]
