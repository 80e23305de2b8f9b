"""The head of an HTTP/1.1 request or response, with order, case and duplicates of headers kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "END_OF_HEAD",
    "NAME",
    "TEXT",
    "Head",
    "Headers",
    "decode_head",
    "header_values",
    "parse_head",
]

END_OF_HEAD = b"\r\n\r\n"

Headers = tuple[tuple[str, str], ...]

# RFC 9110, sections 5.1 and 5.5. A line that goes on in the next one is refused, as is every
# control character: some servers end a line at a line feed alone.
NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""Matches the name of a header."""

TEXT = r"[^\x00-\x08\x0a-\x1f\x7f]*+"
"""Matches what else a line may hold."""

_HEAD = re.compile(rf"{TEXT}(?:\r\n{NAME}:{TEXT})*+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A first line and headers, decoded as ISO-8859-1."""

    first_line: str
    headers: Headers


def header_values(headers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """Return all values of a header, whatever the case of its name."""
    return [value for key, value in headers if key.lower() == name.lower()]


def decode_head(data: bytes) -> str:
    """Return a head without its final empty line as text: lines that are known to be sound.

    Raises:
        ValueError: a header line has no name, or a line holds a control character.
    """
    text = data.decode("iso-8859-1")
    if not _HEAD.fullmatch(text):
        raise ValueError("A line of the head is not a header, or holds a control character.")
    return text


def parse_head(data: bytes) -> Head:
    """Parse a head without its final empty line.

    Raises:
        ValueError: as `decode_head` says.
    """
    first_line, *lines = decode_head(data).split("\r\n")
    parts = (line.partition(":") for line in lines)
    return Head(
        first_line=first_line, headers=tuple((name, value.strip(" \t")) for name, _, value in parts)
    )
