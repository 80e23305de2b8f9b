"""``{% load websockets %}``: the tags that connect a page."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

__all__ = ["register", "websocket_client", "websocket_config"]

register = template.Library()

_CLIENT = "django_aws_api_gateway_websockets/client.js"


@register.simple_tag(takes_context=True)
def websocket_config(context: Context, element_id: str = "websocket-config") -> SafeString:
    """Return the data block that tells the client where and how to connect.

    Args:
        context: with the keys of ``AddWebSocketRouteToContextMixin``.
        element_id: id of the block; a page may have several.
    """
    request = context.get("request")
    route = context.get("api_gateway_route")
    config = {
        "url": context.get("websocket_url"),
        "tokenUrl": context.get("websocket_token_url"),
        "channel": context.get("channel_name", ""),
        "routeKey": route.route_key if route else None,
        "csrfToken": get_token(request) if request else None,
        "csrfHeaderName": settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-"),
    }
    return json_script(config, element_id)


@register.simple_tag(takes_context=True)
def websocket_client(context: Context) -> SafeString:
    """Return the script element of the client module, with the CSP nonce when there is one."""
    nonce = _nonce(context)
    if nonce:
        return format_html(
            '<script type="module" src="{}" nonce="{}"></script>', static(_CLIENT), nonce
        )
    return format_html('<script type="module" src="{}"></script>', static(_CLIENT))


def _nonce(context: Context) -> str:
    """Return the nonce of Django 6.0's context processor, or of django-csp's middleware, or ""."""
    nonce = context.get("csp_nonce")
    if nonce is None:
        nonce = getattr(context.get("request"), "csp_nonce", None)
    # Both are false until their text has been asked for.
    return "" if nonce is None else str(nonce)
