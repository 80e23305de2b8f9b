"""URL patterns for ``include()``, and the pattern of a project's own WebSocket view.

::

    urlpatterns = [
        path("ws/", include("django_aws_api_gateway_websockets.urls")),
        events("chat/", ChatView),
    ]

The include serves the token view as ``websockets:token``, and ``connect``, ``disconnect`` and
``default`` for a gateway whose target is ``https://<host>/ws/``.
"""

from __future__ import annotations

import re
from typing import Any

from django.urls import URLPattern, re_path

from .views import WebSocketTokenView, WebSocketView

__all__ = ["app_name", "events", "urlpatterns"]

app_name = "websockets"


def events(
    prefix: str, view: type[WebSocketView], *, name: str | None = None, **initkwargs: Any
) -> URLPattern:
    """Return the pattern of a view: ``<prefix><route>``, with and without a trailing slash.

    Args:
        prefix: beginning of the path, for example ``chat/``; taken literally.
        view: the view's class.
        name: of the pattern.
        initkwargs: passed on to ``as_view``.
    """
    route = rf"^{re.escape(prefix)}(?P<route>[\w$-]+)/?$"
    return re_path(route, view.as_view(**initkwargs), name=name)


urlpatterns = [
    re_path(r"^token/?$", WebSocketTokenView.as_view(), name="token"),
    events("", WebSocketView, name="events"),
]
