from __future__ import annotations

from django.views.generic import TemplateView

from django_aws_api_gateway_websockets.mixins import AddWebSocketRouteToContextMixin


class ByHandPage(AddWebSocketRouteToContextMixin, TemplateView):
    template_name = "byhand/attributes.html"
    websocket_route_key = "wall"
    channel_name = "wall"


class ConfigObjectPage(AddWebSocketRouteToContextMixin, TemplateView):
    template_name = "byhand/config_object.html"
    websocket_route_key = "wall"
    channel_name = "wall"
