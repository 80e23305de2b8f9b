"""A message that does not hold what its handler asks for is refused, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.functional import lazystr
from django.utils.translation import ngettext_lazy

from django_aws_api_gateway_websockets.exceptions import MessageRefused
from django_aws_api_gateway_websockets.protocol.limits import MESSAGE_MAX_BYTES
from django_aws_api_gateway_websockets.protocol.messages import encode, error_envelope
from django_aws_api_gateway_websockets.schemas import check_message

SECRET = "what the client sent"


class Line(forms.Form):
    """Stands for a form of a project."""

    text = forms.CharField(max_length=4)
    count = forms.IntegerField()
    colour = forms.ChoiceField(choices=[("red", "Red")])

    def clean(self) -> None:
        """Refuse some lines as a whole."""
        if self.cleaned_data.get("text") == "bad":
            raise ValidationError("No such line.")


def form(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a form makes of a message."""
    line = Line(body)
    if not line.is_valid():
        raise ValidationError(line.errors.as_data())
    return line.cleaned_data


class PydanticError(ValueError):
    """Has the shape of Pydantic's error, and like it repeats what was sent when it is printed."""

    def __init__(self, *problems: Any) -> None:
        super().__init__(SECRET)
        self._problems = problems

    def errors(self) -> list[Any]:
        """Return what is wrong."""
        return list(self._problems)


def problem(*loc: str | int, msg: str = "Field required") -> dict[str, Any]:
    """Return a problem as Pydantic states it."""
    return {"type": "missing", "loc": loc, "msg": msg, "input": SECRET}


def raising(error: Exception) -> Callable[[dict[str, Any]], Any]:
    """Return a schema that no message fits."""

    def schema(body: dict[str, Any]) -> Any:
        raise error

    return schema


def refusal(schema: Callable[[dict[str, Any]], Any], **body: Any) -> MessageRefused:
    """Return the refusal of a message."""
    with pytest.raises(MessageRefused) as caught:
        check_message(schema, body)
    return caught.value


class TestPassing:
    """A message that fits goes on."""

    def test_form(self) -> None:
        """As what the schema makes of it."""
        body = {"text": "Hi", "count": 3, "colour": "red", "handler": "write"}

        assert check_message(form, body) == {"text": "Hi", "count": 3, "colour": "red"}

    def test_nothing(self) -> None:
        """That may be nothing at all."""
        assert check_message(lambda body: None, {}) is None


class TestDjango:
    """Django's error is understood in each of its forms."""

    def test_form(self) -> None:
        """The errors of a form, with their fields."""
        error = refusal(form, count="x", colour="red")

        assert (error.code, error.status) == ("invalid_message", 400)
        assert error.message == "text: This field is required. count: Enter a whole number."
        assert error.fields == {
            "text": ["This field is required."],
            "count": ["Enter a whole number."],
        }

    def test_form_as_a_whole(self) -> None:
        """What concerns no field stands for itself."""
        error = refusal(form, text="bad", count=1, colour="red")

        assert error.message == "No such line."
        assert error.fields == {"__all__": ["No such line."]}

    @pytest.mark.parametrize(
        ("message", "text", "fields"),
        [
            ("No.", "No.", {"__all__": ["No."]}),
            (lazystr("No."), "No.", {"__all__": ["No."]}),
            (["One.", "Two."], "One. Two.", {"__all__": ["One.", "Two."]}),
            ({"a": "One.", "b": ["Two", "3!"]}, "a: One. b: Two. 3!", None),
            ({"a": [ValidationError("%(n)d.", params={"n": 7})]}, "a: 7.", None),
            ({}, "Invalid message", {}),
        ],
    )
    def test_made_of(self, message: Any, text: str, fields: dict[str, list[str]] | None) -> None:
        """A text, a list, or either by field."""
        error = refusal(raising(ValidationError(message)))

        assert error.message == text
        assert fields is None or error.fields == fields

    def test_plural(self) -> None:
        """Texts with a plural form choose it."""
        message = ngettext_lazy("%(n)d line.", "%(n)d lines.", "n")

        assert refusal(raising(ValidationError(message, params={"n": 2}))).message == "2 lines."

    def test_validator(self) -> None:
        """A validator may be a schema's part."""
        error = refusal(lambda body: MaxLengthValidator(3)(body["text"]), text=SECRET)

        assert error.message == "Ensure this value has at most 3 characters (it has 20)."


class TestPydantic:
    """So is one of Pydantic's shape."""

    def test_fields(self) -> None:
        """The place of a problem is its field."""
        error = refusal(
            raising(
                PydanticError(problem("text"), problem("items", 0, "n", msg="Not so"), problem())
            )
        )

        assert error.message == "text: Field required. items.0.n: Not so. Field required."
        assert error.fields == {
            "text": ["Field required"],
            "items.0.n": ["Not so"],
            "__all__": ["Field required"],
        }

    @pytest.mark.parametrize("shape", ["text", {"loc": ("a",)}, {"loc": 7, "msg": "No"}])
    def test_other_shapes(self, shape: Any) -> None:
        """An error that only resembles it is an error."""
        with pytest.raises(PydanticError):
            check_message(raising(PydanticError(shape)), {})

    @pytest.mark.parametrize("error", [ValueError(SECRET), KeyError("text"), TypeError(SECRET)])
    def test_other_errors(self, error: Exception) -> None:
        """Anything else that a schema raises is a mistake in the schema."""
        with pytest.raises(type(error)):
            check_message(raising(error), {})

    def test_refusal(self) -> None:
        """A schema may refuse by itself."""
        assert refusal(raising(MessageRefused("not_now", "Not now"))).code == "not_now"


class TestSecrecy:
    """A refusal never repeats what the client sent."""

    def test_choice(self) -> None:
        """Not where Django would: the value is left out of the text."""
        error = refusal(form, text="Hi", count=1, colour=SECRET)

        assert error.fields == {
            "colour": ["Select a valid choice. … is not one of the available choices."]
        }

    def test_key(self) -> None:
        """Nor the key of an object."""
        params = {"pk": SECRET}

        assert refusal(raising(ValidationError("No %(pk)s.", params=params))).message == "No …."

    def test_number(self) -> None:
        """Where a text cannot do without, another stands for it."""
        error = refusal(raising(ValidationError("%(value)d is odd.", params={"value": 7})))

        assert error.message == "Enter a valid value."

    def test_pydantic(self) -> None:
        """Pydantic's input is left out."""
        error = refusal(raising(PydanticError(problem("text"))))

        assert SECRET not in f"{error.message} {error} {error.fields}"

    def test_log(self) -> None:
        """The log names the fields, on one line."""
        error = refusal(raising(ValidationError({"text": "No.", "a\nb": "No."})))

        assert str(error) == r"invalid_message: 'text', 'a\nb'"


class TestSize:
    """However much is wrong, the refusal can be sent."""

    def test_reply(self) -> None:
        """Names, texts and errors are limited."""
        long = "\U0001f600" * 999
        problems = [problem(f"{n}{long}", msg=long) for n in range(99)]
        error = refusal(raising(PydanticError(*problems)))

        envelope = error_envelope(long[:128], error.code, error.message, fields=error.fields)

        assert len(error.fields) == 20
        assert {(len(name), *map(len, texts)) for name, texts in error.fields.items()} == {
            (64, 200)
        }
        assert len(encode(envelope)) <= MESSAGE_MAX_BYTES
        assert json.loads(encode(envelope)) == envelope
