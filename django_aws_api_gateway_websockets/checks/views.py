"""Checks of the views that the URLconf serves: what they leave open to clients."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register

from ..dispatch import DEFAULT_HANDLER, declares_handlers, find_handlers
from ..views import WebSocketView
from .messages import check_id
from .routing import routed_views

__all__ = ["check_handlers_are_listed", "check_unlisted_channels_are_refused"]


@register(Tags.security, deploy=True)
def check_unlisted_channels_are_refused(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report each subclass whose users may join channels that nobody has listed.

    The plain view is not a matter of the URLconf alone: ``include()`` often stands there for the
    token view. ``check_gateways_refuse_unlisted_channels`` asks whether a gateway uses it.
    """
    views = [view for view in routed_views() if not view.is_plain]
    names = [str(view) for view in views if view.attribute("ALLOW_UNLISTED_CHANNELS")]
    return [
        Warning(
            f"{name} has ALLOW_UNLISTED_CHANNELS, so users may join any channel that has no "
            "ChannelPermission.",
            hint="Set it to False, and add a ChannelPermission for each channel that may be "
            "joined, or decide in can_join_channel().",
            id=check_id("W004"),
        )
        for name in dict.fromkeys(names)
    ]


@register(Tags.security, deploy=True)
def check_handlers_are_listed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report each view whose methods clients may call because nobody has said which."""
    views = [view for view in routed_views() if not view.attribute("ALLOWED_HANDLERS")]
    names = {str(view): _implicit_handlers(view.view_class) for view in views}
    return [
        Warning(
            f"{name} lists no handlers, so clients may call each of its methods: "
            f"{', '.join(handlers)}.",
            hint="Mark what clients may call with @handler, or list it in ALLOWED_HANDLERS.",
            id=check_id("W005"),
        )
        for name, handlers in names.items()
        if handlers
    ]


def _implicit_handlers(view_class: type[WebSocketView]) -> list[str]:
    """Return the methods that clients may call though nothing marks or lists them as handlers.

    ``default`` answers whatever names no other, listed or not.
    """
    if declares_handlers(view_class):
        return []
    handlers = find_handlers(view_class, WebSocketView, view_class.BASE_HANDLERS)
    return sorted(handlers.keys() - {DEFAULT_HANDLER})
