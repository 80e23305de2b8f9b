"""The checks of the views: open channels, and handlers that nobody has listed."""

from __future__ import annotations

from django.core.checks import Warning
from django.urls import include, path
from pytest_django import Settings

from django_aws_api_gateway_websockets.checks import (
    check_handlers_are_listed,
    check_unlisted_channels_are_refused,
)
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView, handler

from ..inbound import serve

__all__ = ["Open", "TestHandlers", "TestUnlistedChannels"]

PREFIX = "django_aws_api_gateway_websockets"


class Open(WebSocketView):
    """Leaves everything as it is."""

    def say(self) -> None:
        """Handle a message."""

    def default(self) -> None:  # type: ignore[override]  # never called
        """Handle the others."""

    def _help(self) -> None:
        """Help the others."""


class Child(Open):
    """Handles more, and lets its clients change their channel."""

    def shout(self) -> None:
        """Handle a message."""

    change_channel = shout  # type: ignore[assignment]  # never called


class Listed(Open):
    """Says which methods are handlers, and which channels there are."""

    ALLOW_UNLISTED_CHANNELS = False
    ALLOWED_HANDLERS = frozenset({"say"})


class Declared(Open):
    """Declares which method is a handler."""

    @handler
    def shout(self) -> None:
        """Handle a message."""


class Silent(WebSocketView):
    """Handles what names no handler, and nothing else."""

    def default(self) -> None:  # type: ignore[override]  # never called
        """Handle a message."""


def open_channels(view: str) -> Warning:
    """Return the warning of a view that lets users join any channel."""
    return Warning(
        f"tests.checks.test_views.{view} has ALLOW_UNLISTED_CHANNELS, so users may join any "
        "channel that has no ChannelPermission.",
        hint="Set it to False, and add a ChannelPermission for each channel that may be joined, "
        "or decide in can_join_channel().",
        id=f"{PREFIX}.W004",
    )


def unlisted_handlers(view: str, names: str) -> Warning:
    """Return the warning of a view that says nowhere what clients may call."""
    return Warning(
        f"tests.checks.test_views.{view} lists no handlers, so clients may call each of its "
        f"methods: {names}.",
        hint="Mark what clients may call with @handler, or list it in ALLOWED_HANDLERS.",
        id=f"{PREFIX}.W005",
    )


class TestUnlistedChannels:
    def test_accepts(self, settings: Settings) -> None:
        """A view that refuses unlisted channels is fine."""
        serve(settings, Listed)

        assert check_unlisted_channels_are_refused(None) == []

    def test_accepts_an_argument(self, settings: Settings) -> None:
        """The arguments of ``as_view`` count as attributes do."""
        serve(settings, Open, ALLOW_UNLISTED_CHANNELS=False)

        assert check_unlisted_channels_are_refused(None) == []

    def test_leaves_out_the_plain_view(self, settings: Settings) -> None:
        """The package's own view may stand there for the token view alone."""
        settings.ROOT_URLCONF = (path("ws/", include(f"{PREFIX}.urls")),)

        assert check_unlisted_channels_are_refused(None) == []

    def test_reports_each_view_once(self, settings: Settings) -> None:
        """A view is one warning, however often it is served."""
        settings.ROOT_URLCONF = (
            events("a/", Open, ALLOW_UNLISTED_CHANNELS=False),
            events("b/", Open),
            events("c/", Open),
            events("d/", Child),
        )

        assert check_unlisted_channels_are_refused(None) == [
            open_channels("Open"),
            open_channels("Child"),
        ]


class TestHandlers:
    def test_accepts(self, settings: Settings) -> None:
        """A view that lists its handlers is fine."""
        serve(settings, Listed)

        assert check_handlers_are_listed(None) == []

    def test_accepts_an_argument(self, settings: Settings) -> None:
        """The arguments of ``as_view`` count as attributes do."""
        serve(settings, Open, ALLOWED_HANDLERS=["say"])

        assert check_handlers_are_listed(None) == []

    def test_accepts_a_declaration(self, settings: Settings) -> None:
        """Where one method is decorated, clients call no other."""
        serve(settings, Declared)

        assert check_handlers_are_listed(None) == []

    def test_accepts_a_view_without_handlers(self, settings: Settings) -> None:
        """``default`` is called whatever is listed."""
        settings.ROOT_URLCONF = (events("a/", Silent), events("b/", WebSocketView))

        assert check_handlers_are_listed(None) == []

    def test_reports_each_view_once(self, settings: Settings) -> None:
        """A warning names all methods that clients may call, inherited ones too."""
        settings.ROOT_URLCONF = (events("a/", Open), events("b/", Open), events("c/", Child))

        assert check_handlers_are_listed(None) == [
            unlisted_handlers("Open", "say"),
            unlisted_handlers("Child", "change_channel, say, shout"),
        ]
