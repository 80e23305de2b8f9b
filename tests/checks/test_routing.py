"""Finding the WebSocket views of a URLconf, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpResponse, HttpResponseBase
from django.urls import URLResolver, include, path
from django.urls.resolvers import RegexPattern
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.defaults import page_not_found
from pytest_django import Settings

from django_aws_api_gateway_websockets.checks.routing import routed_views, view_at
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["TestRoutedViews", "TestViewAt"]

NO_PATTERNS: Any = [7, None]


class Chat(WebSocketView):
    """A project's view."""


class Blog(WebSocketView):
    """Another one."""


def in_layers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap a view many times over."""
    return partial(partial(staticmethod(never_cache(staticmethod(view))), extra=1))


class Circle(HttpResponse):
    """A callable that claims to be wrapped by itself."""


Circle.__wrapped__ = Circle  # type: ignore[attr-defined]  # on purpose


def found() -> list[str]:
    """Return the views that are found, by their names."""
    return [view.view_class.__name__ for view in routed_views()]


class TestRoutedViews:
    def test_finds_what_is_nested(self, settings: Settings) -> None:
        """Views are found below includes, and below patterns with a language."""
        settings.ROOT_URLCONF = (
            path("admin/", admin.site.urls),
            path("", page_not_found),
            path("", View.as_view()),
            path("a/", include([path("b/", include([events("chat/", Chat)]))])),
            *i18n_patterns(events("blog/", Blog)),
            path("ws/", include("django_aws_api_gateway_websockets.urls")),
        )

        assert found() == ["Chat", "Blog", "WebSocketView"]

    @pytest.mark.parametrize("decorator", [never_cache, staticmethod, partial, in_layers])
    def test_finds_what_is_decorated(
        self, settings: Settings, decorator: Callable[[Any], Any]
    ) -> None:
        """A decorator hides nothing, as long as it says what it wraps."""
        view = decorator(Chat.as_view(USE_WS_TOKEN=False))
        settings.ROOT_URLCONF = (path("<route>", view),)

        [routed] = routed_views()

        assert routed.view_class is Chat
        assert routed.attribute("USE_WS_TOKEN") is False
        assert routed.attribute("ALLOW_UNLISTED_CHANNELS") is True

    @pytest.mark.parametrize(
        "broken",
        [
            path("", Circle),
            URLResolver(RegexPattern(""), "tests.checks.nowhere"),
            URLResolver(RegexPattern(""), "tests.settings"),
            URLResolver(RegexPattern(""), NO_PATTERNS),
            "text",
        ],
        ids=["circle", "import", "no patterns", "no pattern", "text"],
    )
    def test_passes_over_what_is_broken(self, settings: Settings, broken: Any) -> None:
        """What cannot be read does not hide the rest."""
        settings.ROOT_URLCONF = (broken, events("chat/", Chat))

        assert found() == ["Chat"]

    @pytest.mark.parametrize("urlconf", ["tests.checks.nowhere", "tests.settings", 7, "", None])
    def test_finds_nothing_in_a_broken_urlconf(self, settings: Settings, urlconf: object) -> None:
        """A URLconf that is no URLconf has no views."""
        settings.ROOT_URLCONF = urlconf

        assert found() == []

    def test_finds_nothing_without_a_urlconf(self, settings: Settings) -> None:
        """A project that serves nothing needs none."""
        del settings.ROOT_URLCONF

        assert found() == []

    def test_names_the_class(self, settings: Settings) -> None:
        """The text of a view is its class's path; the package's own is the plain one."""
        settings.ROOT_URLCONF = (events("chat/", Chat), events("ws/", WebSocketView))

        assert [(str(view), view.is_plain) for view in routed_views()] == [
            ("tests.checks.test_routing.Chat", False),
            ("django_aws_api_gateway_websockets.views.websocket.WebSocketView", True),
        ]


class TestViewAt:
    def test_returns_the_view(self, settings: Settings) -> None:
        """The first pattern that matches decides, as in a request."""
        settings.ROOT_URLCONF = (events("ws/", Chat), events("ws/", Blog))

        view = view_at("/ws/connect")

        assert view is not None
        assert view.view_class is Chat

    @pytest.mark.parametrize("url", ["/plain", "/nowhere", "", "ws/connect"])
    def test_returns_none(self, settings: Settings, url: str) -> None:
        """Another view is none, and no view is none."""
        settings.ROOT_URLCONF = (path("plain", page_not_found), events("ws/", Chat))

        assert view_at(url) is None

    def test_returns_none_in_a_broken_urlconf(self, settings: Settings) -> None:
        """An import that fails is Django's to report."""
        settings.ROOT_URLCONF = "tests.checks.nowhere"

        assert view_at("/ws/connect") is None
