"""What is read of a request, also where Django or the database refuses what a client has sent."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

__all__ = ["drop_unusable_session", "read_body", "read_query"]


def read_query(request: HttpRequest) -> Mapping[str, str]:
    """Return the parameters of the URL, or none when there are more than Django reads."""
    try:
        return request.GET
    except SuspiciousOperation:
        return {}


def read_body(request: HttpRequest) -> bytes:
    """Return the body, or an empty one when it is longer than Django reads, or of no known length.

    Before 6.1 Django raises ``ValueError`` where ``Content-Length`` is no number.
    """
    try:
        return request.body
    except (SuspiciousOperation, ValueError):
        return b""


def drop_unusable_session(request: HttpRequest) -> None:
    """Take a login session whose key has a NUL for none: PostgreSQL refuses to look it up.

    A cookie can hold one, because Django decodes the octal escapes of a quoted value.
    """
    session = getattr(request, "session", None)
    if session is not None and "\x00" in (session.session_key or ""):
        request.session = type(session)()
