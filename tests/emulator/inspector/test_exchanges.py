"""A request and its answer, as they are kept."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.answers import Answer, error_answer
from django_aws_api_gateway_websockets.emulator.inspector.documents import DocumentMasker
from django_aws_api_gateway_websockets.emulator.inspector.entries import (
    BODY_MAX_BYTES,
    Answered,
    Asked,
)
from django_aws_api_gateway_websockets.emulator.inspector.exchanges import Exchange
from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker
from django_aws_api_gateway_websockets.emulator.requests import BackendRequest, BackendResponse

from ..support import request_head

__all__ = ["TestExchange"]


class TestExchange:
    """Nothing secret gets into it."""

    def test_request(self) -> None:
        """In place of the message that led to it."""
        exchange = Exchange(Masker())
        exchange.say("hello")

        exchange.ask(
            BackendRequest(
                method="POST",
                url="http://a.test/?token=x",
                headers=(("Cookie", "x"),),
                body=b"hi",
                timeout_seconds=1,
            )
        )

        assert exchange.asked == Asked(
            method="POST",
            url="http://a.test/?token=***",
            headers=(("Cookie", "***"),),
            body=b"hi",
            size=2,
        )

    def test_answer(self) -> None:
        """Its headers may have secrets too."""
        exchange = Exchange(Masker())

        exchange.answer(BackendResponse(status=200, headers=(("Set-Cookie", "x"),), body=b"hi"))

        assert exchange.answered == Answered(
            status=200, headers=(("Set-Cookie", "***"),), body=b"hi", size=2
        )

    def test_arrival(self) -> None:
        """A request to the gateway goes to its own address, whatever host was asked for."""
        exchange = Exchange(Masker())
        head = request_head("/a?token=x", ("Host", "ws.example.test"), method="PUT")

        exchange.arrive("http://127.0.0.1:9000", head, b"hi")

        assert exchange.asked == Asked(
            method="PUT",
            url="http://127.0.0.1:9000/a?token=***",
            headers=(("Host", "ws.example.test"),),
            body=b"hi",
            size=2,
        )

    def test_reply(self) -> None:
        """It is the gateway's own."""
        exchange = Exchange(Masker())

        exchange.reply(error_answer(410, "GoneException"))

        assert exchange.answered is not None
        assert (exchange.answered.status, exchange.answered.own) == (410, True)
        assert ("x-amzn-ErrorType", "GoneException") in exchange.answered.headers

    def test_reply_that_repeats(self) -> None:
        """A header that is hidden stays so, and each long word of it that is not shown."""
        exchange = Exchange(Masker())
        headers = {
            "Sec-WebSocket-Protocol": f"graphql-transport-ws, {'x' * 32}",
            "Authorization": "short",
            "Cookie": "",
        }
        exchange.arrive("", request_head("/", *headers.items()))

        exchange.reply(
            Answer(
                status=400,
                body=f"No graphql-transport-ws, nor {'x' * 32}, shorter than short \xff".encode(
                    "latin-1"
                ),
            )
        )

        assert exchange.answered is not None
        assert exchange.answered.body == (
            b"No graphql-transport-ws, nor ***, shorter than *** \xff"
        )

    def test_end_of_a_body(self) -> None:
        """It is not kept, but how much there was."""
        exchange = Exchange(Masker())

        exchange.say("x" * (BODY_MAX_BYTES + 1))

        assert exchange.asked is not None
        assert exchange.asked.body == b"x" * BODY_MAX_BYTES
        assert exchange.asked.size == BODY_MAX_BYTES + 1

    def test_documents(self) -> None:
        """Their bodies may need to be understood."""
        masker = Masker()
        exchange = Exchange(masker, DocumentMasker(masker))

        exchange.arrive("", request_head(), b'{"password": "x"}')

        assert exchange.asked is not None
        assert exchange.asked.body == b'{"password": "***"}'
