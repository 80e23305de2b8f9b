"""Bodies of the control plane: what they say of mappings and variables may be secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from .masking import HIDDEN, Masker, sounds_secret

__all__ = ["DocumentMasker"]

_MAPPINGS: Final = frozenset({"requestparameters", "responseparameters"})
_VARIABLES: Final = "stagevariables"

_SOURCE = re.compile(r"(context|integration|request|route|stageVariables)\.[\w.-]+", re.ASCII)
"""What a mapping takes a value from; anything else may be the value."""

_HARMLESS: Final = frozenset(
    {
        "apikeyrequired",
        "apikeyselectionexpression",
        "authorizationscopes",
        "authorizationtype",
        "authorizerid",
        "authorizertype",
        "authorizeruri",
        "credentialsarn",
        "nexttoken",
    }
)
"""Members of AWS's own that sound secret."""

_ECHO_MIN_CHARS: Final = 4
"""Characters of a hidden value that is hidden in the answer too; a shorter one may be any word."""


class DocumentMasker:
    """Hides what is secret in a request, and what its answer repeats of that.

    Args:
        masker: hides what is known to be secret.
    """

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self._echoes: set[str] = set()

    def body(self, body: bytes) -> bytes:
        """Return a body without secrets: nothing of one that is no JSON."""
        if not body:
            return body
        try:
            shown = self._show(json.loads(body), "")
            return json.dumps(shown, ensure_ascii=False).encode(errors="replace")
        except (ValueError, RecursionError):
            return HIDDEN.encode()

    def _show(self, value: Any, name: str) -> Any:
        """Return a value as it is shown under a name."""
        if isinstance(value, dict):
            return {key: self._show(item, _name_below(name, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._show(item, name) for item in value]
        if value in (None, ""):
            return value
        if _is_secret(name, value):
            self._echoes.update(_spellings(str(value).strip("'")))
            return HIDDEN
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        """Return a text that is no secret without those that it has in it."""
        text = self.masker.url(text) if "://" in text else self.masker.text(text)
        for echo in sorted(self._echoes, key=len, reverse=True):
            text = text.replace(echo, HIDDEN)
        return text


def _name_below(name: str, key: str) -> str:
    """Return the name of a member: everything in a mapping or in variables has that one's."""
    return name if name in _MAPPINGS or name == _VARIABLES else key.lower()


def _is_secret(name: str, value: Any) -> bool:
    if name in _MAPPINGS:
        return not _SOURCE.fullmatch(str(value))
    return name == _VARIABLES or (name not in _HARMLESS and sounds_secret(name))


def _spellings(value: str) -> Iterable[str]:
    """Return a value as it may stand in a sentence about it."""
    return {value, repr(value)[1:-1]} if len(value) >= _ECHO_MIN_CHARS else ()
