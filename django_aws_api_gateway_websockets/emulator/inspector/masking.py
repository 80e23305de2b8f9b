"""Taking secrets out of what is kept: of each it stays visible that it was there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, unquote_plus

from ...protocol.heads import Headers

__all__ = ["BODY_MAX_BYTES", "HIDDEN", "Masker"]

HIDDEN: Final = "***"

BODY_MAX_BYTES: Final = 131_072
"""Bytes kept of a body: as many as a message may have, while answers of a backend may have more."""

_SECRET_NAME = re.compile(
    r"auth|cookie|credential|csrf|passw|secret|session|signature|token|api-?key", re.IGNORECASE
)
_CONSTANT_MIN_CHARS: Final = 8
"""Characters of a constant that is hidden wherever it stands; a shorter one may be any word."""

_USER = re.compile(r"(?<=://)[^/?#@]*@")


class Masker:
    """Hides headers and query parameters by their names, and constants of a mapping by value too.

    A constant of a mapping is how a secret gets to a backend that no client can know.

    Args:
        parameters: the request parameters of an integration.
    """

    def __init__(self, parameters: Mapping[str, str]) -> None:
        fixed = {k: v for k, v in parameters.items() if v.startswith(("'", "stageVariables."))}
        self._names = frozenset(target.split(".", 3)[-1].lower() for target in fixed)
        values = [value[1:-1] for value in fixed.values() if value.startswith("'")]
        self._values = [value for value in values if len(value) >= _CONSTANT_MIN_CHARS]

    def headers(self, headers: Iterable[tuple[str, str]]) -> Headers:
        """Return headers without secret values."""
        return tuple((name, self._header(name, value)) for name, value in headers)

    def url(self, url: str) -> str:
        """Return a URL or the target of a request without secrets."""
        if "@" in url:
            url = _USER.sub(f"{HIDDEN}@", url)
        path, mark, query = url.partition("?")
        if mark:
            path += mark + "&".join(map(self._parameter, query.split("&")))
        return self._text(path)

    def body(self, body: bytes) -> bytes:
        """Return the beginning of a body without the constants."""
        for value in self._values:
            body = body.replace(value.encode(), HIDDEN.encode())
        return body[:BODY_MAX_BYTES]

    def _header(self, name: str, value: str) -> str:
        if name.lower() in self._names or _is_secret(name):
            return HIDDEN
        return self.url(value) if "?" in value else self._text(value)

    def _parameter(self, pair: str) -> str:
        """Return a part of a query without a secret value."""
        name, _, _ = pair.partition("=")
        clear = unquote_plus(name)
        secret = clear.lower() in self._names or _is_secret(clear)
        return f"{name}={HIDDEN}" if secret else pair

    def _text(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, HIDDEN).replace(quote(value, safe=""), HIDDEN)
        return text


@functools.lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    """Tell whether a name says that its value is secret."""
    return _SECRET_NAME.search(name) is not None
