"""What API Gateway sends to the backend, as values: a connect, a message or a disconnect.

Reading never fails: what is absent is an empty string, and the checks decide what that means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .messages import decode_object
from .routes import CONNECTION_ID_HEADER, SECRET_HEADER

__all__ = [
    "ConnectEvent",
    "DisconnectEvent",
    "Event",
    "GatewayContext",
    "MessageEvent",
    "read_event",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayContext:
    """What the mapped ``X-Ws-*`` headers say.

    A client can send these headers itself wherever an integration does not map them, so they are
    worth something only when the secret is right and the gateway is known to map them all.
    """

    event_type: str = ""
    source_ip: str = ""
    route_key: str = ""
    connected_at: str = ""
    request_id: str = ""
    message_id: str = ""
    stage: str = ""

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> GatewayContext:
        """Return the context in ``headers``, a case-insensitive mapping."""
        return cls(
            event_type=headers.get("X-Ws-Event-Type", ""),
            source_ip=headers.get("X-Ws-Source-Ip", ""),
            route_key=headers.get("X-Ws-Route-Key", ""),
            connected_at=headers.get("X-Ws-Connected-At", ""),
            request_id=headers.get("X-Ws-Request-Id", ""),
            message_id=headers.get("X-Ws-Message-Id", ""),
            stage=headers.get("X-Ws-Api-Stage", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries.

    Args:
        remote_addr: address of the peer that spoke HTTP to the backend.
        context: what the gateway says of the event; empty until somebody who knows the gateway
            believes it.
    """

    type: ClassVar[str] = ""

    api_id: str
    connection_id: str
    secret: str = field(repr=False)
    user_agent: str
    forwarded_for: str
    remote_addr: str
    trace_id: str
    context: GatewayContext = GatewayContext()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectEvent(Event):
    """A handshake that waits for the backend's answer."""

    type: ClassVar[str] = "CONNECT"

    origin: str
    channel: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent(Event):
    """A text frame of a client; ``body`` is empty unless the frame was a JSON object."""

    type: ClassVar[str] = "MESSAGE"

    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectEvent(Event):
    """The news that a connection has ended; AWS sends it on a best-effort basis."""

    type: ClassVar[str] = "DISCONNECT"


def read_event(
    name: str,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes,
    remote_addr: str,
    max_body_bytes: int,
) -> ConnectEvent | MessageEvent | DisconnectEvent:
    """Return the event that an integration request stands for.

    Args:
        name: last part of the integration's URL: ``connect``, ``disconnect``, or anything else
            for a message.
        headers: a case-insensitive mapping.
        query: the query string of the handshake; messages have none.
        max_body_bytes: a longer body is read as an empty one.
    """
    common: dict[str, Any] = {
        "api_id": headers.get("X-Amzn-Apigateway-Api-Id", ""),
        "connection_id": headers.get(CONNECTION_ID_HEADER, ""),
        "secret": headers.get(SECRET_HEADER, ""),
        "user_agent": headers.get("User-Agent", ""),
        "forwarded_for": headers.get("X-Forwarded-For", ""),
        "remote_addr": remote_addr,
        "trace_id": headers.get("X-Amzn-Trace-Id", ""),
    }
    if name == "connect":
        return ConnectEvent(
            origin=headers.get("Origin", ""),
            channel=query.get("channel", ""),
            token=query.get("ws_token", ""),
            **common,
        )
    if name == "disconnect":
        return DisconnectEvent(**common)
    return MessageEvent(body=decode_object(body, max_bytes=max_body_bytes), **common)
