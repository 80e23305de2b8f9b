"""View mixins that put the WebSocket route, its URLs and the channel into the template context."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.views.generic.base import ContextMixin

from .models import ApiGatewayAdditionalRoute

__all__ = ["AddWebSocketRouteToContextMixin", "AppChannelWebSocketMixin"]

logger = logging.getLogger("django_aws_api_gateway_websockets.mixins")


class AddWebSocketRouteToContextMixin(ContextMixin):
    """Adds the route of ``websocket_route_key``, and what a page needs to connect to it.

    Attributes:
        websocket_route_key: key of an additional route of a gateway.
        channel_name: what the page's connection will join; empty for the gateway's default.
        websocket_api_name: the gateway's name, where several have a route of this key.
        websocket_token_url_name: name of the token view's URL pattern.
    """

    request: HttpRequest
    websocket_route_key = "default"
    channel_name = ""
    websocket_api_name = ""
    websocket_token_url_name = "websockets:token"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the keys of the route.

        ``api_gateway_route`` is the row or None, ``channel_name`` the channel, ``websocket_url``
        what a script opens (None without a route) and ``websocket_token_url`` where it posts for a
        token (None without that URL pattern).
        """
        context = super().get_context_data(**kwargs)
        route = self.get_api_gateway_route()
        context["api_gateway_route"] = route
        context["channel_name"] = self.channel_name
        context["websocket_url"] = (
            route.api_gateway.url_for_page(self.request.get_host()) if route else None
        )
        context["websocket_token_url"] = self._token_url()
        return context

    def get_websocket_route_keys(self) -> list[str]:
        """Return the keys under which the route may be found, the best first."""
        return [self.websocket_route_key]

    def get_api_gateway_route(self) -> ApiGatewayAdditionalRoute | None:
        """Return the first route by primary key that has the key, or None; the log says why."""
        keys = self.get_websocket_route_keys()
        routes = ApiGatewayAdditionalRoute.objects.select_related("api_gateway").order_by("pk")
        if self.websocket_api_name:
            routes = routes.filter(api_gateway__api_name=self.websocket_api_name)
        found = sorted(routes.filter(route_key__in=keys), key=lambda r: keys.index(r.route_key))
        if not found:
            logger.warning("No WebSocket route has the key %s; add it in the admin", _either(keys))
            return None
        rivals = [route for route in found if route.route_key == found[0].route_key]
        if len(rivals) > 1:
            logger.warning(
                "%d WebSocket routes have the key %r; set websocket_api_name to choose one",
                len(rivals),
                found[0].route_key,
            )
        return found[0]

    def _token_url(self) -> str | None:
        try:
            return reverse(self.websocket_token_url_name)
        except NoReverseMatch:
            logger.warning("No URL pattern is named %r", self.websocket_token_url_name)
            return None


class AppChannelWebSocketMixin(AddWebSocketRouteToContextMixin):
    """Takes the view's app as the route key and as the channel.

    Attributes:
        app_channel_override: another channel; the route key stays the app's.
    """

    app_channel_override: str | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the keys of the route that is named like the app."""
        self.websocket_route_key = _app_names(self.request)[0]
        self.channel_name = self.app_channel_override or self.websocket_route_key
        return super().get_context_data(**kwargs)

    def get_websocket_route_keys(self) -> list[str]:
        """Return the app's label, and the package's name, under which 4.1 looked the route up."""
        return _app_names(self.request)


def _app_names(request: HttpRequest) -> list[str]:
    """Return the label of the app that answers ``request``, and the package of its view's module.

    A view outside every app has only its package.
    """
    module = resolve(request.path_info).func.__module__
    config = apps.get_containing_app_config(module)
    package = sys.modules[module].__package__ or module
    return list(dict.fromkeys([config.label, package] if config else [package]))


def _either(keys: list[str]) -> str:
    return " or ".join(map(repr, keys))
