"""A message selects its handler by name, among those that a view declares."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import SimpleLazyObject

from django_aws_api_gateway_websockets.dispatch import (
    Handler,
    check_names_handler,
    declares_handlers,
    find_handlers,
    get_handler,
    handler,
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
        assert set(find_handlers(View, Base, {"default"})) == {
            "chat",
            "default",
            "inherited",
            "slow",
            "static",
        }

    def test_hooks(self) -> None:
        """A name of the base is a hook unless it is exposed."""
        assert set(find_handlers(Middle, Base, {"hook"})) == {"hook", "inherited"}

    def test_nothing_of_its_own(self) -> None:
        """The base itself offers nothing, whatever is exposed."""
        assert find_handlers(Base, Base, {"default"}) == {}


def wrapped(method: Callable[..., str]) -> Callable[..., str]:
    """Stands for any decorator that keeps the name of what it decorates."""

    @wraps(method)
    def call(*args: Any) -> str:
        return method(*args)

    return call


class Declared(Base):
    """Says what clients may call."""

    @handler
    def say(self) -> str:
        """Stands for a handler."""
        return "said"

    @handler("whisper", permissions=["chat.whisper"])
    def say_quietly(self) -> None:
        """Has another name."""

    @handler(name="count", permissions="chat.count", schema=len)
    async def count_lines(self) -> None:
        """Takes a schema."""

    @handler
    @staticmethod
    def outer() -> str:
        """Is decorated above the static method."""
        return "outer"

    @staticmethod
    @handler
    def inner() -> str:
        """Is decorated below it."""
        return "inner"

    @classmethod
    @handler
    def build(cls) -> str:
        """Belongs to the class."""
        return "built"

    @wrapped
    @handler
    def kept(self) -> str:
        """Has a decorator above."""
        return "kept"

    def helper(self) -> None:
        """Not a handler."""


class Whispering:
    """A mixin with a handler."""

    @handler
    def hush(self) -> None:
        """Stands for a handler of a mixin."""


class Overriding(Whispering, Declared):
    """Changes what it inherits."""

    def say_quietly(self) -> None:
        """Does something else."""

    @handler("tally")
    async def count_lines(self) -> None:
        """Is declared anew."""

    outer = None  # type: ignore[assignment]  # taken away

    def helper(self) -> None:
        """Is no handler here either."""


def found(view_class: type) -> dict[str, Handler]:
    """Return the handlers of a view."""
    return dict(find_handlers(view_class, Base, {"default"}))


class TestDeclaring:
    """A view says with a decorator what clients may call."""

    def test_names(self) -> None:
        """What is decorated is a handler, and nothing else is."""
        assert set(found(Declared)) == {
            "build",
            "count",
            "inner",
            "kept",
            "outer",
            "say",
            "whisper",
        }

    def test_method(self) -> None:
        """A plain declaration has the method's name, and asks for nothing."""
        assert found(Declared)["say"] == Handler(name="say", method="say")

    def test_arguments(self) -> None:
        """Name, permissions and schema are kept; one text is one permission."""
        handlers = found(Declared)

        assert handlers["whisper"] == Handler(
            name="whisper", method="say_quietly", permissions=("chat.whisper",)
        )
        assert handlers["count"] == Handler(
            name="count", method="count_lines", permissions=("chat.count",), schema=len
        )

    @pytest.mark.parametrize("name", ["say", "outer", "inner", "build", "kept"])
    def test_leaves_the_method_as_it_is(self, name: str) -> None:
        """Functions, static methods and methods of the class can be called as before."""
        assert getattr(Declared(), name)() in {"said", "outer", "inner", "built", "kept"}

    def test_without_arguments(self) -> None:
        """Empty parentheses make no difference."""

        class View(Base):
            @handler()
            def say(self) -> None:
                """Stands for a handler."""

        assert found(View) == {"say": Handler(name="say", method="say")}

    def test_of_a_classmethod(self) -> None:
        """The decorator may stand above one, too."""

        class View(Base):
            @handler
            @classmethod
            def build(cls) -> None:
                """Stands for a handler."""

        assert set(found(View)) == {"build"}

    @pytest.mark.parametrize("name", ["_say", "__class__", "_"])
    def test_private_name(self, name: str) -> None:
        """A name that clients may never call is refused."""
        with pytest.raises(
            ValueError, match=f"^A handler's name may not begin with an underscore: '{name}'"
        ):
            handler(name)(Declared.say)

    def test_private_method(self) -> None:
        """So is a method of such a name, unless it has another."""

        def _say(self: object) -> None:
            """Stands for a method."""

        assert handler("say")(_say) is _say
        with pytest.raises(ValueError, match="may not begin with an underscore: '_say'"):
            handler(_say)

    def test_no_method(self) -> None:
        """What cannot be called is no handler."""
        with pytest.raises(TypeError, match=r"^A handler is a method, not 5\.$"):
            handler(5)  # type: ignore[call-overload]  # stated above

    def test_lazy_attribute(self) -> None:
        """Looking for handlers evaluates nothing that is lazy."""

        class View(Base):
            lazy = SimpleLazyObject(lambda: pytest.fail("evaluated"))

        assert not declares_handlers(View)
        assert found(View) == {}


class TestInheriting:
    """A view has the handlers of its parents and mixins."""

    def test_names(self) -> None:
        """With the declared names, but for what it takes away or declares anew."""
        assert set(found(Overriding)) == {
            "build",
            "hush",
            "inner",
            "kept",
            "say",
            "tally",
            "whisper",
        }

    def test_overridden(self) -> None:
        """A method that is only overridden keeps name and permissions."""
        assert found(Overriding)["whisper"] == found(Declared)["whisper"]

    def test_declared_anew(self) -> None:
        """One that is decorated again has nothing but its own."""
        assert found(Overriding)["tally"] == Handler(name="tally", method="count_lines")

    def test_nothing_left(self) -> None:
        """A view that takes its last handler away does not open all its methods."""

        class First(Base):
            @handler
            def say(self) -> None:
                """Stands for a handler."""

            def helper(self) -> None:
                """Not a handler."""

        class View(First):
            say = None  # type: ignore[assignment]  # taken away

        assert declares_handlers(View)
        assert found(View) == {}

    def test_one_name_twice(self) -> None:
        """Two methods under one name are a mistake."""

        class View(Declared):
            @handler("say")
            def shout(self) -> None:
                """Stands for a handler."""

        with pytest.raises(ImproperlyConfigured) as caught:
            found(View)

        assert str(caught.value).endswith(
            "View has two handlers of the name 'say': say() and shout()."
        )


class TestGettingAHandler:
    """A name that a view lists stands for a handler."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("whisper", found(Declared)["whisper"]),
            ("say_quietly", found(Declared)["whisper"]),
            ("helper", Handler(name="helper", method="helper")),
        ],
    )
    def test_got(self, name: str, expected: Handler) -> None:
        """By its public name, by that of its method, or a method that is not declared."""
        assert get_handler(name, found(Declared)) == expected


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

    def test_nested(self) -> None:
        """A name that is no text is not even spelled out; it can be as deep as JSON may be."""
        nested: list[object] = []
        for _ in range(100_000):
            nested = [nested]

        assert select_handler({"handler": nested}, {"chat"}) == "default"

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
