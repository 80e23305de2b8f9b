"""The WebSocket views that the URLconf serves; what is broken in it, Django's own checks report."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings as django_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from ..views import WebSocketView

__all__ = ["RoutedView", "routed_views", "view_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedView:
    """The class of a view, and the arguments of its ``as_view``."""

    view_class: type[WebSocketView]
    initkwargs: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.view_class.__module__}.{self.view_class.__qualname__}"

    @property
    def is_plain(self) -> bool:
        """Whether it is the package's own view, as ``include()`` serves it."""
        return self.view_class is WebSocketView

    def attribute(self, name: str) -> Any:
        """Return an attribute as the view's instances have it."""
        return self.initkwargs.get(name, getattr(self.view_class, name))


def routed_views() -> Iterator[RoutedView]:
    """Yield every WebSocket view of the URLconf, once for each pattern."""
    if getattr(django_settings, "ROOT_URLCONF", None):
        for callback in _callbacks(get_resolver()):
            view = _find_view(callback)
            if view is not None:
                yield view


def view_at(path: str) -> RoutedView | None:
    """Return the WebSocket view that answers at a path, or None when there is none."""
    try:
        return _find_view(resolve(path).func)
    except Exception:  # an import may raise anything
        return None


def _callbacks(resolver: URLResolver) -> Iterator[Any]:
    for pattern in _patterns(resolver):
        if isinstance(pattern, URLResolver):
            yield from _callbacks(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.callback


def _patterns(resolver: URLResolver) -> list[object]:
    try:
        return list(resolver.url_patterns)
    except Exception:  # an import may raise anything
        return []


def _find_view(callback: Any) -> RoutedView | None:
    """Return the view inside what decorators made of it."""
    while isinstance(callback, partial):
        callback = callback.func
    try:
        callback = inspect.unwrap(callback, stop=lambda layer: hasattr(layer, "view_class"))
    except ValueError:
        return None
    view_class = getattr(callback, "view_class", None)
    if not (isinstance(view_class, type) and issubclass(view_class, WebSocketView)):
        return None
    return RoutedView(view_class=view_class, initkwargs=callback.view_initkwargs)
