"""A request and its answer, as they are kept."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.inspector.entries import Answered, Asked
from django_aws_api_gateway_websockets.emulator.inspector.exchanges import Exchange
from django_aws_api_gateway_websockets.emulator.requests import BackendRequest, BackendResponse

__all__ = ["TestExchange"]


class TestExchange:
    """Nothing secret gets into it."""

    def test_request(self) -> None:
        """In place of the message that led to it."""
        exchange = Exchange()
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
            method="POST", url="http://a.test/?token=***", headers=(("Cookie", "***"),), body=b"hi"
        )

    def test_answer(self) -> None:
        """Its headers may have secrets too."""
        exchange = Exchange()

        exchange.answer(BackendResponse(status=200, headers=(("Set-Cookie", "x"),), body=b"hi"))

        assert exchange.answered == Answered(
            status=200, headers=(("Set-Cookie", "***"),), body=b"hi"
        )
