"""Taking secrets out of what is kept: of each it stays visible that it was there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import quote, unquote_plus

from ...protocol.heads import Headers

__all__ = ["HIDDEN", "TEXT_MIN_CHARS", "Masker", "hiding", "sounds_secret"]

HIDDEN: Final = "***"
_HIDDEN_BYTES: Final = HIDDEN.encode()

_SECRET_NAME = re.compile(
    r"auth|bearer|cookie|credential|csrf|jwt|passw|pwd|secret|session|signature|token|api[-_]?key",
    re.IGNORECASE,
)
TEXT_MIN_CHARS: Final = 8
"""Characters of a secret that is hidden wherever it stands; a shorter one may be any word."""

_MOST_PLACES: Final = 64
"""Lists of names that are remembered, which clients choose."""

_PROTOCOLS: Final = "sec-websocket-protocol"
_TOKEN_MIN_CHARS: Final = 32
"""Characters of a name that is taken for a token among names of protocols."""

_Hide = Callable[[str], str]
_Place = tuple[int, _Hide]

_USER = re.compile(r"(?<=://)[^/?#@]*@")


class Masker:
    """Hides headers and query parameters by their names, and constants of mappings by value too.

    A constant of a mapping is how a secret gets to a backend that no client can know. Most events
    have nothing to hide but headers, so that comes first wherever it can.

    Args:
        mappings: the request parameters of integrations.
        variables: values of stage variables, which may be mapped, and stand in addresses.
    """

    def __init__(self, *mappings: Mapping[str, str], variables: Iterable[str] = ()) -> None:
        pairs = {pair for mapping in mappings for pair in mapping.items()}
        hidden = [k for k, v in pairs if v.startswith(("'", "stageVariables.")) or sounds_secret(v)]
        self._names = frozenset(target.split(".", 3)[-1].lower() for target in hidden)
        values = {*variables, *(value[1:-1] for _, value in pairs if value.startswith("'"))}
        long = [v for v in sorted(values, key=len, reverse=True) if len(v) >= TEXT_MIN_CHARS]
        self._texts = tuple(dict.fromkeys((*long, *(quote(value, safe="") for value in long))))
        self._bytes = [value.encode() for value in long]
        self._places: dict[tuple[str, ...], tuple[_Place, ...]] = {}

    def headers(self, headers: Headers) -> Headers:
        """Return headers without secret values."""
        shown = list(headers)
        for place, hide in self._secret_places(tuple([name for name, _ in headers])):
            name, value = headers[place]
            shown[place] = (name, hide(value))
        everything = "\n".join([value for _, value in shown])
        if "?" in everything or any(text in everything for text in self._texts):
            return tuple((name, self.url(value)) for name, value in shown)
        return tuple(shown)

    def url(self, url: str) -> str:
        """Return a URL or the target of a request without secrets."""
        if "@" in url:
            url = _USER.sub(f"{HIDDEN}@", url)
        path, mark, query = url.partition("?")
        if mark:
            path += mark + "&".join(map(self._parameter, query.split("&")))
        return self.text(path)

    def text(self, text: str) -> str:
        """Return a text without the constants."""
        for value in self._texts:
            text = text.replace(value, HIDDEN)
        return text

    def body(self, body: bytes) -> bytes:
        """Return a body without the constants."""
        for value in self._bytes:
            body = body.replace(value, _HIDDEN_BYTES)
        return body

    def _parameter(self, pair: str) -> str:
        """Return a part of a query without a secret value."""
        name, _, _ = pair.partition("=")
        return f"{name}={HIDDEN}" if self._is_secret(unquote_plus(name)) else pair

    def _secret_places(self, names: tuple[str, ...]) -> tuple[_Place, ...]:
        """Return where headers stand that may be secret; the same names come again and again."""
        places = self._places.get(names)
        if places is None:
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            found = [(at, self._hiding(name)) for at, name in enumerate(names)]
            places = self._places[names] = tuple([(at, hide) for at, hide in found if hide])
        return places

    def _hiding(self, name: str) -> _Hide | None:
        """Return what hides a header's value, or None."""
        if self._is_secret(name):
            return _hidden
        return _without_tokens if name.lower() == _PROTOCOLS else None

    def _is_secret(self, name: str) -> bool:
        return sounds_secret(name) or name.lower() in self._names


def hiding(texts: Iterable[str]) -> Callable[[str], str]:
    """Return what hides texts where they stand as whole words, in one go and the longest first."""
    longest_first = sorted(texts, key=len, reverse=True)
    if not longest_first:
        return str
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text: words.sub(HIDDEN, text)


def sounds_secret(name: str) -> bool:
    """Tell whether a name says that its value is secret."""
    return _SECRET_NAME.search(name) is not None


def _hidden(_value: str) -> str:
    return HIDDEN


def _without_tokens(value: str) -> str:
    """Return a list without its long words: a page has no other header for its token."""
    words = [word.strip() for word in value.split(",")]
    return ", ".join(HIDDEN if len(word) >= _TOKEN_MIN_CHARS else word for word in words)
