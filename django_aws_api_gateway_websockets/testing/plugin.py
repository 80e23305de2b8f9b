"""The plugin that pytest finds by itself; it loads ``fixtures`` into projects that use this app.

pytest imports it in every project of an environment, before Django is set up: it may import
neither models nor what reads settings.
"""

from __future__ import annotations

import pytest
from django.apps import apps

__all__ = ["pytest_configure", "pytest_sessionstart"]

_APP = "django_aws_api_gateway_websockets"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, so that strict markers admit it everywhere."""
    config.addinivalue_line(
        "markers",
        "websocket_transport: deliver through the transport of the project's settings, "
        "not to memory.",
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Load the fixtures where Django is set up by now and has this app."""
    if apps.ready and apps.is_installed(_APP):
        session.config.pluginmanager.import_plugin(f"{_APP}.testing.fixtures")
