"""Which transport delivers while tests run, whatever else they change in the settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.test import override_settings

from ..conf import get_websockets_config

__all__ = ["IN_MEMORY", "use_transport"]

IN_MEMORY = {"BACKEND": "django_aws_api_gateway_websockets.transports.locmem.LocMemTransport"}


@contextmanager
def use_transport(
    transport: Mapping[str, Any], *, endpoint_url: str | None = None
) -> Iterator[None]:
    """Deliver through a transport, also under settings that change meanwhile and name none.

    A test that overrides another key of ``WEBSOCKETS`` replaces all of them; without this, its
    messages would go to the default transport, which is AWS. One that names an ``endpoint_url``
    means that gateway, and nothing else can be reached then.

    Args:
        transport: the value of ``WEBSOCKETS["transport"]``.
        endpoint_url: the gateway that it reaches, if that is not in AWS.
    """
    added = {"transport": transport, **({"endpoint_url": endpoint_url} if endpoint_url else {})}

    def complete(*, setting: str, value: object, **kwargs: Any) -> None:
        config = {} if value is None else value
        if setting == "WEBSOCKETS" and isinstance(config, Mapping) and not _chooses(config):
            settings.WEBSOCKETS = {**config, **added}

    with override_settings(WEBSOCKETS={**get_websockets_config(), **added}):
        setting_changed.connect(complete, weak=False)
        try:
            yield
        finally:
            setting_changed.disconnect(complete)


def _chooses(config: Mapping[str, Any]) -> bool:
    """Return whether settings say by themselves where messages go."""
    return "transport" in config or bool(config.get("endpoint_url"))
