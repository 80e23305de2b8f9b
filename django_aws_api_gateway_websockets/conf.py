"""Typed access to this package's settings; the only module that reads them.

Every property is read from Django's settings on each access, so that ``override_settings`` works.
An invalid value is logged once and its default is used, with two exceptions: ``endpoint_url`` and
``transport`` raise, because their defaults reach AWS; and ``gateway_secrets`` has no default to
fall back to: a configured but unusable secret leaves nothing that can match.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, overload

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from .rules import (
    MAX_CONCURRENCY,
    MAX_DURATION,
    SECRET_PATTERN,
    SECRET_RULE,
    is_backend,
    is_binding,
    is_bool,
    is_concurrency,
    is_duration,
    is_name,
    is_natural,
    is_origins,
    is_positive_int,
    is_secret,
    is_text_or_list,
    is_url,
)

__all__ = [
    "BOOLEAN_DEFAULTS",
    "DECLARED_SETTINGS",
    "DEFAULTS",
    "KNOWN_KEYS",
    "OPTIONAL_KEYS",
    "SECRET_PATTERN",
    "SECRET_RULE",
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
        guards: an invalid value raises, because the default would reach AWS where the value was
            to prevent it.
    """

    def __init__(
        self,
        default: T,
        is_valid: Callable[[object], bool],
        expected: str,
        check_id: str,
        *,
        guards: bool = False,
    ) -> None:
        self.default = default
        self.is_valid = is_valid
        self.expected = expected
        self.check_id = check_id
        self.guards = guards

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
        if self.accepts(value):
            return cast("T", value)
        rule = f'WEBSOCKETS["{self.name}"] must be {self.expected}'
        if self.guards:
            raise ImproperlyConfigured(f"{rule}.")
        _log_once(f"{rule}; using the default")
        return self.default

    def accepts(self, value: object) -> bool:
        """Return whether ``value`` is used as it is: the default always is."""
        return value is self.default or self.is_valid(value)


_logged: set[str] = set()


def _log_once(message: str) -> None:
    if message not in _logged:
        _logged.add(message)
        logger.error(message)


@receiver(setting_changed, dispatch_uid="django_aws_api_gateway_websockets.conf")
def _log_again(**kwargs: Any) -> None:
    _logged.clear()


def get_websockets_config() -> Mapping[str, Any]:
    """Return ``settings.WEBSOCKETS``, or an empty mapping when it is unset or not a dictionary."""
    config = getattr(django_settings, "WEBSOCKETS", None)
    if isinstance(config, Mapping):
        for key in config.keys() - KNOWN_KEYS:
            _log_once(f"WEBSOCKETS has the unknown key {key!r}")
        return config
    if config is not None:
        _log_once("WEBSOCKETS must be a dictionary; every setting has its default")
    return {}


def _count(default: int, check_id: str = "E002") -> Setting[int]:
    return Setting(default, is_positive_int, "an integer of at least 1", check_id)


def _duration(default: int, check_id: str = "E002") -> Setting[int]:
    return Setting(default, is_duration, f"an integer from 1 to {MAX_DURATION}", check_id)


class WebSocketSettings:
    """The settings of this package, by name; ``settings`` is the one instance."""

    token_rate_limit_per_minute = _count(20)
    token_expiry_seconds = _duration(60)
    rate_limit_max_attempts = _count(20)
    rate_limit_window_minutes = _duration(1)
    push_changes_to_aws = Setting(True, is_bool, "True or False", "E002")
    allowed_integration_hosts = Setting[Any](
        None, is_text_or_list, "a host name or a list of host names", "E002"
    )
    endpoint_url = Setting[str | None](
        None, is_url, "an http:// or https:// URL", "E003", guards=True
    )
    transport = Setting[Mapping[str, Any]](
        DEFAULT_TRANSPORT, is_backend, 'a dictionary with a "BACKEND"', "E004", guards=True
    )
    allowed_origins = Setting[Iterable[str] | None](
        None, is_origins, 'a list of scheme://host[:port]; a host may start with "*."', "E005"
    )
    task_backend = Setting("default", is_name, "a name of TASKS", "E012")
    task_queue = Setting("default", is_name, "the name of a queue", "E013")
    session_max_age_seconds = _duration(7500, "E006")
    gone_grace_seconds = _duration(10, "E007")
    token_binding = Setting("session", is_binding, '"session" or "user"', "E008")
    delivery_concurrency = Setting(
        256, is_concurrency, f"an integer from 1 to {MAX_CONCURRENCY}", "E010"
    )
    delivery_max_per_second = Setting[int | None](
        None, is_positive_int, "an integer of at least 1", "E011"
    )
    trusted_proxy_count = Setting[int | None](None, is_natural, "an integer of at least 0", "E009")

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
        value = get_websockets_config().get("gateway_secret")
        return value is not None and (not isinstance(value, str | list | tuple) or bool(value))

    @property
    def gateway_secrets(self) -> tuple[str, ...]:
        """The usable secrets, the one that is sent first; empty when none can match."""
        secrets = tuple(s for s in _secret_candidates() if is_secret(s))
        if self.gateway_secret_configured and not secrets:
            _log_once(f"{_SECRET} is not usable; every request is refused")
        return secrets

    @property
    def gateway_secrets_usable(self) -> bool:
        """Whether each configured secret can be sent and compared; true when there is none."""
        return not self.gateway_secret_configured or all(map(is_secret, _secret_candidates()))

    @property
    def sent_gateway_secret(self) -> str | None:
        """The secret that new integrations send, or None when none is configured.

        Raises:
            ValueError: the first configured secret cannot travel as a header.
        """
        if not self.gateway_secret_configured:
            return None
        first = _secret_candidates()[0]
        if is_secret(first):
            return first
        raise ValueError(
            f"The first secret of {_SECRET} must be {SECRET_RULE}; look for a newline at its end."
        )


_SECRET = 'WEBSOCKETS["gateway_secret"]'


def _secret_candidates() -> Sequence[object]:
    value = get_websockets_config().get("gateway_secret")
    return value if isinstance(value, list | tuple) else [value]


def _django(name: str) -> str | None:
    value = getattr(django_settings, name, None) or None
    if value is not None and not isinstance(value, str):
        _log_once(f"{name} must be a string; it is not used")
        return None
    return value


settings = WebSocketSettings()

#: Every key of ``WEBSOCKETS`` but the secret, which has no default, in the order of the class.
DECLARED_SETTINGS: dict[str, Setting[Any]] = {
    name: value for name, value in vars(WebSocketSettings).items() if isinstance(value, Setting)
}

# The settings that 4.1 has too share one check id.
DEFAULTS: dict[str, int] = {
    name: setting.default
    for name, setting in DECLARED_SETTINGS.items()
    if setting.check_id == "E002" and type(setting.default) is int
}
BOOLEAN_DEFAULTS: dict[str, bool] = {"push_changes_to_aws": True}
OPTIONAL_KEYS = frozenset({"gateway_secret", *DECLARED_SETTINGS} - {*DEFAULTS, *BOOLEAN_DEFAULTS})
KNOWN_KEYS = OPTIONAL_KEYS | {*DEFAULTS, *BOOLEAN_DEFAULTS}


def get_setting(name: str) -> int:
    """Return an integer setting of 4.1.

    Raises:
        KeyError: there is none of this name.
    """
    DEFAULTS[name]
    return cast("int", getattr(settings, name))


def get_boolean_setting(name: str) -> bool:
    """Return a boolean setting of 4.1.

    Raises:
        KeyError: there is none of this name.
    """
    BOOLEAN_DEFAULTS[name]
    return cast("bool", getattr(settings, name))


def get_allowed_integration_hosts() -> list[str] | None:
    """Return the host patterns that integrations may point at, or None when any may be used.

    What is not text is left out, so that one wrong entry does not lift the restriction.
    """
    hosts = settings.allowed_integration_hosts
    if hosts is None:
        return None
    texts = [hosts] if isinstance(hosts, str) else [h for h in hosts if isinstance(h, str)]
    return [text.strip().lower() for text in texts]
