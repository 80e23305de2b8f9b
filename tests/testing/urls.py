"""URLconf of the tests with a live server."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.urls import include, path

from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["VISITORS", "EchoView", "Visitors", "urlpatterns"]


class Visitors:
    """Those who are in a place, and how many there have been at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self.most = 0

    def stay(self, seconds: float) -> None:
        """Come, stay and go."""
        with self._lock:
            self._count += 1
            self.most = max(self.most, self._count)
        time.sleep(seconds)
        with self._lock:
            self._count -= 1


VISITORS = Visitors()


class EchoView(WebSocketView):
    """Sends back what comes, by a post, to whoever has a token."""

    token_binding = "user"

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send it back."""
        self.websocket_session.send_message({"echo": self.body["text"]})

    def visit(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let others come meanwhile, then say that it is done."""
        VISITORS.stay(0.02)
        self.websocket_session.send_message("done")


urlpatterns = [
    events("echo/", EchoView),
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
]
