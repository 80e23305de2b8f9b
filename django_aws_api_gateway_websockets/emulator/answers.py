"""HTTP answers in the form that AWS gives them, and the error that becomes one."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..exceptions import WebSocketError

__all__ = ["Answer", "Lost", "ServiceError", "error_answer", "forbidden", "throttled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A status, headers and a body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Lost(enum.Enum):
    """How an answer does not reach the client."""

    CUT = "cut"
    """The connection ends."""

    SILENCE = "silence"
    """The connection stays open, and nothing comes."""


class ServiceError(WebSocketError):
    """A request that the service refuses.

    Args:
        code: the error code that boto3 shows, for example ``NotFoundException``.
        message: the sentence that boto3 shows.
        status: HTTP status.
    """

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @classmethod
    def bad_request(cls, message: str) -> ServiceError:
        """Return the error for a request that is not valid."""
        return cls("BadRequestException", message, 400)

    @classmethod
    def not_found(cls, message: str) -> ServiceError:
        """Return the error for something that does not exist."""
        return cls("NotFoundException", message, 404)

    @classmethod
    def conflict(cls, message: str) -> ServiceError:
        """Return the error for something that exists already or is in use."""
        return cls("ConflictException", message, 409)


def error_answer(status: int, code: str, message: str | None = None) -> Answer:
    """Return an error; boto3 takes its code from the header, without which it is unknown.

    Args:
        status: HTTP status.
        code: the error code.
        message: the sentence; None gives an empty body.
    """
    body = b"" if message is None else json.dumps({"message": message}).encode()
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return Answer(status=status, headers=headers, body=body)


def forbidden() -> Answer:
    """Return what AWS says to an unknown API, stage or path."""
    return error_answer(403, "ForbiddenException", "Forbidden")


def throttled() -> Answer:
    """Return what AWS says when the account has used up its quota."""
    return error_answer(429, "LimitExceededException", "Too Many Requests")
