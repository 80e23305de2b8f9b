"""HTTP answers as bytes, for connections that no HTTP server holds."""

from __future__ import annotations

from http import HTTPStatus

from .answers import Answer
from .identifiers import new_event_id

__all__ = ["amazon_headers", "serialise_answer"]


def amazon_headers(answer: Answer) -> dict[str, str]:
    """Return an answer's headers with the request id that AWS adds."""
    return {"x-amzn-RequestId": new_event_id(), **answer.headers}


def serialise_answer(answer: Answer) -> bytes:
    """Return an answer after which the connection ends."""
    headers = {
        **amazon_headers(answer),
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body


def _phrase(status: int) -> str:
    """Return the standard phrase of a status, or none for an unknown one."""
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
