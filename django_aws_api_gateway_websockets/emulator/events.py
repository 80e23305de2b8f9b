"""The three kinds of event of a connection, and the variables that each has for a mapping."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .heads import RequestHead

__all__ = ["Event", "EventType", "Handshake", "handshake_of"]


class EventType(enum.StrEnum):
    """The values of ``context.eventType``."""

    CONNECT = "CONNECT"
    MESSAGE = "MESSAGE"
    DISCONNECT = "DISCONNECT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Handshake:
    """A client's request for a WebSocket, and where it came from."""

    head: RequestHead
    source_ip: str
    scheme: str
    port: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to a connection and that a route answers for."""

    kind: EventType
    route_key: str
    connection_id: str
    request_id: str
    message_id: str
    api_id: str
    stage: str
    domain_name: str
    source_ip: str
    user_agent: str
    scheme: str
    port: int
    connected_at: float
    at: float
    body: str = ""
    handshake: RequestHead | None = None
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    ending: tuple[int, str] | None = None

    def variables(self) -> dict[str, str]:
        """Return the ``context.*`` variables, without those that this kind of event lacks.

        Source: API Gateway Developer Guide, "API Gateway WebSocket API mapping template reference".
        """
        values = {
            "apiId": self.api_id,
            "connectedAt": _milliseconds(self.connected_at),
            "connectionId": self.connection_id,
            **self._ending(),
            "domainName": self.domain_name,
            "eventType": self.kind.value,
            "extendedRequestId": self.request_id,
            "identity.sourceIp": self.source_ip,
            "identity.userAgent": self.user_agent,
            "messageId": self.message_id,
            "requestId": self.request_id,
            "requestTime": _common_log_time(self.at),
            "requestTimeEpoch": _milliseconds(self.at),
            "routeKey": self.route_key,
            "stage": self.stage,
        }
        return {name: value for name, value in values.items() if value}

    def _ending(self) -> dict[str, str]:
        """Return how a connection ended, where that can be mapped."""
        if self.ending is None:
            return {}
        code, reason = self.ending
        return {"disconnectReason": reason, "disconnectStatusCode": str(code)}


def _milliseconds(wall: float) -> str:
    return str(int(wall * 1000))


def _common_log_time(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def handshake_of(transport: asyncio.Transport, head: RequestHead) -> Handshake:
    """Return a handshake with what the transport knows of the client."""
    return Handshake(
        head=head,
        source_ip=transport.get_extra_info("peername")[0],
        scheme="http" if transport.get_extra_info("sslcontext") is None else "https",
        port=transport.get_extra_info("sockname")[1],
    )
