"""URLconf of the benchmarks: the package's views below ``/ws/``, the bare ones below ``/bare/``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path

from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

from . import bare

__all__ = ["Chat", "urlpatterns"]


class Chat(WebSocketView):
    """A project's view, with one handler that has nothing to say."""

    def say(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Take the message."""


urlpatterns = [
    path("bare/token", bare.token),
    path("bare/connect", bare.connect),
    path("bare/message", bare.message),
    path("bare/disconnect", bare.disconnect),
    path("tokens/", include("django_aws_api_gateway_websockets.urls")),
    events("ws/", Chat),
]
