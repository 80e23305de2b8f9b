from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a message to ``write`` holds."""

    text: str
    copies: int

    @classmethod
    def from_message(cls, body: dict[str, Any]) -> Self:
        text, copies = body.get("text"), body.get("copies", 1)
        errors = {}
        if not isinstance(text, str) or not 0 < len(text) <= 200:
            errors["text"] = "Write 1 to 200 characters."
        if type(copies) is not int or not 0 < copies < 10:
            errors["copies"] = "Ask for 1 to 9 copies."
        if errors:
            raise ValidationError(errors)
        return cls(text=text, copies=copies)
