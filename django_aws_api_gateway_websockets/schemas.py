"""What a message must hold: runs a handler's schema, and says of each field what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext

from .exceptions import MessageRefused

__all__ = ["Schema", "check_message"]

Schema = Callable[[dict[str, Any]], Any]
"""Takes a message and returns what its handler gets, or raises a validation error."""

# Names and texts can be the client's doing: with these a refusal stays below what AWS carries.
_MAX_ERRORS = 20
_MAX_NAME_LENGTH = 64
_MAX_TEXT_LENGTH = 200

_WITHOUT_VALUE = {"value": "…", "pk": "…"}
"""Stands for the parameters with which Django's texts would repeat what the client sent."""


def check_message(schema: Schema, body: dict[str, Any]) -> Any:
    """Return what ``schema`` makes of a message.

    Raises:
        MessageRefused: ``invalid_message``; the schema raised Django's ``ValidationError``, or one
            like Pydantic's, a ``ValueError`` with the method ``errors()``.
    """
    try:
        return schema(body)
    except ValidationError as error:
        problems = _problems_of_django(error)
    except ValueError as error:
        found = _problems_of_pydantic(error)
        if found is None:
            raise
        problems = found
    raise _refusal(problems)


def _problems_of_django(error: ValidationError) -> Iterable[tuple[str, str]]:
    has_fields = hasattr(error, "error_dict")
    by_field = error.error_dict if has_fields else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        for problem in errors:
            yield str(name), _text(problem)


def _text(problem: ValidationError) -> str:
    if not problem.params:
        return str(problem.message)
    try:
        return str(problem.message % {**problem.params, **_WITHOUT_VALUE})
    except (TypeError, ValueError):
        return gettext("Enter a valid value.")


def _problems_of_pydantic(error: Any) -> list[tuple[str, str]] | None:
    try:
        return [(".".join(map(str, e["loc"])), str(e["msg"])) for e in error.errors()]
    except (AttributeError, KeyError, TypeError):
        return None


def _refusal(problems: Iterable[tuple[str, str]]) -> MessageRefused:
    fields: dict[str, list[str]] = {}
    for name, text in islice(problems, _MAX_ERRORS):
        texts = fields.setdefault(name[:_MAX_NAME_LENGTH] or NON_FIELD_ERRORS, [])
        texts.append(text[:_MAX_TEXT_LENGTH])
    message = " ".join(_sentences(name, texts) for name, texts in fields.items())
    return MessageRefused(
        "invalid_message",
        message or "Invalid message",
        detail=", ".join(map(repr, fields)),
        fields=fields,
    )


def _sentences(name: str, texts: list[str]) -> str:
    text = " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts)
    return text if name == NON_FIELD_ERRORS else f"{name}: {text}"
