"""An answer goes back in the response, or by a post, as the gateway carries it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse

from django_aws_api_gateway_websockets.exceptions import ConnectionGone, PayloadTooLarge, Throttled
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway, sent_messages
from django_aws_api_gateway_websockets.transports import locmem
from django_aws_api_gateway_websockets.views.replies import Replier, json_response

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
    return Replier(session(two_way=True), message_id)


def one_way(message_id: str | None = "c7") -> Replier:
    """Return the replier of a gateway whose responses nobody reads."""
    return Replier(session(two_way=False), message_id)


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


class TestError:
    """What a client is told that awaits a reply in vain."""

    ERROR = '{"ws": "reply", "id": "c7", "error": {"code": "refused", "message": "No."}}'

    def test_two_way(self) -> None:
        """The status is 200, because AWS sends no other body on."""
        response = two_way().error("refused", "No.")

        assert (response.status_code, text(response)) == (200, self.ERROR)

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

        assert text(Replier(row, "c7").result(1)) == "{}"
        assert caplog.messages == [
            "Reply to abc= not delivered: Session abc= has no API Gateway to send through."
        ]


class TestJson:
    """A response of JSON."""

    @pytest.mark.parametrize(("body", "content"), [(None, b""), ({}, b"{}"), ([1], b"[1]")])
    def test_body(self, body: object, content: bytes) -> None:
        """None is no body at all."""
        response = json_response(body)

        assert (response.status_code, response.content) == (200, content)
        assert response["Content-Type"] == "application/json"
