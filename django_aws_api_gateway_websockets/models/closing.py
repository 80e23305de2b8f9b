"""How one connection is closed: its client is told why, then AWS ends it."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from ..exceptions import ConnectionGone, ConnectionNotReady, TransportError
from ..protocol.messages import close_envelope, encode
from ..transports import BaseTransport, get_transport
from .sending.delivery import Outcome

if TYPE_CHECKING:
    from .sessions import WebSocketSession

__all__ = ["CLOSED_FOR_GOOD", "close_connection", "closing_transport", "encode_farewell"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

#: Outcomes after which AWS has nothing to close.
CLOSED_FOR_GOOD = (Outcome.CLOSED, Outcome.GONE, Outcome.SKIPPED)

# As long as ``WebSocketSession.close_code``, which keeps it.
_CLOSE_CODE = re.compile(r"[a-z0-9_.-]{1,32}")


def encode_farewell(code: Any, *, reconnect: bool = False) -> bytes:
    """Return what a client is told before its connection is closed.

    Raises:
        ValueError: ``code`` is no code.
    """
    if not isinstance(code, str) or not _CLOSE_CODE.fullmatch(code):
        rule = "1 to 32 lower-case letters, digits, dots, hyphens and underscores"
        raise ValueError(f"A close code has {rule}, not {code!r}.")
    return encode(close_envelope(code, reconnect=reconnect))


def closing_transport() -> BaseTransport:
    """Return the transport, which can close connections.

    Raises:
        ImproperlyConfigured: it cannot, or there is none.
    """
    transport = get_transport()
    if not transport.supports_disconnect:
        name = type(transport).__name__
        raise ImproperlyConfigured(f'WEBSOCKETS["transport"]: {name} cannot close connections.')
    return transport


def close_connection(session: WebSocketSession, farewell: bytes) -> Outcome:
    """Tell the client of ``session`` why, and close its connection in AWS.

    The database is not touched when the session has its gateway at hand. A client that cannot be
    told is closed all the same, and one that leaves as soon as it is told counts as closed.

    Raises:
        ImproperlyConfigured: the transport cannot close connections.
        RuntimeError: the session's gateway has no API.
        TransportError: AWS could not be reached, or refused.
    """
    transport = closing_transport()
    if session.api_gateway is None:
        return Outcome.SKIPPED
    if session.is_outlived:
        return Outcome.GONE
    url = session.api_gateway.management_url
    is_told = _tell(transport, url, session.connection_id, farewell)
    try:
        transport.disconnect(url, session.connection_id)
    except ConnectionNotReady:
        return Outcome.NOT_READY
    except ConnectionGone:
        if is_told:
            return Outcome.CLOSED
        return Outcome.NOT_READY if session.is_young else Outcome.GONE
    return Outcome.CLOSED


def _tell(transport: BaseTransport, url: str, connection_id: str, farewell: bytes) -> bool:
    try:
        transport.send(url, connection_id, farewell)
    except TransportError as error:
        logger.debug("Client not told why it is closed: %s", error)
        return False
    return True
