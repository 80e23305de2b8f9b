"""Messages as they travel: JSON within AWS's limits, and the envelopes under the key ``ws``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

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


#: Characters of the id under which a client awaits a reply.
REPLY_ID_MAX_LENGTH = 128

# A backslash of a JSON text with what it escapes; half a surrogate pair is in the group.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def encode(data: Any, *, encoder: type[json.JSONEncoder] = json.JSONEncoder) -> bytes:
    """Return ``data`` as JSON, encoded as UTF-8.

    Raises:
        PayloadTooLarge: it is longer than API Gateway carries to a client.
        TypeError: the encoder does not know a value of ``data``.
        ValueError: ``data`` contains itself, or a number that JSON does not know, such as NaN.
    """
    payload = json.dumps(data, cls=encoder, allow_nan=False).encode()
    if len(payload) > MESSAGE_MAX_BYTES:
        raise PayloadTooLarge(detail=f"{len(payload)} of at most {MESSAGE_MAX_BYTES} bytes")
    return payload


def decode_object(body: bytes, *, max_bytes: int = MESSAGE_MAX_BYTES) -> dict[str, Any]:
    """Return the JSON object in ``body``; anything that is not one is an empty dictionary.

    JSON is UTF-8 and its numbers are finite. Half a surrogate pair, which no database stores,
    becomes U+FFFD, as it does when a browser encodes a text. Of equal keys the last one counts.
    """
    if len(body) > max_bytes:
        return {}
    try:
        text = _ESCAPE.sub(_whole_character, body.decode())
        data = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _whole_character(escape: re.Match[str]) -> str:
    return r"\ufffd" if escape[1] else escape[0]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_constant(digits)


def reply_id(body: dict[str, Any]) -> str | None:
    """Return the id under which the client awaits a reply, or None when it awaits none."""
    value = body.get("id")
    is_id = isinstance(value, str) and 0 < len(value) <= REPLY_ID_MAX_LENGTH
    return value if is_id else None


def is_ping(body: dict[str, Any]) -> bool:
    """Return whether the message only keeps the connection from being idle."""
    return body.get("ws") == "ping"


def reply_envelope(message_id: str, data: Any) -> dict[str, Any]:
    """Return the answer to a request: what the handler returned."""
    return {"ws": "reply", "id": message_id, "data": data}


def error_envelope(
    message_id: str, code: str, message: str, *, fields: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return the answer to a request that was refused or failed.

    Args:
        message_id: id under which the client awaits a reply.
        code: for programs.
        message: for people.
        fields: texts by the part of the request that is at fault; left out when there are none.
    """
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    return {"ws": "reply", "id": message_id, "error": error}


def pong_envelope() -> dict[str, Any]:
    """Return the answer to a ping."""
    return {"ws": "pong"}


def close_envelope(code: str, *, reconnect: bool = False) -> dict[str, Any]:
    """Return what a client is told before its connection is closed."""
    return {"ws": "close", "code": code, "reconnect": reconnect}
