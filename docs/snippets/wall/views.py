from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.views.generic import TemplateView

from django_aws_api_gateway_websockets.mixins import AddWebSocketRouteToContextMixin
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.views import WebSocketView


class WallPage(LoginRequiredMixin, AddWebSocketRouteToContextMixin, TemplateView):
    """What the browser opens."""

    template_name = "wall/wall.html"
    websocket_route_key = "wall"
    channel_name = "wall"


class WallSocket(WebSocketView):
    """What API Gateway calls."""

    ALLOWED_HANDLERS = {"write"}
    STRICT_HANDLERS = True

    def write(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, int]:
        text = str(self.body.get("text", ""))
        readers = WebSocketSession.objects.in_channel("wall")
        report = readers.send_message({"author": request.user.get_username(), "text": text})
        return {"readers": report.sent}
