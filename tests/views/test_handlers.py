"""A view says which of its methods clients may call, who may, and with what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway, sent_messages
from django_aws_api_gateway_websockets.transports import locmem
from django_aws_api_gateway_websockets.views import WebSocketView, handler

from ..inbound import API_ID, CONNECTION_ID, EVENT_HEADERS, post, serve

pytestmark = pytest.mark.django_db


def line(body: dict[str, Any]) -> str:
    """Return the text of a message, which has at most 5 characters."""
    text = body.get("text")
    if not isinstance(text, str):
        raise ValidationError({"text": "This field is required."})
    if len(text) > 5:
        raise ValidationError({"text": "Too long."})
    return text


async def chunks() -> Any:
    """Yield a result as an asynchronous stream does."""
    yield b"[1"
    yield b"]"


class Declared(WebSocketView):
    """Declares its handlers."""

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "default"

    @handler
    def say(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "said"

    @handler("whisper", permissions=["auth.view_group", "auth.view_user"])
    def say_quietly(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "whispered"

    @handler(schema=line)
    def write(self, request: HttpRequest, text: str, *args: Any, **kwargs: Any) -> Any:
        return [text, kwargs["route"]]

    @handler(schema=line)
    async def awrite(self, request: HttpRequest, text: str, *args: Any, **kwargs: Any) -> Any:
        user = await User.objects.aget(username=text)
        await WebSocketSession.objects.filter(user=user).aupdate(channel_name="found")
        return user.pk == request.user.pk

    @handler(schema=line)
    @staticmethod
    def static(request: HttpRequest, text: str, *args: Any, **kwargs: Any) -> Any:
        return text

    @handler(schema=lambda body: int(body["n"]))
    def number(self, request: HttpRequest, n: int, *args: Any, **kwargs: Any) -> Any:
        return n

    @handler
    def stream(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return StreamingHttpResponse([b"[1", b"]"])

    @handler
    def astream(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return StreamingHttpResponse(chunks())

    @handler
    async def late_stream(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return StreamingHttpResponse(chunks())

    def helper(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return "helped"


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> Iterator[ApiGateway]:
    """Return the gateway that sends the events; the view serves it."""
    serve(settings, Declared)
    locmem.reset()
    yield create_gateway(api_id=API_ID, two_way=True)
    locmem.reset()


@pytest.fixture(autouse=True)
def session(gateway: ApiGateway) -> WebSocketSession:
    """Return a user's connection."""
    return WebSocketSession.objects.create(
        connection_id=CONNECTION_ID,
        api_gateway=gateway,
        user=User.objects.create_user("ann"),
    )


def call(handler: str, **data: object) -> tuple[int, str]:
    """Send a message to a handler, and return status and text."""
    response = post("message", {"handler": handler, **data})
    return response.status_code, response.content.decode()


def acall(handler: str, **data: object) -> tuple[int, str]:
    """Do the same under ASGI."""
    response: Any = async_to_sync(AsyncClient().post)(
        "/chat/message",
        {"handler": handler, **data},
        content_type="application/json",
        headers={name: value for name, value in EVENT_HEADERS.items() if name != "Host"},
    )
    return response.status_code, response.content.decode()


CALLS = pytest.mark.parametrize("call", [call, acall], ids=["wsgi", "asgi"])


def error(code: str, message: str, **more: object) -> str:
    """Return the reply that says so."""
    content = {"code": code, "message": message, **more}
    return json.dumps({"ws": "reply", "id": "c7", "error": content})


class TestChoosing:
    """Only what is declared can be called."""

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("say", "said"),
            ("say_quietly", "default"),
            ("helper", "default"),
            ("default", "default"),
            ("change_channel", "default"),
        ],
    )
    def test_chosen(self, name: str, text: str) -> None:
        """By its declared name; any other runs the default handler, which needs no decorator."""
        assert call(name) == (200, f'"{text}"')

    def test_statements(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """A declaration costs no statement."""
        with django_assert_num_queries(2):
            assert call("write", text="Hi") == (200, '["Hi", "message"]')

    def test_strict(self, settings: Settings) -> None:
        """A strict view refuses the rest."""
        serve(settings, Declared, STRICT_HANDLERS=True)

        assert call("say") == (200, '"said"')
        assert call("helper") == (400, "Unknown handler")

    def test_additional(self, settings: Settings) -> None:
        """A view may add others by name."""
        serve(settings, Declared, ADDITIONAL_ALLOWED_HANDLERS=("helper",))

        assert call("helper") == (200, '"helped"')
        assert call("say") == (200, '"said"')

    def test_listed(self, settings: Settings) -> None:
        """A view that lists its handlers has no others."""
        serve(settings, Declared, ALLOWED_HANDLERS=["helper"])

        assert call("helper") == (200, '"helped"')
        assert call("say") == (200, '"default"')

    @pytest.mark.parametrize("name", ["whisper", "say_quietly"])
    def test_listed_and_declared(self, settings: Settings, name: str) -> None:
        """What a handler was declared with holds, whatever name it is listed under."""
        serve(settings, Declared, ALLOWED_HANDLERS=[name])

        assert call(name) == (403, "Permission Denied")

    def test_declared_default(self, settings: Settings) -> None:
        """The default handler may be declared, too, with what it takes and under any name."""

        class View(WebSocketView):
            @handler("default", schema=line)
            def anything(self, request: HttpRequest, text: str, *args: Any, **kwargs: Any) -> Any:
                return text

        serve(settings, View)

        assert call("unknown", text="Hi") == (200, '"Hi"')
        assert call("unknown") == (400, "text: This field is required.")

    def test_one_name_twice(self) -> None:
        """A view with two handlers of one name cannot be served."""

        class View(Declared):
            @handler("say")
            def shout(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                """Stands for a handler."""

        with pytest.raises(ImproperlyConfigured, match=r"'say': say\(\) and shout\(\)\.$"):
            View.as_view()


class TestPermissions:
    """A handler may ask for permissions."""

    def grant(self, *codenames: str) -> None:
        """Give the user permissions."""
        permissions = Permission.objects.filter(codename__in=codenames)
        User.objects.get().user_permissions.set(permissions)

    def test_all(self) -> None:
        """A user who has all of them may call it."""
        self.grant("view_group", "view_user")

        assert call("whisper") == (200, '"whispered"')

    def test_some(self) -> None:
        """One who has some may not."""
        self.grant("view_group")

        assert call("whisper") == (403, "Permission Denied")

    def test_awaited(self) -> None:
        """A client that awaits a reply is told there."""
        assert call("whisper", id="c7") == (200, error("permission_denied", "Permission Denied"))

    def test_of_the_view(self, settings: Settings) -> None:
        """They come on top of those of the view."""
        serve(settings, Declared, permissions_required=["auth.add_user"])
        self.grant("view_group", "view_user")

        assert call("whisper") == (403, "Permission Denied")

    def test_hook(self, settings: Settings) -> None:
        """The view's hook answers."""

        class View(Declared):
            def permission_denied(
                self, request: HttpRequest, *args: Any, **kwargs: Any
            ) -> HttpResponse:
                return HttpResponse("Ask Bob", status=403)

        serve(settings, View)

        assert call("whisper") == (403, "Ask Bob")


class TestSchema:
    """A handler may say what a message must hold."""

    @pytest.mark.parametrize(("name", "text"), [("write", '["Hi", "message"]'), ("static", '"Hi"')])
    def test_fits(self, name: str, text: str) -> None:
        """The handler gets what the schema returns, before the arguments of the URL."""
        assert call(name, text="Hi") == (200, text)

    def test_does_not_fit(self) -> None:
        """The refusal names the field, and does not repeat what was sent."""
        assert call("write", text="secret") == (400, "text: Too long.")

    def test_awaited(self) -> None:
        """A reply has the texts by field."""
        assert call("write", id="c7") == (
            200,
            error(
                "invalid_message",
                "text: This field is required.",
                fields={"text": ["This field is required."]},
            ),
        )

    def test_awaited_on_one_way(self) -> None:
        """A posted one, too."""
        ApiGateway.objects.update(two_way=False)

        assert call("write", id="c7", text="secret") == (200, "{}")
        (envelope,) = sent_messages(CONNECTION_ID)
        assert envelope["error"]["fields"] == {"text": ["Too long."]}

    def test_after_permissions(self, settings: Settings) -> None:
        """Who may not call a handler learns nothing of its schema."""
        serve(settings, Declared, permissions_required=["auth.add_user"])

        assert call("write") == (403, "Permission Denied")

    def test_log(self, caplog: pytest.LogCaptureFixture) -> None:
        """The log has the code and the field."""
        call("write", text="secret")

        (record,) = [r for r in caplog.records if r.name.endswith("websockets.dispatch")]
        assert "Message refused: invalid_message: 'text' (" in record.getMessage()

    def test_mistake(self) -> None:
        """Anything else that it raises is a failure of the server."""
        with pytest.raises(KeyError):
            call("number")

    def test_value_error(self) -> None:
        """So is a plain error of a value."""
        assert call("number", n="5") == (200, "5")
        with pytest.raises(ValueError, match="invalid literal"):
            call("number", n="x")

    def test_mistake_and_awaited(self) -> None:
        """The client that awaits a reply is told no more than that."""
        status, text = call("number", n="x", id="c7")

        assert (status, json.loads(text)["error"]["code"]) == (200, "server_error")


@CALLS
class TestServers:
    """A handler does the same under WSGI and ASGI."""

    def test_asynchronous(self, call: Callable[..., Any], session: WebSocketSession) -> None:
        """An asynchronous one with a schema, which asks the database."""
        assert call("awrite", text="ann") == (200, "true")
        session.refresh_from_db()
        assert session.channel_name == "found"

    def test_asynchronous_and_refused(self, call: Callable[..., Any]) -> None:
        """It is not run for a message that does not fit."""
        assert call("awrite", text="secret") == (400, "text: Too long.")

    def test_asynchronous_and_failed(self, call: Callable[..., Any]) -> None:
        """Its exceptions are failures."""
        status, text = call("awrite", text="bob", id="c7")

        assert (status, json.loads(text)["error"]["code"]) == (200, "server_error")

    def test_synchronous(self, call: Callable[..., Any]) -> None:
        """A synchronous one with a schema."""
        assert call("write", text="Hi") == (200, '["Hi", "message"]')

    @pytest.mark.parametrize("name", ["stream", "astream", "late_stream"])
    def test_stream(self, call: Callable[..., Any], name: str) -> None:
        """A stream of either kind is read."""
        assert call(name) == (200, "[1]")

    @pytest.mark.parametrize("name", ["stream", "astream", "late_stream"])
    def test_awaited_stream(self, call: Callable[..., Any], name: str) -> None:
        """As a reply, too."""
        assert call(name, id="c7") == (200, '{"ws": "reply", "id": "c7", "data": [1]}')
