"""Identifiers in the forms that AWS gives them."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Container

__all__ = ["api_id_for", "is_connection_id", "new_event_id", "new_resource_id", "new_trace_id"]

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_API_ID_CHARS = 10
_RESOURCE_ID_CHARS = 7
_EVENT_ID_BYTES = 11
_CONNECTION_ID = re.compile(r"[A-Za-z0-9_-]{15}=")


def api_id_for(name: str, taken: Container[str]) -> str:
    """Return an API id that depends on the name alone, so that it survives a restart.

    Args:
        name: the API's name.
        taken: ids in use; a second API of the same name gets another id.
    """
    attempt = 0
    while True:
        digest = int.from_bytes(hashlib.sha256(f"{name}\0{attempt}".encode()).digest(), "big")
        api_id = _to_letters(digest, _API_ID_CHARS)
        if api_id not in taken:
            return api_id
        attempt += 1


def new_resource_id() -> str:
    """Return an id for an integration, a route or another part of an API."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RESOURCE_ID_CHARS))


def new_event_id() -> str:
    """Return an id for a connection, a message or a request: 15 base64url characters and ``=``."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_EVENT_ID_BYTES)).decode()


def new_trace_id(wall: float) -> str:
    """Return the value of an ``X-Amzn-Trace-Id`` header.

    Args:
        wall: seconds since the epoch.
    """
    return f"Root=1-{int(wall):08x}-{secrets.token_hex(12)}"


def is_connection_id(text: str) -> bool:
    """Tell whether a text has the form of a connection id."""
    return _CONNECTION_ID.fullmatch(text) is not None


def _to_letters(number: int, length: int) -> str:
    """Return the last digits of a number, written with letters and digits."""
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return "".join(letters)
