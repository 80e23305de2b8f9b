"""A mixin puts into the template what a page needs to connect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import include, path
from django.views.generic import DetailView, TemplateView, View
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.mixins import (
    AddWebSocketRouteToContextMixin,
    AppChannelWebSocketMixin,
)
from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute
from django_aws_api_gateway_websockets.testing import create_gateway

pytestmark = pytest.mark.django_db

LOGGER = "django_aws_api_gateway_websockets.mixins"
if TYPE_CHECKING:
    _DetailView = DetailView[ApiGateway]
else:
    _DetailView = DetailView

SOCKET = "wss://test000000.execute-api.eu-west-1.amazonaws.com/production"


class Page(AddWebSocketRouteToContextMixin, TemplateView):
    """A page with a route and a channel of its own."""

    template_name = "page.html"
    websocket_route_key = "chat"
    channel_name = "room_1"


class Bare(AddWebSocketRouteToContextMixin, TemplateView):
    """A page that sets nothing."""


class AppPage(AppChannelWebSocketMixin, TemplateView):
    """A page with the route and the channel of its app."""


class Override(AppPage):
    """A page with another channel."""

    app_channel_override = "lobby"


class Gateways(AddWebSocketRouteToContextMixin, _DetailView):
    """A page about a row."""

    model = ApiGateway
    websocket_route_key = "chat"


def view_in(module: str) -> Callable[..., HttpResponseBase]:
    """Return a view that a module defines."""
    view = View.as_view()
    view.__module__ = module
    return view


TEMPLATE = (
    "{{ api_gateway_route.api_gateway.domain_name }} {{ channel_name }} "
    "{{ websocket_url }} {{ websocket_token_url }}"
)


@pytest.fixture(autouse=True)
def urls(settings: Settings) -> None:
    """Serve the pages."""
    settings.ROOT_URLCONF = (
        path("ws/", include("django_aws_api_gateway_websockets.urls")),
        path("page/", Page.as_view()),
        path("app/", AppPage.as_view()),
        path("outside/", view_in("email.mime.text")),
        path("deep/", view_in("django.contrib.admin.sites")),
    )
    loader = ("django.template.loaders.locmem.Loader", {"page.html": TEMPLATE})
    backend = "django.template.backends.django.DjangoTemplates"
    settings.TEMPLATES = [{"BACKEND": backend, "OPTIONS": {"loaders": [loader]}}]


def route(key: str = "chat", **fields: Any) -> ApiGatewayAdditionalRoute:
    """Return a route of a gateway of its own."""
    name = fields.pop("api_name", "test")
    gateway = create_gateway(api_name=name, routes={key: "http://testserver/x"}, **fields)
    return gateway.additional_routes.get()


def context(view: type[Any], url: str = "/page/", **headers: str) -> dict[str, Any]:
    """Return the context of a page."""
    page = view()
    page.setup(RequestFactory().get(url, headers=headers))
    result: dict[str, Any] = page.get_context_data()
    return result


class TestContext:
    """The keys that a template counts on."""

    def test_route(self) -> None:
        """The row, and through it the gateway."""
        row = route()

        found = context(Page)["api_gateway_route"]

        assert found == row
        assert found.api_gateway.connection_url == SOCKET

    def test_channel(self) -> None:
        """The view's channel."""
        assert context(Page)["channel_name"] == "room_1"

    def test_urls(self) -> None:
        """What a script opens, and where it posts for a token."""
        route()

        keys = context(Page)

        assert keys["websocket_url"] == SOCKET
        assert keys["websocket_token_url"] == "/ws/token"

    def test_template(self) -> None:
        """A template reaches what it needs."""
        route(domain_name="ws.example.com")

        response = Client().get("/page/")

        assert response.content.decode() == ("ws.example.com room_1 wss://ws.example.com /ws/token")

    def test_view(self) -> None:
        """What Django's own views add is kept."""
        assert isinstance(context(Page)["view"], Page)

    def test_row_page(self, rf: RequestFactory) -> None:
        """A page about a row keeps the row."""
        row = route()

        response: Any = Gateways.as_view()(rf.get("/page/"), pk=row.api_gateway.pk)

        assert response.context_data["object"] == row.api_gateway
        assert response.context_data["api_gateway_route"] == row

    def test_one_statement(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """Route and gateway come together."""
        route()

        with django_assert_num_queries(1):
            context(Page)

    def test_defaults(self) -> None:
        """A page that sets nothing looks for ``default`` and joins the gateway's channel."""
        row = route("default")

        keys = context(Bare)

        assert (keys["api_gateway_route"], keys["channel_name"]) == (row, "")


class TestMissingParts:
    """A page renders all the same, and the log says what is missing."""

    def test_no_route(self, caplog: pytest.LogCaptureFixture) -> None:
        """No row has the key."""
        keys = context(Page)

        assert (keys["api_gateway_route"], keys["websocket_url"]) == (None, None)
        assert caplog.record_tuples == [
            (LOGGER, 30, "No WebSocket route has the key 'chat'; add it in the admin")
        ]

    def test_renders(self) -> None:
        """The page is served."""
        response = Client().get("/page/")

        assert response.content.decode() == " room_1 None /ws/token"

    def test_no_region(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        """The gateway has no endpoint, and no setting names a region."""
        settings.AWS_GATEWAY_REGION_NAME = None
        route(api_endpoint="")

        assert context(Page)["websocket_url"] is None
        assert caplog.messages == [
            "Gateway test has no URL: "
            "AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"
        ]

    def test_no_token_url(self, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
        """The project does not include our URLs."""
        settings.ROOT_URLCONF = (path("page/", Page.as_view()),)
        route()

        assert context(Page)["websocket_token_url"] is None
        assert caplog.messages == ["No URL pattern is named 'websockets:token'"]


class TestSeveralRoutes:
    """One key may be that of routes of several gateways."""

    def test_first(self, caplog: pytest.LogCaptureFixture) -> None:
        """The oldest is taken, and the log says how to choose."""
        first, second = route(), route(api_name="two")

        assert context(Page)["api_gateway_route"] == first
        assert first.pk < second.pk
        assert caplog.messages == [
            "2 WebSocket routes have the key 'chat'; set websocket_api_name to choose one"
        ]

    def test_chosen(self, caplog: pytest.LogCaptureFixture) -> None:
        """A page names the gateway."""

        class Chosen(Page):
            websocket_api_name = "two"

        route()
        second = route(api_name="two")

        assert context(Chosen)["api_gateway_route"] == second
        assert caplog.messages == []

    def test_chosen_without_route(self) -> None:
        """A gateway without the route is not replaced by another."""

        class Chosen(Page):
            websocket_api_name = "three"

        route()

        assert context(Chosen)["api_gateway_route"] is None


class TestLoopback:
    """A page of this machine opens a local gateway under its own host name."""

    @pytest.mark.parametrize(
        ("host", "url"),
        [
            ("127.0.0.1:8000", "ws://127.0.0.1:9000/test000000/production"),
            ("localhost:8000", "ws://localhost:9000/test000000/production"),
            ("testserver", "ws://127.0.0.1:9000/test000000/production"),
        ],
    )
    def test_host(self, host: str, url: str) -> None:
        """To a browser ``localhost`` and ``127.0.0.1`` are two sites."""
        route(api_endpoint="ws://127.0.0.1:9000/test000000")

        assert context(Page, Host=host)["websocket_url"] == url

    def test_behind_a_proxy(self, settings: Settings) -> None:
        """The host that a proxy forwards counts where the project says so."""
        settings.USE_X_FORWARDED_HOST = True
        route(api_endpoint="ws://127.0.0.1:9000/test000000")
        hosts = {"Host": "127.0.0.1:8000", "X-Forwarded-Host": "localhost:8443"}

        assert context(Page, **hosts)["websocket_url"] == (
            "ws://localhost:9000/test000000/production"
        )

    def test_custom_domain(self) -> None:
        """A gateway in AWS is opened under its own name."""
        route(domain_name="ws.example.com")

        assert context(Page, Host="localhost")["websocket_url"] == "wss://ws.example.com"


class TestAppChannel:
    """A page of an app has the app's name as its route key and its channel."""

    def test_label(self) -> None:
        """The label of the app that has the view."""
        row = route("tests")

        keys = context(AppPage, "/app/")

        assert (keys["api_gateway_route"], keys["channel_name"]) == (row, "tests")

    def test_override(self) -> None:
        """Another channel leaves the route key."""
        row = route("tests")

        keys = context(Override, "/app/")

        assert (keys["api_gateway_route"], keys["channel_name"]) == (row, "lobby")

    def test_attributes(self) -> None:
        """The view itself has them, as it had in 4.1."""
        page = Override()
        page.setup(RequestFactory().get("/app/"))

        page.get_context_data()

        assert (page.websocket_route_key, page.channel_name) == ("tests", "lobby")

    def test_nested_package(self) -> None:
        """A route under the package's name, as 4.1 looked it up, is found."""
        row = route("django.contrib.admin")

        keys = context(AppPage, "/deep/")

        assert (keys["api_gateway_route"], keys["channel_name"]) == (row, "admin")

    def test_label_goes_first(self, caplog: pytest.LogCaptureFixture) -> None:
        """Where both exist, the label's is taken, and they are no rivals."""
        route("django.contrib.admin")
        row = route("admin", api_name="two")

        assert context(AppPage, "/deep/")["api_gateway_route"] == row
        assert "routes have the key" not in caplog.text

    def test_no_route(self, caplog: pytest.LogCaptureFixture) -> None:
        """The log names both keys."""
        context(AppPage, "/deep/")

        assert caplog.messages[0] == (
            "No WebSocket route has the key 'admin' or 'django.contrib.admin'; add it in the admin"
        )

    def test_outside_every_app(self) -> None:
        """A view outside every app has the name of its package."""
        assert context(AppPage, "/outside/")["channel_name"] == "email.mime"
