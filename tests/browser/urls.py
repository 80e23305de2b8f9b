"""URLconf of a site whose pages bring scripts of their own, as those for 4.1 do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import include, path
from django.views.generic import TemplateView
from django.views.static import serve

from django_aws_api_gateway_websockets.mixins import AddWebSocketRouteToContextMixin
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["OwnScriptPage", "WallView", "urlpatterns"]

NODE_MODULES = Path(__file__).parents[2] / "node_modules"


class OwnScriptPage(AddWebSocketRouteToContextMixin, TemplateView):
    """A page that opens its socket itself."""

    websocket_route_key = "wall"
    channel_name = "wall"


class WallView(WebSocketView):
    """Sends a line to everybody on the wall."""

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Send it."""
        wall = WebSocketSession.objects.filter(channel_name="wall", connected=True)
        wall.send_message({"text": self.body["text"]})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("bare/", OwnScriptPage.as_view(template_name="browser/bare.html")),
    path("library/", OwnScriptPage.as_view(template_name="browser/library.html")),
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
    events("wall/", WallView),
    path("node_modules/<path:path>", serve, {"document_root": NODE_MODULES}),
]
