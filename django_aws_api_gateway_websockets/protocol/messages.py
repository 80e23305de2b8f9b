"""Messages as they travel: JSON within AWS's limits, and the envelopes under the key ``ws``."""

from __future__ import annotations

import json
from typing import Any

from ..exceptions import PayloadTooLarge
from .limits import MESSAGE_MAX_BYTES

__all__ = [
    "close_envelope",
    "decode_object",
    "encode",
    "error_envelope",
    "is_ping",
    "pong_envelope",
    "reply_envelope",
    "reply_id",
]


def encode(data: Any, *, encoder: type[json.JSONEncoder] = json.JSONEncoder) -> bytes:
    """Return ``data`` as JSON, encoded as UTF-8.

    Raises:
        PayloadTooLarge: it is longer than API Gateway carries to a client.
        TypeError: the encoder does not know a value of ``data``.
    """
    payload = json.dumps(data, cls=encoder).encode()
    if len(payload) > MESSAGE_MAX_BYTES:
        raise PayloadTooLarge(detail=f"{len(payload)} of at most {MESSAGE_MAX_BYTES} bytes")
    return payload


def decode_object(body: bytes, *, max_bytes: int = MESSAGE_MAX_BYTES) -> dict[str, Any]:
    """Return the JSON object in ``body``; anything that is not one is an empty dictionary."""
    if len(body) > max_bytes:
        return {}
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def reply_id(body: dict[str, Any]) -> str | None:
    """Return the id under which the client awaits a reply, or None when it awaits none."""
    value = body.get("id")
    return value if isinstance(value, str) and value else None


def is_ping(body: dict[str, Any]) -> bool:
    """Return whether the message only keeps the connection from being idle."""
    return body.get("ws") == "ping"


def reply_envelope(message_id: str, data: Any) -> dict[str, Any]:
    """Return the answer to a request: what the handler returned."""
    return {"ws": "reply", "id": message_id, "data": data}


def error_envelope(message_id: str, code: str, message: str) -> dict[str, Any]:
    """Return the answer to a request that was refused or failed."""
    return {"ws": "reply", "id": message_id, "error": {"code": code, "message": message}}


def pong_envelope() -> dict[str, Any]:
    """Return the answer to a ping."""
    return {"ws": "pong"}


def close_envelope(code: str, *, reconnect: bool = False) -> dict[str, Any]:
    """Return what a client is told before its connection is closed."""
    return {"ws": "close", "code": code, "reconnect": reconnect}
