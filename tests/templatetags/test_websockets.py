"""Templates connect a page with a data block and one module, and no inline script."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGatewayAdditionalRoute

LOAD = "{% load websockets %}"


def render(template: str, **context: Any) -> str:
    """Return what a template makes of a context."""
    return Template(LOAD + template).render(Context(context))


def config(html: str, element_id: str = "websocket-config") -> Any:
    """Return what a script reads from a block."""
    pattern = rf'<script id="{element_id}" type="application/json">(.*?)</script>'
    (text,) = re.findall(pattern, html)
    return json.loads(text)


def page(rf: RequestFactory, **attributes: Any) -> HttpRequest:
    """Return a request of a page."""
    request = rf.get("/")
    vars(request).update(attributes)
    return request


class TestConfig:
    """The data block says where and how to connect."""

    def test_block(self, rf: RequestFactory) -> None:
        """With what the mixin puts into the context."""
        request = page(rf)

        html = render(
            "{% websocket_config %}",
            request=request,
            api_gateway_route=ApiGatewayAdditionalRoute(route_key="chat"),
            channel_name="room_1",
            websocket_url="ws://127.0.0.1/api/stage",
            websocket_token_url="/ws/token",
        )

        data = config(html)
        assert len(data.pop("csrfToken")) == 64
        assert data == {
            "url": "ws://127.0.0.1/api/stage",
            "tokenUrl": "/ws/token",
            "channel": "room_1",
            "routeKey": "chat",
            "csrfHeaderName": "X-CSRFTOKEN",
        }

    def test_csrf_cookie(self, rf: RequestFactory) -> None:
        """The cookie that belongs to the token is set with the page."""
        request = page(rf)

        render("{% websocket_config %}", request=request)

        assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True

    def test_csrf_header(self, settings: Settings) -> None:
        """The header's name is the project's."""
        settings.CSRF_HEADER_NAME = "HTTP_X_MY_TOKEN"

        assert config(render("{% websocket_config %}"))["csrfHeaderName"] == "X-MY-TOKEN"

    def test_empty_context(self) -> None:
        """Without route and request the block is there, and says so."""
        assert config(render("{% websocket_config %}")) == {
            "url": None,
            "tokenUrl": None,
            "channel": "",
            "routeKey": None,
            "csrfToken": None,
            "csrfHeaderName": "X-CSRFTOKEN",
        }

    @pytest.mark.parametrize(
        "channel",
        ["</script><script>alert(1)</script>", "<!--", "&amp;", '"\u2028', "\U0001f600"],
    )
    def test_hostile_channel(self, channel: str) -> None:
        """A name never ends the block, and arrives as it is."""
        html = render("{% websocket_config %}", channel_name=channel)

        assert html.count("<") == 2
        assert config(html)["channel"] == channel

    def test_several(self) -> None:
        """A page has as many blocks as it wants."""
        html = render(
            '{% websocket_config %}{% with channel_name="b" %}{% websocket_config "two" %}'
            '{% endwith %}{% websocket_config element_id="three" %}',
            channel_name="a",
        )

        channels = [config(html, name)["channel"] for name in ("websocket-config", "two", "three")]
        assert channels == ["a", "b", "a"]

    def test_hostile_id(self) -> None:
        """An id is escaped."""
        html = render("{% websocket_config id %}", id='"><b>')

        assert "<b>" not in html


class Nonce:
    """A nonce as Django 6.0 and django-csp make it: false until its text is asked for."""

    asked_for = False

    def __str__(self) -> str:
        self.asked_for = True
        return "n0nce"

    def __bool__(self) -> bool:
        return self.asked_for


class TestClient:
    """The module is one script element."""

    PLAIN = (
        '<script type="module" src="/static/django_aws_api_gateway_websockets/client.js"></script>'
    )
    NONCE = PLAIN.replace("></", ' nonce="n0nce"></')

    def test_plain(self) -> None:
        """Without a nonce there is no attribute."""
        assert render("{% websocket_client %}") == self.PLAIN

    def test_context_processor(self, rf: RequestFactory) -> None:
        """The nonce of Django's context processor."""
        nonce = Nonce()
        assert not nonce

        html = render("{% websocket_client %}", request=page(rf), csp_nonce=nonce)

        assert html == self.NONCE

    def test_request(self, rf: RequestFactory) -> None:
        """The nonce of django-csp's middleware."""
        html = render("{% websocket_client %}", request=page(rf, csp_nonce=Nonce()))

        assert html == self.NONCE

    def test_context_goes_first(self, rf: RequestFactory) -> None:
        """A project that has both gets the one of its templates."""
        html = render("{% websocket_client %}", request=page(rf, csp_nonce="x"), csp_nonce=Nonce())

        assert html == self.NONCE

    @pytest.mark.parametrize("nonce", [None, ""])
    def test_no_nonce(self, rf: RequestFactory, nonce: str | None) -> None:
        """A context processor without its middleware gives none."""
        html = render("{% websocket_client %}", request=page(rf), csp_nonce=nonce)

        assert html == self.PLAIN

    def test_escaped(self) -> None:
        """A nonce cannot end its attribute."""
        assert 'nonce="&quot;&gt;"' in render("{% websocket_client %}", csp_nonce='">')

    def test_static_url(self, settings: Settings) -> None:
        """The file is where the project's static files are."""
        settings.STATIC_URL = "https://cdn.example/assets/"

        assert 'src="https://cdn.example/assets/django_aws_' in render("{% websocket_client %}")

    def test_request_context(self, rf: RequestFactory) -> None:
        """A template of a view, with the processors of the project."""
        html = Template(LOAD + "{% websocket_client %}").render(RequestContext(page(rf)))

        assert html == self.PLAIN
