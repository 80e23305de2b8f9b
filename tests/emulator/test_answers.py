"""Answers and errors in the form of AWS."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.answers import (
    Answer,
    ServiceError,
    error_answer,
    forbidden,
)
from django_aws_api_gateway_websockets.exceptions import WebSocketError


class TestErrorAnswer:
    """What boto3 makes an exception of."""

    def test_names_its_code_in_the_header(self) -> None:
        """The code is in the header and the sentence in the body."""
        answer = error_answer(404, "NotFoundException", "Nothing here")

        assert answer.status == 404
        assert answer.headers["x-amzn-ErrorType"] == "NotFoundException"
        assert answer.body == b'{"message": "Nothing here"}'

    def test_may_have_no_body(self) -> None:
        """A real 410 says nothing more."""
        assert error_answer(410, "GoneException").body == b""

    def test_forbidden(self) -> None:
        """An unknown stage is forbidden."""
        assert (forbidden().status, forbidden().body) == (403, b'{"message": "Forbidden"}')

    def test_answer_is_empty_by_default(self) -> None:
        """A status alone is an answer."""
        assert Answer(status=200) == Answer(status=200, headers={}, body=b"")


class TestServiceError:
    """The errors that handlers raise."""

    def test_says_code_and_message(self) -> None:
        """The text of the error holds both."""
        error = ServiceError("ConflictException", "Taken", 409)

        assert str(error) == "ConflictException: Taken"
        assert isinstance(error, WebSocketError)

    def test_has_a_maker_for_each_common_status(self) -> None:
        """Status and code go together."""
        made = [
            ServiceError.bad_request("x"),
            ServiceError.not_found("x"),
            ServiceError.conflict("x"),
        ]

        assert [(error.status, error.code) for error in made] == [
            (400, "BadRequestException"),
            (404, "NotFoundException"),
            (409, "ConflictException"),
        ]
