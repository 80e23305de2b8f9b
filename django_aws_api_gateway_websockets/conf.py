"""Typed access to this package's settings; the only module that reads them.

Every property is read from Django's settings on each access, so that ``override_settings`` works.
An invalid value is logged once and its default is used; ``gateway_secrets`` alone has no default
to fall back to: a configured but unusable secret leaves nothing that can match.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar, cast, overload

from django.conf import settings as django_settings

__all__ = [
    "BOOLEAN_DEFAULTS",
    "DEFAULTS",
    "KNOWN_KEYS",
    "OPTIONAL_KEYS",
    "SECRET_PATTERN",
    "Setting",
    "WebSocketSettings",
    "get_allowed_integration_hosts",
    "get_boolean_setting",
    "get_setting",
    "get_websockets_config",
    "settings",
]

logger = logging.getLogger("django_aws_api_gateway_websockets.conf")

T = TypeVar("T")

#: What a gateway secret must look like to travel as an HTTP header and resist guessing.
SECRET_PATTERN = re.compile(r"[A-Za-z0-9._~+/=-]{32,}")

DEFAULT_TRANSPORT: dict[str, Any] = {
    "BACKEND": "django_aws_api_gateway_websockets.transports.apigateway.APIGatewayTransport",
    "OPTIONS": {},
}


class Setting(Generic[T]):
    """One key of ``WEBSOCKETS``: its default and the rule that a value must keep.

    Args:
        default: what is used while the key is absent or its value is invalid.
        is_valid: the rule; it is given the raw value and never raises.
        expected: the rule in words, as ``WEBSOCKETS["key"] must be <expected>``.
        check_id: number of the system check that reports an invalid value.
    """

    def __init__(
        self, default: T, is_valid: Callable[[object], bool], expected: str, check_id: str
    ) -> None:
        self.default = default
        self.is_valid = is_valid
        self.expected = expected
        self.check_id = check_id
        self._logged_invalid: object = None

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Setting[T] | T:
        if instance is None:
            return self
        value = get_websockets_config().get(self.name, self.default)
        if value is self.default or self.is_valid(value):
            return cast("T", value)
        self._log_invalid_once(value)
        return self.default

    def _log_invalid_once(self, value: object) -> None:
        if value is not self._logged_invalid:
            self._logged_invalid = value
            logger.error('WEBSOCKETS["%s"] must be %s; using the default', self.name, self.expected)


def get_websockets_config() -> Mapping[str, Any]:
    """Return ``settings.WEBSOCKETS``, or an empty mapping when it is unset or not a dictionary."""
    config = getattr(django_settings, "WEBSOCKETS", None)
    return config if isinstance(config, Mapping) else {}


def _is_positive_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _is_backend(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("BACKEND"), str)


def _is_text_or_texts(value: object) -> bool:
    return isinstance(value, str) or _is_texts(value)


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple | set) and all(isinstance(v, str) for v in value)


def _is_token_binding(value: object) -> bool:
    return value in ("session", "user")


def _positive_int(default: int, check_id: str = "E002") -> Setting[int]:
    return Setting(default, _is_positive_int, "an integer of at least 1", check_id)


class WebSocketSettings:
    """The settings of this package, by name; ``settings`` is the one instance."""

    token_rate_limit_per_minute = _positive_int(20)
    token_expiry_seconds = _positive_int(60)
    rate_limit_max_attempts = _positive_int(20)
    rate_limit_window_minutes = _positive_int(1)
    push_changes_to_aws = Setting(True, _is_bool, "True or False", "E002")
    allowed_integration_hosts = Setting[Any](
        None, _is_text_or_texts, "a host name or a list of host names", "E002"
    )
    endpoint_url = Setting[str | None](None, _is_url, "an http:// or https:// URL", "E003")
    transport = Setting[Mapping[str, Any]](
        DEFAULT_TRANSPORT, _is_backend, 'a dictionary with a "BACKEND"', "E004"
    )
    allowed_origins = Setting[Iterable[str] | None](
        None, _is_texts, "a list of scheme://host[:port]", "E005"
    )
    session_max_age_seconds = _positive_int(7500, "E006")
    gone_grace_seconds = _positive_int(10, "E007")

    @property
    def region_name(self) -> str | None:
        """AWS region of the account's gateways, or None when neither setting names one."""
        return _django("AWS_GATEWAY_REGION_NAME") or _django("AWS_REGION_NAME")

    @property
    def iam_profile(self) -> str | None:
        """Named profile of the AWS configuration files, or None."""
        return _django("AWS_IAM_PROFILE")

    @property
    def access_key(self) -> tuple[str, str] | None:
        """Access key id and secret key, or None unless both are set."""
        key, secret = _django("AWS_ACCESS_KEY_ID"), _django("AWS_SECRET_ACCESS_KEY")
        return (key, secret) if key and secret else None

    @property
    def gateway_secret_configured(self) -> bool:
        """Whether ``gateway_secret`` is set at all, usable or not."""
        return get_websockets_config().get("gateway_secret") not in (None, "", [], ())

    @property
    def gateway_secrets(self) -> tuple[str, ...]:
        """The usable secrets, the one that is sent first; empty when none can match."""
        value = get_websockets_config().get("gateway_secret")
        candidates = value if isinstance(value, list | tuple) else [value]
        return tuple(s for s in candidates if isinstance(s, str) and SECRET_PATTERN.fullmatch(s))

    @property
    def sent_gateway_secret(self) -> str | None:
        """The secret that new integrations send, or None when none is configured.

        Raises:
            ValueError: the first configured secret cannot travel as a header.
        """
        value = get_websockets_config().get("gateway_secret")
        first = value[0] if isinstance(value, list | tuple) and value else value
        if not self.gateway_secret_configured:
            return None
        if isinstance(first, str) and SECRET_PATTERN.fullmatch(first):
            return first
        raise ValueError(
            'The first secret of WEBSOCKETS["gateway_secret"] must be at least 32 characters of '
            "A-Z a-z 0-9 . _ ~ + / = -; look for a newline at its end."
        )


def _django(name: str) -> str | None:
    return getattr(django_settings, name, None) or None


settings = WebSocketSettings()

_declared = {k: v for k, v in vars(WebSocketSettings).items() if isinstance(v, Setting)}

#: The integer settings that 4.1 has too, and their defaults.
DEFAULTS: dict[str, int] = {
    name: _declared[name].default
    for name in (
        "token_rate_limit_per_minute",
        "token_expiry_seconds",
        "rate_limit_max_attempts",
        "rate_limit_window_minutes",
    )
}
BOOLEAN_DEFAULTS: dict[str, bool] = {"push_changes_to_aws": True}
OPTIONAL_KEYS = frozenset({"gateway_secret", *_declared} - {*DEFAULTS, *BOOLEAN_DEFAULTS})
KNOWN_KEYS = OPTIONAL_KEYS | {*DEFAULTS, *BOOLEAN_DEFAULTS}


def get_setting(name: str) -> int:
    """Return an integer setting by name.

    Raises:
        KeyError: there is no integer setting of that name.
    """
    DEFAULTS[name]
    return cast("int", getattr(settings, name))


def get_boolean_setting(name: str) -> bool:
    """Return a boolean setting by name.

    Raises:
        KeyError: there is no boolean setting of that name.
    """
    BOOLEAN_DEFAULTS[name]
    return cast("bool", getattr(settings, name))


def get_allowed_integration_hosts() -> list[str] | None:
    """Return the host patterns that integrations may point at, or None when any may be used."""
    hosts = settings.allowed_integration_hosts
    if hosts is None:
        return None
    return [h.strip().lower() for h in ([hosts] if isinstance(hosts, str) else hosts)]
