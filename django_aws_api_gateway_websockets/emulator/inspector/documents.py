"""Bodies of the control plane: what they say of mappings and variables may be secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from .entries import BODY_MAX_BYTES
from .masking import HIDDEN, TEXT_MIN_CHARS, Masker, hiding, sounds_secret

__all__ = ["DocumentMasker"]

_MAPPINGS: Final = frozenset(
    {"requestparameters", "requesttemplates", "responseparameters", "responsetemplates"}
)
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

_MOST_ECHOES: Final = 200
"""Hidden values that are looked for elsewhere; where there are more, nothing is shown at all."""


class DocumentMasker:
    """Hides what is secret in a request, and what its answer repeats of that.

    Args:
        masker: hides what is known to be secret.
    """

    def __init__(self, masker: Masker) -> None:
        self.masker = masker
        self._echoes: set[str] = set()

    def body(self, body: bytes) -> bytes:
        """Return a body without secrets: nothing of one that is no JSON, or long."""
        if not body:
            return body
        if len(body) > BODY_MAX_BYTES:
            return HIDDEN.encode()
        try:
            shown = self._without_texts(self._show(json.loads(body), ""))
            return json.dumps(shown, ensure_ascii=False).encode(errors="replace")
        except (ValueError, RecursionError):
            return HIDDEN.encode()

    def _without_texts(self, shown: Any) -> Any:
        """Return a document whose texts do not repeat what is hidden in it, or was before."""
        if len(self._echoes) > _MOST_ECHOES:
            return HIDDEN
        hide = hiding(self._echoes)
        return _changed(shown, lambda text: self.masker.url(hide(text)))

    def _show(self, value: Any, name: str) -> Any:
        """Return a value as it is shown under a name, with its texts as they are."""
        if isinstance(value, dict):
            return {key: self._show(item, _name_below(name, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._show(item, name) for item in value]
        if value in (None, ""):
            return value
        if _is_secret(name, value):
            self._echoes.update(_spellings(str(value).strip("'")))
            return HIDDEN
        return value


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return a document with its texts changed, but not the names in it."""
    if isinstance(value, dict):
        return {key: _changed(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _name_below(name: str, key: str) -> str:
    """Return the name of a member: everything in a mapping or in a secret has that one's."""
    return name if name in _MAPPINGS or _sounds_secret(name) else key.lower()


def _is_secret(name: str, value: Any) -> bool:
    return not _SOURCE.fullmatch(str(value)) if name in _MAPPINGS else _sounds_secret(name)


def _sounds_secret(name: str) -> bool:
    return name == _VARIABLES or (name not in _HARMLESS and sounds_secret(name))


def _spellings(value: str) -> Iterable[str]:
    """Return a value as it may stand in a sentence about it."""
    return {value, repr(value)[1:-1]} if len(value) >= TEXT_MIN_CHARS else ()
