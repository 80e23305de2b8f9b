"""An answer goes back in the response, or by a post, as the gateway carries it."""

from __future__ import annotations

import io
import uuid
from collections.abc import AsyncIterator, Iterator
from itertools import repeat
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory

from django_aws_api_gateway_websockets.exceptions import ConnectionGone, PayloadTooLarge, Throttled
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway, sent_messages
from django_aws_api_gateway_websockets.transports import locmem
from django_aws_api_gateway_websockets.views.replies import Replier

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox() -> Iterator[None]:
    """Begin and end with nothing sent."""
    locmem.reset()
    yield
    locmem.reset()


def session(**fields: Any) -> WebSocketSession:
    """Return a connection of a gateway with these fields."""
    gateway = create_gateway(**fields)
    return WebSocketSession.objects.create(connection_id="abc=", api_gateway=gateway)


def two_way(message_id: str | None = "c7") -> Replier:
    """Return the replier of a gateway whose responses reach the client."""
    row = session(two_way=True)
    return Replier(row.api_gateway, row, message_id)


def one_way(message_id: str | None = "c7") -> Replier:
    """Return the replier of a gateway whose responses nobody reads."""
    row = session(two_way=False)
    return Replier(row.api_gateway, row, message_id)


def text(response: Any) -> str:
    """Return what a response carries."""
    return str(response.content, "utf-8")


async def later(value: object) -> object:
    """Return a value as an asynchronous handler does."""
    return value


class TestResult:
    """What a handler returned."""

    @pytest.mark.parametrize(
        ("value", "data"),
        [
            (None, "null"),
            ({"a": 1}, '{"a": 1}'),
            ([1], "[1]"),
            ("x", '"x"'),
            (uuid.UUID(int=7), '"00000000-0000-0000-0000-000000000007"'),
            (JsonResponse({"a": 1}), '{"a": 1}'),
            (HttpResponse("plain"), '"plain"'),
            (HttpResponse(), "null"),
            (StreamingHttpResponse([b'{"a"', b": 1}"]), '{"a": 1}'),
        ],
    )
    def test_awaited_on_two_way(self, value: object, data: str) -> None:
        """The response is the reply, with status 200."""
        response = two_way().result(value)

        assert response.status_code == 200
        assert text(response) == f'{{"ws": "reply", "id": "c7", "data": {data}}}'
        assert response["Content-Type"] == "application/json"
        assert sent_messages() == []

    @pytest.mark.parametrize(
        ("value", "data"),
        [(None, None), ({"a": 1}, {"a": 1}), (JsonResponse([1], safe=False), [1])],
    )
    def test_awaited_on_one_way(self, value: object, data: object) -> None:
        """The reply is posted."""
        response = one_way().result(value)

        assert text(response) == "{}"
        assert sent_messages("abc=") == [{"ws": "reply", "id": "c7", "data": data}]

    @pytest.mark.parametrize(
        ("value", "body"), [(None, ""), ({"a": 1}, '{"a": 1}'), ([], "[]"), ("x", '"x"')]
    )
    def test_not_awaited_on_two_way(self, value: object, body: str) -> None:
        """Nothing to say sends nothing."""
        assert text(two_way(None).result(value)) == body

    @pytest.mark.parametrize(("value", "body"), [(None, "{}"), ({"a": 1}, '{"a": 1}'), ([], "[]")])
    def test_not_awaited_on_one_way(self, value: object, body: str) -> None:
        """The body is as it was in 4.1, and nothing is posted."""
        assert text(one_way(None).result(value)) == body
        assert sent_messages() == []

    def test_response(self) -> None:
        """Where no reply is awaited, a handler's own response is the answer."""
        response = HttpResponse("No.", status=418)

        assert two_way(None).result(response) is response

    def test_coroutine(self) -> None:
        """What an asynchronous handler returns is awaited."""
        assert text(two_way(None).result(later([1]))) == "[1]"

    @pytest.mark.parametrize("replier", [one_way, two_way])
    def test_too_large(self, replier: Any) -> None:
        """What AWS does not carry is an error on both kinds of gateway, and is not posted."""
        with pytest.raises(PayloadTooLarge, match="Message exceeds AWS limit"):
            replier().result("x" * 131_072)

        assert sent_messages() == []

    @pytest.mark.parametrize("replier", [one_way, two_way])
    def test_no_json(self, replier: Any) -> None:
        """So is what JSON cannot say."""
        with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
            replier().result(object())


async def endless() -> AsyncIterator[bytes]:
    """Yield the same without an end."""
    while True:
        yield b"x" * 1_000


class TestStreams:
    """A handler's response may be a stream, which is read to its end."""

    def test_not_awaited(self) -> None:
        """Status and headers stay."""
        stream = StreamingHttpResponse(
            [b"a", "\xe9"], status=201, content_type="text/plain", headers={"X-Kind": "test"}
        )

        response = two_way(None).result(stream)

        assert (response.streaming, response.status_code) == (False, 201)
        assert text(response) == "a\xe9"
        assert (response["Content-Type"], response["X-Kind"]) == ("text/plain", "test")

    @pytest.mark.parametrize("message_id", [None, "c7"])
    def test_file(self, message_id: str | None) -> None:
        """A file is closed."""
        file = io.BytesIO(b"7")

        response = two_way(message_id).result(FileResponse(file))

        assert "7" in text(response)
        assert file.closed

    @pytest.mark.parametrize("chunks", [repeat(b"x"), endless()])
    def test_too_large(self, chunks: Any) -> None:
        """One without an end is left where AWS would carry no more."""
        with pytest.raises(PayloadTooLarge, match="more than 131072 bytes"):
            two_way(None).result(StreamingHttpResponse(chunks))

    def test_failed(self) -> None:
        """One that fails is closed, and its error is that of the handler."""

        def failing() -> Iterator[bytes]:
            yield b"x"
            raise LookupError("No more")

        chunks = failing()

        with pytest.raises(LookupError, match="No more"):
            two_way(None).result(StreamingHttpResponse(chunks))

        assert next(chunks, None) is None


class TestTemplates:
    """A handler's response may be one that is still to be rendered."""

    def response(self) -> TemplateResponse:
        """Return a response that is not rendered."""
        return TemplateResponse(RequestFactory().get("/"), "admin/404.html")

    def test_awaited(self) -> None:
        """It is rendered for the reply."""
        assert "Page not found" in text(two_way().result(self.response()))

    def test_not_awaited(self) -> None:
        """Else Django does so, after the middleware that knows such responses."""
        response = self.response()

        assert two_way(None).result(response) is response
        assert not response.is_rendered


class TestReach:
    """A reply needs a client that awaits it, and a way there."""

    @pytest.mark.parametrize("replier", [one_way, two_way])
    @pytest.mark.parametrize(("message_id", "can_reply"), [("c7", True), (None, False)])
    def test_session(self, replier: Any, message_id: str | None, can_reply: bool) -> None:
        """A session can be posted to."""
        assert replier(message_id).can_reply is can_reply

    @pytest.mark.parametrize("carries", [True, False])
    def test_no_session(self, carries: bool) -> None:
        """Without one, only the response of a two-way gateway is a way."""
        gateway = create_gateway(two_way=carries)

        assert Replier(gateway, None, "c7").can_reply is carries
        assert not Replier(gateway, None, None).can_reply

    def test_nothing(self) -> None:
        """Without either there is none."""
        assert not Replier(None, None, "c7").can_reply


class TestError:
    """What a client is told that awaits a reply in vain."""

    ERROR = '{"ws": "reply", "id": "c7", "error": {"code": "refused", "message": "No."}}'

    def test_two_way(self) -> None:
        """The status is 200, because AWS sends no other body on."""
        response = two_way().error("refused", "No.")

        assert (response.status_code, text(response)) == (200, self.ERROR)

    def test_fields(self) -> None:
        """It says what is wrong with which part of the message."""
        response = two_way().error("invalid_message", "n: No.", fields={"n": ["No."]})

        assert text(response) == (
            '{"ws": "reply", "id": "c7", "error": {"code": "invalid_message", '
            '"message": "n: No.", "fields": {"n": ["No."]}}}'
        )

    def test_one_way(self) -> None:
        """It is posted."""
        response = one_way().error("refused", "No.")

        assert text(response) == "{}"
        assert locmem.outbox[0].text == self.ERROR

    def test_response(self) -> None:
        """A handler's own refusal is one, too."""
        response = two_way().result(HttpResponse("No.", status=400))

        assert (response.status_code, text(response)) == (200, self.ERROR)


class TestLostReply:
    """The handler has run, so a reply that is lost is logged and no more."""

    def test_failed(self, caplog: pytest.LogCaptureFixture) -> None:
        """Whatever kept it back."""
        replier = one_way()
        locmem.failures["abc="] = Throttled("abc=", "TooManyRequestsException")

        assert text(replier.result(1)) == "{}"
        assert caplog.messages == [
            "Reply to abc= not delivered: The request was throttled (connection abc=): "
            "TooManyRequestsException"
        ]

    def test_gone(self, caplog: pytest.LogCaptureFixture) -> None:
        """A client that has left awaits nothing."""
        replier = one_way()
        locmem.failures["abc="] = ConnectionGone("abc=")

        assert text(replier.result(1)) == "{}"
        assert caplog.messages == []

    def test_no_gateway(self, caplog: pytest.LogCaptureFixture) -> None:
        """A session without a row for its gateway cannot be posted to."""
        row = session()
        ApiGateway.objects.all().delete()
        row.refresh_from_db()

        assert text(Replier(None, row, "c7").result(1)) == "{}"
        assert caplog.messages == ["Reply to abc= not delivered: Session abc= has no API Gateway."]
