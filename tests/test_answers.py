"""How the answer to a message travels back."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.answers import Answer, answer_error, answer_result

__all__ = ["TestAnswering"]


class TestAnswering:
    """A result goes back in the response where that reaches the client, else by a post."""

    @pytest.mark.parametrize("result", [None, {"a": 1}, [], "text", 0])
    def test_awaited_on_two_way(self, result: object) -> None:
        """The reply is the body."""
        answer = answer_result(result, message_id="c7", two_way=True)

        assert answer == Answer(body={"ws": "reply", "id": "c7", "data": result})

    @pytest.mark.parametrize("result", [None, {"a": 1}, [], "text", 0])
    def test_awaited_on_one_way(self, result: object) -> None:
        """The reply is posted, and the body says nothing."""
        answer = answer_result(result, message_id="c7", two_way=False)

        assert answer == Answer(body={}, posted={"ws": "reply", "id": "c7", "data": result})

    @pytest.mark.parametrize("result", [None, {"a": 1}, [], "text", 0])
    def test_not_awaited_on_two_way(self, result: object) -> None:
        """The result is the body; nothing at all sends nothing."""
        assert answer_result(result, message_id=None, two_way=True) == Answer(body=result)

    @pytest.mark.parametrize(
        ("result", "body"), [(None, {}), ({"a": 1}, {"a": 1}), ([], []), (0, 0)]
    )
    def test_not_awaited_on_one_way(self, result: object, body: object) -> None:
        """Nobody reads the body; nothing at all is an empty object, as it was in 4.1."""
        assert answer_result(result, message_id=None, two_way=False) == Answer(body=body)

    def test_error_on_two_way(self) -> None:
        """An error is the body."""
        error = {"code": "server_error", "message": "No."}

        assert answer_error("server_error", "No.", message_id="c7", two_way=True) == Answer(
            body={"ws": "reply", "id": "c7", "error": error}
        )

    def test_error_on_one_way(self) -> None:
        """An error is posted."""
        error = {"code": "server_error", "message": "No."}

        assert answer_error("server_error", "No.", message_id="c7", two_way=False) == Answer(
            body={}, posted={"ws": "reply", "id": "c7", "error": error}
        )

    def test_error_with_fields(self) -> None:
        """An error says which parts of the message are at fault."""
        answer = answer_error("invalid", "No.", message_id="c7", two_way=True, fields={"n": ["x"]})

        assert answer.body["error"]["fields"] == {"n": ["x"]}
