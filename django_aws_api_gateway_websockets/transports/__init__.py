"""The transport that the settings name, built once and kept until they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from ..conf import settings
from .base import BaseTransport, ConnectionInfo, SendResult

__all__ = ["BaseTransport", "ConnectionInfo", "SendResult", "get_transport"]

SETTING = 'WEBSOCKETS["transport"]'

_built: list[tuple[Mapping[str, Any], BaseTransport]] = []


def get_transport() -> BaseTransport:
    """Return the transport of ``WEBSOCKETS["transport"]``, the same one until settings change.

    Raises:
        ImproperlyConfigured: the class cannot be imported, is no transport, or does not take its
            options.
    """
    config = settings.transport
    for built_of, transport in _built:
        if built_of == config:
            return transport
    transport = _build(config)
    # A thread that is late may put in what is not asked for any more; then nobody takes it.
    _built[:] = [(config, transport)]
    return transport


@receiver(setting_changed, dispatch_uid="django_aws_api_gateway_websockets.transports")
def _forget_transport(*, setting: str, **kwargs: Any) -> None:
    if setting == "WEBSOCKETS":
        _built.clear()


def _build(config: Mapping[str, Any]) -> BaseTransport:
    backend = _import(config["BACKEND"])
    try:
        return backend(**config.get("OPTIONS", {}))
    except (ImproperlyConfigured, TypeError) as error:
        raise ImproperlyConfigured(f'{SETTING}["OPTIONS"]: {error}') from error


def _import(path: str) -> type[BaseTransport]:
    try:
        backend = import_string(path)
    except (ImportError, TypeError, ValueError) as error:  # the last two: no module's name
        raise ImproperlyConfigured(f'{SETTING}["BACKEND"]: {error}') from error
    if not (isinstance(backend, type) and issubclass(backend, BaseTransport)):
        raise ImproperlyConfigured(
            f'{SETTING}["BACKEND"]: {path} is not a subclass of BaseTransport.'
        )
    return backend
