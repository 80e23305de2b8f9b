"""What every transport promises: to deliver bytes to connections, given plain values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from ..exceptions import PayloadTooLarge
from ..protocol.limits import MESSAGE_MAX_BYTES

__all__ = ["BaseTransport", "ConnectionInfo", "SendResult"]


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
        raise NotImplementedError(  # what every transport has to override
            f"{type(self).__name__} cannot send messages."
        )

    def disconnect(self, management_url: str, connection_id: str) -> None:
        """Close a connection; the client sees close code 1000.

        Raises:
            ConnectionGone: it is closed already, or unknown.
            TransportError: anything else that the service or the network did.
        """
        raise NotImplementedError(  # for those that did not look at supports_disconnect
            f"{type(self).__name__} cannot close connections."
        )

    def info(self, management_url: str, connection_id: str) -> ConnectionInfo:
        """Return what is known of an open connection.

        Raises:
            ConnectionGone: it is closed, or unknown.
            TransportError: anything else that the service or the network did.
        """
        raise NotImplementedError(  # for those that did not look at supports_info
            f"{type(self).__name__} cannot describe connections."
        )

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
