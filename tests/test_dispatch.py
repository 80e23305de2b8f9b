"""A message selects its handler by name, and a result its way back."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.dispatch import (
    Answer,
    answer_error,
    answer_result,
    check_names_handler,
    find_handlers,
    select_handler,
)
from django_aws_api_gateway_websockets.exceptions import MessageRefused


class Base:
    """Stands for the view of the package."""

    setting = 1

    def default(self) -> None:
        """Stands for a handler that the base has."""

    def hook(self) -> None:
        """Stands for what a project overrides."""


class Mixin:
    """Knows nothing of messages."""

    def mixed_in(self) -> None:
        """Stands for any method of a mixin."""


class Middle(Base):
    """A project's own base."""

    def inherited(self) -> None:
        """A handler for all views of the project."""

    def hook(self) -> None:
        """Overridden."""


class View(Mixin, Middle):
    """A project's view."""

    value = 2

    def default(self) -> None:
        """Overridden."""

    def chat(self) -> None:
        """A handler."""

    async def slow(self) -> None:
        """An asynchronous one."""

    @staticmethod
    def static() -> None:
        """A handler that needs no view."""

    @classmethod
    def build(cls) -> None:
        """Not a handler: it is no function of the view."""

    @property
    def state(self) -> None:
        """Not a handler."""

    def _private(self) -> None:
        """Not a handler."""


class TestFindingHandlers:
    """A view that lists no handlers offers the methods that its own classes define."""

    def test_own_and_inherited(self) -> None:
        """Functions of the whole hierarchy; no hooks, no private names, no mixins."""
        assert find_handlers(View, Base, {"default"}) == {
            "chat",
            "default",
            "inherited",
            "slow",
            "static",
        }

    def test_hooks(self) -> None:
        """A name of the base is a hook unless it is exposed."""
        assert find_handlers(Middle, Base, {"hook"}) == {"hook", "inherited"}

    def test_nothing_of_its_own(self) -> None:
        """The base itself offers nothing, whatever is exposed."""
        assert find_handlers(Base, Base, {"default"}) == frozenset()


class TestNamingAHandler:
    """A message names its handler in ``handler`` or in ``action``."""

    @pytest.mark.parametrize("body", [{"handler": "x"}, {"action": "x"}, {"handler": None}])
    def test_named(self, body: dict[str, object]) -> None:
        """One of the keys is enough, with any value."""
        check_names_handler(body)

    @pytest.mark.parametrize("body", [{}, {"Handler": "x"}, {"message": "x"}])
    def test_unnamed(self, body: dict[str, object]) -> None:
        """Without them the message has not the form that is wanted."""
        with pytest.raises(MessageRefused) as caught:
            check_names_handler(body)

        assert (caught.value.status, caught.value.message) == (400, "Invalid request format (1)")
        assert caught.value.code == "invalid_format"

    def test_other_keys(self) -> None:
        """A view may have other keys."""
        check_names_handler({"route": "x"}, keys=("do", "route"))

        with pytest.raises(MessageRefused):
            check_names_handler({"handler": "x"}, keys=("do", "route"))


class TestSelectingAHandler:
    """``handler`` goes before ``action``, and what is unknown runs ``default``."""

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            ({"handler": "chat"}, "chat"),
            ({"action": "chat"}, "chat"),
            ({"handler": "chat", "action": "other"}, "chat"),
            ({"handler": "default", "action": "chat"}, "default"),
            ({"handler": "", "action": "chat"}, "chat"),
            ({"handler": None, "action": "chat"}, "chat"),
            ({"handler": "bad", "action": "chat"}, "default"),
            ({"handler": "_private"}, "default"),
            ({"handler": ["chat"]}, "default"),
            ({"handler": 7}, "default"),
            ({"action": None}, "default"),
        ],
    )
    def test_selected(self, body: dict[str, object], name: str) -> None:
        """The name of an allowed handler, else the default one."""
        assert select_handler(body, {"chat", "other", "default", "_private"}) == name

    @pytest.mark.parametrize(
        ("body", "name"),
        [({"do": "chat"}, "chat"), ({"route": "chat"}, "chat"), ({"handler": "chat"}, "default")],
    )
    def test_other_keys(self, body: dict[str, object], name: str) -> None:
        """A view may have other keys."""
        assert select_handler(body, {"chat"}, keys=("do", "route")) == name

    def test_strict(self) -> None:
        """A view may refuse a handler that it has not."""
        with pytest.raises(MessageRefused) as caught:
            select_handler({"handler": "x" * 70}, {"chat"}, strict=True)

        assert (caught.value.status, caught.value.message) == (400, "Unknown handler")
        assert str(caught.value) == f"unknown_handler: no handler {'x' * 64!r}"

    def test_strict_with_action_alone(self) -> None:
        """A route key that names no handler is not refused: every message has one."""
        assert select_handler({"action": "chat"}, {"say"}, strict=True) == "default"

    def test_strict_and_known(self) -> None:
        """A handler that the view has is run."""
        assert select_handler({"handler": "chat"}, {"chat"}, strict=True) == "chat"


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
