"""The text frames that the gateway itself sends to a client."""

from __future__ import annotations

from typing import Final

__all__ = ["FORBIDDEN", "INTERNAL_SERVER_ERROR", "TIMED_OUT", "TOO_MANY_REQUESTS", "error_frame"]

FORBIDDEN: Final = "Forbidden"
"""No route matches, and the API has no default route."""

INTERNAL_SERVER_ERROR: Final = "Internal server error"
"""The integration could not be called."""

TIMED_OUT: Final = "Endpoint request timed out"
"""The integration took longer than its timeout."""

TOO_MANY_REQUESTS: Final = "Too Many Requests"
"""The account has used up its quota; whether AWS sends this to a client is not documented."""


def error_frame(message: str, connection_id: str, request_id: str) -> bytes:
    """Return an error frame, spaced as AWS spaces it."""
    return (
        f'{{"message": "{message}", "connectionId":"{connection_id}", "requestId":"{request_id}"}}'
    ).encode()
