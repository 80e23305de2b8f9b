"""Failures of AWS, to order: what the code under test meets when a post does not get through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Semaphore
from types import MappingProxyType
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from ..aws.errors import translate_errors
from ..exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    PayloadTooLarge,
    Throttled,
    TransportError,
)
from ..transports import locmem
from .asserts import Recipient, connection_id_of

__all__ = ["failing_transport"]

# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
_ANSWERS: Final[Mapping[type[TransportError], tuple[str, int]]] = MappingProxyType(
    {
        ConnectionGone: ("GoneException", 410),
        PayloadTooLarge: ("PayloadTooLargeException", 413),
        Throttled: ("LimitExceededException", 429),
        AccessDenied: ("ForbiddenException", 403),
        TransportError: ("InternalServerErrorException", 500),
    }
)


@contextmanager
def failing_transport(
    error: type[TransportError], *, to: Recipient | None = None, times: int | None = None
) -> Iterator[None]:
    """Let everything that is done to connections in a block fail as it fails in AWS.

    Args:
        error: ``ConnectionGone`` (410), ``Throttled`` (429), ``PayloadTooLarge`` (413),
            ``AccessDenied`` (403), ``EndpointUnreachable`` (no answer), or ``TransportError`` for
            an answer of 500. What boto3 would have raised is its cause.
        to: a client, a session or a connection id; None for all of them.
        times: how often; by default until the end of the block.

    Raises:
        ValueError: AWS fails in no such way, or ``times`` is negative.
    """
    if error is not EndpointUnreachable and error not in _ANSWERS:
        raise ValueError(f"No answer of AWS is {error.__name__}.")
    fail = _failure(error, connection_id_of(to), _takes(times))
    locmem.interceptors.insert(0, fail)
    try:
        yield
    finally:
        locmem.interceptors.remove(fail)


def _takes(times: int | None) -> Callable[[], bool]:
    """Return a function that says ``times`` times that it is not used up; None is without end."""
    if times is None:
        return lambda: True
    left = Semaphore(times)  # broadcasts post from several threads
    return lambda: left.acquire(blocking=False)


def _failure(
    error: type[TransportError], connection_id: str | None, takes: Callable[[], bool]
) -> Callable[[str], None]:
    def fail(used: str) -> None:
        if connection_id in (None, used) and takes():
            with translate_errors(connection_id=used):
                raise _original(error)

    return fail


def _original(error: type[TransportError]) -> BotoCoreError | ClientError:
    if error is EndpointUnreachable:
        return EndpointConnectionError(endpoint_url="https://unreachable.invalid")
    code, status = _ANSWERS[error]
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PostToConnection")
