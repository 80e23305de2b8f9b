"""URLconf of the end-to-end tests: the token view, a chat, and the way out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["ChatView", "sign_out", "urlpatterns"]


class ChatView(WebSocketView):
    """Echoes, and passes lines on to everyone in the room."""

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return what came, and from whom."""
        return {"text": self.body["text"], "user": request.user.get_username()}

    def say(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send a line to the room, by posts through boto3."""
        room = WebSocketSession.objects.filter(channel_name=self.websocket_session.channel_name)
        report = room.send_message({"line": self.body["text"]})
        return {"heard": report.sent}

    def fail(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raise."""
        raise LookupError("secret detail")


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the login."""
    logout(request)
    return HttpResponse()


urlpatterns = [
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
    events("chat/", ChatView),
    path("sign-out/", sign_out),
]
