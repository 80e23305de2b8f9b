"""URLconf of the tests with a live server."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path

from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["EchoView", "urlpatterns"]


class EchoView(WebSocketView):
    """Sends back what comes, by a post, to whoever has a token."""

    token_binding = "user"

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send it back."""
        self.websocket_session.send_message({"echo": self.body["text"]})


urlpatterns = [
    events("echo/", EchoView),
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
]
