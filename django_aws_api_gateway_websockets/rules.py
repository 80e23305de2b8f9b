"""What the values of settings must be: predicates that take any value and never raise."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TypeGuard
from urllib.parse import urlsplit

__all__ = [
    "MAX_CONCURRENCY",
    "MAX_DURATION",
    "SECRET_PATTERN",
    "SECRET_RULE",
    "TOKEN_BINDINGS",
    "is_backend",
    "is_binding",
    "is_bool",
    "is_concurrency",
    "is_duration",
    "is_name",
    "is_natural",
    "is_origin",
    "is_origins",
    "is_positive_int",
    "is_secret",
    "is_text_or_list",
    "is_url",
]

SECRET_PATTERN = re.compile(r"[A-Za-z0-9._~+/=-]{32,}")
"""What a gateway secret must look like to travel as an HTTP header and resist guessing."""

SECRET_RULE = "at least 32 characters of A-Z a-z 0-9 . _ ~ + / = -"
TOKEN_BINDINGS = ("session", "user")
"""What a token is bound to: the login session, which must open the connection, or the user."""

MAX_DURATION = 1_000_000_000
"""Seconds or minutes: what can still be subtracted from today's date."""

MAX_CONCURRENCY = 4096
"""Posts in flight at once: each has a socket, of which a process may open few thousands."""

_ORIGIN = re.compile(
    r"https?://(\*\.)?([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[^]]+\])(:\d+)?", re.I | re.A
)


def is_positive_int(value: object) -> TypeGuard[int]:
    """Return whether ``value`` is an integer of at least 1; True is none."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def is_natural(value: object) -> TypeGuard[int]:
    """Return whether ``value`` is an integer of at least 0; False is none."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_duration(value: object) -> bool:
    """Return whether ``value`` is a number of seconds or minutes that dates can be moved by."""
    return is_positive_int(value) and value <= MAX_DURATION


def is_concurrency(value: object) -> bool:
    """Return whether ``value`` is a number of sockets that a process can open."""
    return is_positive_int(value) and value <= MAX_CONCURRENCY


def is_bool(value: object) -> bool:
    """Return whether ``value`` is True or False."""
    return isinstance(value, bool)


def is_name(value: object) -> TypeGuard[str]:
    """Return whether ``value`` is a text that is not empty."""
    return isinstance(value, str) and bool(value)


def is_url(value: object) -> TypeGuard[str]:
    """Return whether ``value`` is an HTTP or HTTPS URL with a host."""
    if not isinstance(value, str) or not value.isprintable() or set(value) & set(" \\"):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_backend(value: object) -> bool:
    """Return whether ``value`` is a mapping that names a backend."""
    return isinstance(value, Mapping) and isinstance(value.get("BACKEND"), str)


def is_binding(value: object) -> TypeGuard[str]:
    """Return whether ``value`` names what a token is bound to."""
    return isinstance(value, str) and value in TOKEN_BINDINGS


def is_text_or_list(value: object) -> TypeGuard[Collection[object]]:
    """Return whether ``value`` is a text or a collection."""
    return isinstance(value, str | list | tuple | set | frozenset)


def is_origins(value: object) -> bool:
    """Return whether ``value`` is a collection of origins."""
    return not isinstance(value, str) and is_text_or_list(value) and all(map(is_origin, value))


def is_origin(value: object) -> bool:
    """Return whether ``value`` is an origin, whose host may start with ``*.``."""
    return is_url(value) and _ORIGIN.fullmatch(value) is not None


def is_secret(value: object) -> TypeGuard[str]:
    """Return whether ``value`` can be sent and compared as a gateway secret."""
    return isinstance(value, str) and SECRET_PATTERN.fullmatch(value) is not None
