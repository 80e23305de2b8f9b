"""Whatever is sent to a view gets one of its answers, and leaves no trace that it should not."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.http import HttpRequest
from django.test.client import AsyncClientHandler, ClientHandler, FakePayload
from django.urls import re_path
from hypothesis import HealthCheck, given, settings
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.views import WebSocketView

from ..inbound import API_ID, CONNECTION_ID, log_in, token_for
from .sending import SECRET, TOKEN, Sent, request, requests
from .traces import Rows, examine

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("BAD_INPUT_EXAMPLES", "100"))


class Plain(WebSocketView):
    """Takes every message."""

    RATE_LIMIT_MAX_ATTEMPTS = 1_000_000

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""


class Many(Plain):
    """Has several handlers, and lets visitors in."""

    USE_WS_TOKEN = False
    ADDITIONAL_ALLOWED_HANDLERS = ("change_channel",)

    def echo(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say what the client said, as far as it can be said."""
        return self.body.get("value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Hands requests on to Django.

    Attributes:
        session_key: of a login session.
        token: one that is valid for it.
    """

    session_key: str
    token: str
    wsgi_handler: ClientHandler = field(repr=False)
    asgi_handler: AsyncClientHandler = field(repr=False)

    def wsgi(self, sent: Sent) -> tuple[int, str]:
        """Return status and text of the answer under WSGI."""
        environ = {
            "PATH_INFO": self._path(sent).encode().decode("latin-1"),
            "QUERY_STRING": self._query(sent),
            "REMOTE_ADDR": "127.0.0.1",
            "REQUEST_METHOD": sent.method,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(sent.body),
            "wsgi.url_scheme": "http",
        }
        for name, value in self._headers(sent).items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"] = value
        response: Any = self.wsgi_handler(environ)
        return response.status_code, response.content.decode()

    def asgi(self, sent: Sent) -> tuple[int, str]:
        """Return status and text of the answer under ASGI."""
        scope = {
            "type": "http",
            "method": sent.method,
            "path": self._path(sent),
            "query_string": self._query(sent).encode("ascii", "ignore"),  # Django refuses the rest
            "headers": [
                (name.lower().encode(), value.encode("latin-1"))
                for name, value in self._headers(sent).items()
            ],
            "client": ["127.0.0.1", 0],
            "server": ["testserver", 80],
            "_body_file": FakePayload(sent.body),
        }
        response: Any = async_to_sync(self.asgi_handler)(scope)
        return response.status_code, response.content.decode()

    def _path(self, sent: Sent) -> str:
        return f"/{sent.view}/{sent.route}".encode("utf-8", "replace").decode()

    def _query(self, sent: Sent) -> str:
        return sent.query.replace(TOKEN, self.token)

    def _headers(self, sent: Sent) -> dict[str, str]:
        lines = sent.headers.items()
        return {name: value.replace("<session key>", self.session_key) for name, value in lines}


@pytest.fixture
def server(settings: Settings, caplog: pytest.LogCaptureFixture) -> Server:
    """Return a server of both views, with a login session, its token and its connection."""
    caplog.set_level(logging.ERROR, "django.request")
    common = "django.middleware.common.CommonMiddleware"
    settings.DEBUG_PROPAGATE_EXCEPTIONS = True
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != common]
    settings.ROOT_URLCONF = tuple(
        re_path(rf"^{name}/(?P<route>(?s:.*))\Z", view.as_view())
        for name, view in (("plain", Plain), ("many", Many))
    )
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": SECRET}
    browser = log_in("ann")
    gateway = create_gateway(api_id=API_ID, two_way=True)
    WebSocketSession.objects.create(connection_id=CONNECTION_ID, api_gateway=gateway)
    return Server(
        session_key=browser.session.session_key or "",
        token=token_for(browser),
        wsgi_handler=ClientHandler(enforce_csrf_checks=False),
        asgi_handler=AsyncClientHandler(enforce_csrf_checks=False),
    )


@pytest.fixture
def before(server: Server) -> Rows:
    """Return what there is before a request."""
    return Rows.now()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo what is written meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# The fixtures last as long as the test; what an example writes is rolled back.
lasting = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], parent=settings())


ECHO = request("message", view="many", body=b'{"handler": "echo", "value": [1]}')
NOT_FOUND = (
    '{"ws": "reply", "id": "c7", '
    '"error": {"code": "session_not_found", "message": "Invalid connection ID"}}'
)
KNOWN = {
    "connect": (request("connect"), (200, "{}")),
    "disconnect": (request("disconnect"), (200, "{}")),
    "message": (request("message"), (200, "")),
    "message that is echoed": (ECHO, (200, "[1]")),
    "refused connect": (request("connect", query=""), (400, "Invalid or expired token")),
    "refused connect in the end": (
        request("connect", headers={"connectionId": CONNECTION_ID}),
        (400, "Invalid connection ID"),
    ),
    "refused disconnect": (
        request("disconnect", headers={"connectionId": "="}),
        (400, "Invalid connection ID"),
    ),
    "refused message": (request("message", body=b""), (400, "Invalid request format (1)")),
    "message that is refused in a reply": (
        request("message", body=b'{"action": "x", "id": "c7"}', headers={"connectionId": "="}),
        (200, NOT_FOUND),
    ),
    "other method": (request("message", method="GET"), (405, "")),
}


class TestKnownRequests:
    """A request that is as it should be is accepted, and the examiner knows its traces."""

    @pytest.mark.parametrize(("sent", "answer"), KNOWN.values(), ids=KNOWN)
    def test_wsgi(self, server: Server, before: Rows, sent: Sent, answer: tuple[int, str]) -> None:
        """As a WSGI server hands it on."""
        assert server.wsgi(sent) == answer
        examine(sent, answer, before, Rows.now())

    @pytest.mark.parametrize(("sent", "answer"), KNOWN.values(), ids=KNOWN)
    def test_asgi(self, server: Server, before: Rows, sent: Sent, answer: tuple[int, str]) -> None:
        """As an ASGI server hands it on."""
        assert server.asgi(sent) == answer
        examine(sent, answer, before, Rows.now())


class TestAnyRequest:
    """No request raises or gets a 5xx; none that is refused writes more than an attempt."""

    @settings(lasting, max_examples=EXAMPLES)
    @given(requests())
    def test_wsgi(self, server: Server, before: Rows, sent: Sent) -> None:
        """As a WSGI server hands it on."""
        with rolled_back():
            examine(sent, server.wsgi(sent), before, Rows.now())

    @settings(lasting, max_examples=max(50, EXAMPLES // 10))
    @given(requests())
    def test_asgi(self, server: Server, before: Rows, sent: Sent) -> None:
        """As an ASGI server hands it on."""
        with rolled_back():
            examine(sent, server.asgi(sent), before, Rows.now())


NUL_COOKIE = 'sessionid="' + r"\000" * 32 + '"'
LENGTHS = {
    "length doubled": request("message", headers={"Content-Length": "18,18"}),
    "length in words": request("connect", headers={"Content-Length": "none"}),
}
TOO_MUCH = {
    "parameters": request("connect", query="&" * 1_000),
    "body": request("message", body=b" " * 2_621_441),
}


class TestWhatDjangoDoesNotRead:
    """What Django gives up on is answered as what is not there."""

    @pytest.mark.parametrize("sent", LENGTHS.values(), ids=LENGTHS)
    def test_length(self, server: Server, before: Rows, sent: Sent) -> None:
        """A length that is no number."""
        examine(sent, server.wsgi(sent), before, Rows.now())

    @pytest.mark.parametrize("sent", TOO_MUCH.values(), ids=TOO_MUCH)
    def test_too_much(self, server: Server, before: Rows, sent: Sent) -> None:
        """More parameters, or a longer body, than Django takes."""
        examine(sent, server.wsgi(sent), before, Rows.now())

    def test_nul_in_a_cookie(self, server: Server, before: Rows) -> None:
        """Django decodes quoted cookies, and PostgreSQL looks up no NUL."""
        sent = request("connect", headers={"Cookie": NUL_COOKIE})

        examine(sent, server.wsgi(sent), before, Rows.now())
