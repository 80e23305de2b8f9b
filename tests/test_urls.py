"""URLs match with and without a trailing slash, and never redirect."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, Resolver404, include, path, resolve, reverse
from pytest_django import Settings

from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketTokenView, WebSocketView

from .inbound import serve


class Chat(WebSocketView):
    """A project's view."""


class TestInclude:
    """What a project includes."""

    @pytest.fixture(autouse=True)
    def urls(self, settings: Settings) -> None:
        """Include it below ``/ws/``."""
        settings.ROOT_URLCONF = (path("ws/", include("django_aws_api_gateway_websockets.urls")),)

    @pytest.mark.parametrize("url", ["/ws/token", "/ws/token/"])
    def test_token(self, url: str) -> None:
        """The token view."""
        match = resolve(url)

        assert match.view_name == "websockets:token"
        assert match.func.view_class is WebSocketTokenView  # type: ignore[attr-defined]  # as_view

    @pytest.mark.parametrize("slash", ["", "/"])
    @pytest.mark.parametrize("route", ["connect", "disconnect", "default"])
    def test_events(self, route: str, slash: str) -> None:
        """The three routes that every gateway has."""
        match = resolve(f"/ws/{route}{slash}")

        assert match.view_name == "websockets:events"
        assert match.kwargs == {"route": route}
        assert match.func.view_class is WebSocketView  # type: ignore[attr-defined]  # as_view

    def test_reverse(self) -> None:
        """The names that templates and mixins use."""
        assert reverse("websockets:token") == "/ws/token"
        assert reverse("websockets:events", kwargs={"route": "connect"}) == "/ws/connect"


class TestEvents:
    """The pattern of a project's own view."""

    @pytest.mark.parametrize(
        "url", ["/chat/connect", "/chat/my-route_1/", "/chat/$default", "/chat/token"]
    )
    def test_match(self, settings: Settings, url: str) -> None:
        """Any one part of a path is a route."""
        serve(settings, Chat)

        match = resolve(url)

        assert match.kwargs == {"route": url.split("/")[2]}
        assert match.func.view_class is Chat  # type: ignore[attr-defined]  # as_view

    @pytest.mark.parametrize("url", ["/chat/", "/chat", "/chat/a/b", "/chat/a.b", "/xchat/a"])
    def test_no_match(self, settings: Settings, url: str) -> None:
        """No part, or more than one, is none."""
        serve(settings, Chat)

        with pytest.raises(Resolver404):
            resolve(url)

    def test_literal_prefix(self, settings: Settings) -> None:
        """The prefix is no regular expression."""
        settings.ROOT_URLCONF = (events("a.b-c/", Chat, name="chat"),)

        assert reverse("chat", kwargs={"route": "connect"}) == "/a.b-c/connect"
        with pytest.raises(Resolver404):
            resolve("/axb-c/connect")

    def test_name(self, settings: Settings) -> None:
        """A pattern without a name has none."""
        settings.ROOT_URLCONF = (events("a/", Chat),)

        with pytest.raises(NoReverseMatch):
            reverse("events", kwargs={"route": "connect"})

    def test_arguments(self, settings: Settings) -> None:
        """Further arguments are the view's."""
        settings.ROOT_URLCONF = (events("a/", Chat, aws_api_gateway_id="one"),)

        initkwargs = resolve("/a/connect").func.view_initkwargs  # type: ignore[attr-defined]
        assert initkwargs == {"aws_api_gateway_id": "one"}

    def test_unknown_argument(self) -> None:
        """A mistake is told at once."""
        with pytest.raises(TypeError, match="received an invalid keyword 'gateway'"):
            events("a/", Chat, gateway="one")
