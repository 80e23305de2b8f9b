"""What every transport promises: to deliver bytes to connections, given plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NoReturn, Protocol, TypeVar

from asgiref.sync import sync_to_async
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from ..exceptions import EndpointUnreachable, PayloadTooLarge, TransportError
from ..protocol.limits import MESSAGE_MAX_BYTES
from .breaker import Breaker

__all__ = [
    "CONCURRENCY",
    "DEFAULT_WORKERS",
    "BaseTransport",
    "ConnectionInfo",
    "R",
    "Recipient",
    "SendResult",
    "Sent",
]

DEFAULT_WORKERS: Final = 32
"""Threads that send to many, unless another number is asked for."""

CONCURRENCY: Final = 256
"""Posts in flight to one host at once, at most, where no threads are needed."""


class Recipient(Protocol):
    """To whom a message is sent; what else it has is the caller's."""

    @property
    def management_url(self) -> str:
        """Where the connections of its stage are managed."""

    @property
    def connection_id(self) -> str:
        """As AWS names the connection."""


R = TypeVar("R", bound=Recipient)
Sent = tuple[R, Exception | None]
"""A recipient, and what went wrong; None is that the message was accepted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What the service said of a message that it accepted; not that the client has received it."""

    status: int = 200
    request_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionInfo:
    """What the service knows of an open connection."""

    connected_at: datetime
    last_active_at: datetime
    source_ip: str
    user_agent: str


class BaseTransport:
    """Delivers messages to connections; subclasses say how.

    Options are keyword-only arguments of ``__init__``, which does no I/O. Methods may be called by
    several threads at once. A management URL is where the connections of one stage are managed,
    without a trailing slash, for example ``https://abc.execute-api.eu-west-1.amazonaws.com/live``.
    """

    #: Does what is sent reach a client, rather than a developer?
    supports_delivery = True
    #: Can it close a connection?
    supports_disconnect = True
    #: Can it tell what is known of a connection?
    supports_info = True

    def __init__(self, **unknown: Any) -> None:
        if unknown:
            names = ", ".join(repr(name) for name in sorted(unknown))
            raise ImproperlyConfigured(f"{type(self).__name__} has no option {names}.")

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        """Send one text message.

        Args:
            payload: UTF-8, at most 131,072 bytes.

        Raises:
            ConnectionGone: the connection is closed, not open yet, or unknown.
            PayloadTooLarge: the payload is larger than API Gateway carries.
            Throttled: too many requests, or the client does not read.
            TransportError: anything else that the service or the network did.
        """
        self._lack("send messages")

    def send_many(
        self,
        chunks: Iterable[Sequence[R]],
        payload: bytes,
        *,
        max_workers: int | None = None,
        concurrency: int = CONCURRENCY,
    ) -> Iterator[Sent[R]]:
        """Send one message to many connections, and yield each with what went wrong, once.

        Errors are those of ``send``, and ``RuntimeError`` and ``ValueError`` of a gateway whose
        URL or region is of no use. A gateway that could not be reached, or denied access, ten
        times in a row, and accepted nothing for five seconds, is given up: what is left for it
        fails without being tried.

        Args:
            chunks: recipients; the caller's thread asks for the next chunk when all of the last
                are under way.
            payload: UTF-8, at most 131,072 bytes.
            max_workers: posts in flight at once; by default as many as the transport does well.
            concurrency: posts in flight to one host at once, at most, when that is more.

        Raises:
            ImproperlyConfigured: the transport, or AWS, is not configured.
            PayloadTooLarge: the payload is larger than API Gateway carries; nothing was sent.
        """
        self.refuse_oversized("", payload)
        post = partial(self.try_to_send, Breaker(), payload)
        with ThreadPoolExecutor(max_workers or DEFAULT_WORKERS) as pool:
            for chunk in chunks:
                yield from zip(chunk, pool.map(post, chunk), strict=True)

    def try_to_send(
        self, breaker: Breaker, payload: bytes, recipient: Recipient
    ) -> Exception | None:
        """Send one message of many, and return what went wrong.

        Args:
            breaker: what is known of the gateways; learns what becomes of this message.
            payload: the message.
            recipient: to whom.
        """
        url, connection_id = recipient.management_url, recipient.connection_id
        if breaker.is_open(url):
            return EndpointUnreachable(connection_id, "too many posts in a row have failed")
        error: Exception | None = None
        try:
            self.send(url, connection_id, payload)
        except (RuntimeError, TransportError, ValueError) as caught:
            error = caught
        breaker.note(url, error)
        return error

    def disconnect(self, management_url: str, connection_id: str) -> None:
        """Close a connection; the client sees close code 1000.

        Raises:
            ConnectionGone: it is closed already, or unknown.
            TransportError: anything else that the service or the network did.
        """
        self._lack("close connections")

    def info(self, management_url: str, connection_id: str) -> ConnectionInfo:
        """Return what is known of an open connection.

        Raises:
            ConnectionGone: it is closed, or unknown.
            TransportError: anything else that the service or the network did.
        """
        self._lack("describe connections")

    async def asend(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        """Do what ``send`` does, without blocking the event loop."""
        send = sync_to_async(self.send, thread_sensitive=False)
        return await send(management_url, connection_id, payload)

    async def adisconnect(self, management_url: str, connection_id: str) -> None:
        """Do what ``disconnect`` does, without blocking the event loop."""
        disconnect = sync_to_async(self.disconnect, thread_sensitive=False)
        await disconnect(management_url, connection_id)

    async def ainfo(self, management_url: str, connection_id: str) -> ConnectionInfo:
        """Do what ``info`` does, without blocking the event loop."""
        info = sync_to_async(self.info, thread_sensitive=False)
        return await info(management_url, connection_id)

    def _lack(self, ability: str) -> NoReturn:
        """Say what a subclass has not overridden, to a caller who did not look at its flags."""
        message = f"{type(self).__name__} cannot {ability}."
        raise NotImplementedError(message)  # the transport lacks it; whoever asks has a bug

    def check(self) -> Iterator[CheckMessage]:
        """Yield what is wrong with the options; nothing by default."""
        yield from ()

    def refuse_oversized(self, connection_id: str, payload: bytes) -> None:
        """Raise what API Gateway's 413 becomes, without asking it.

        Raises:
            PayloadTooLarge: the payload is over 131,072 bytes.
        """
        if len(payload) > MESSAGE_MAX_BYTES:
            detail = f"{len(payload)} of at most {MESSAGE_MAX_BYTES} bytes"
            raise PayloadTooLarge(connection_id, detail)
