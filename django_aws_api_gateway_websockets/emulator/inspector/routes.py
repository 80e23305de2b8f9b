"""The page's side of HTTP: what has happened since, who is connected, and what is done to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...protocol.limits import MESSAGE_MAX_BYTES
from ..answers import Answer, ServiceError
from ..connections import Connection
from ..faults import Switchboard
from ..gateway import Gateway
from ..log import LogRecord
from ..management import too_long
from ..panel import PanelHandler, PanelRequest, json_answer
from .exchanges import Exchange
from .inspector import Inspector

__all__ = ["MOST_CONNECTIONS", "MOST_EVENTS", "inspector_routes"]

MOST_CONNECTIONS: Final = 200
"""Connections in an answer: the latest."""

MOST_EVENTS: Final = 1_000
"""Events in an answer: the latest."""

_SENDER: Final = "sent from the inspector"


def inspector_routes(
    inspector: Inspector, gateway: Gateway, switchboard: Switchboard
) -> Mapping[str, PanelHandler]:
    """Return what a panel serves to the inspector's page."""
    desk = _Desk(inspector, gateway, switchboard)
    return {
        "GET inspector/since/{number}": desk.since,
        "GET inspector/events/{number}": desk.event,
        "POST inspector/connections/{connection_id}": desk.send,
        "DELETE inspector/connections/{connection_id}": desk.cut,
    }


class _Desk:
    def __init__(self, inspector: Inspector, gateway: Gateway, switchboard: Switchboard) -> None:
        self.inspector = inspector
        self.gateway = gateway
        self.switchboard = switchboard

    def since(self, request: PanelRequest) -> Answer:
        """Return what happened after an event, and how things are.

        Raises:
            ServiceError: there is no number in the path.
        """
        self.inspector.attention.look()
        ring = self.inspector.ring
        events = ring.after(_number(request), MOST_EVENTS)
        connections = self.gateway.connections
        return json_answer(
            {
                "run": self.inspector.run_id,
                "now": self.gateway.clock.wall(),
                "last": ring.last,
                "events": [entry.summary(number) for number, entry in events],
                "connected": len(connections),
                "connections": [_describe(c) for c in connections.latest(MOST_CONNECTIONS)],
                "faults": self.switchboard.settings(),
            }
        )

    def event(self, request: PanelRequest) -> Answer:
        """Return everything about an event.

        Raises:
            ServiceError: it is forgotten, or there is no number in the path.
        """
        number = _number(request)
        entry = self.inspector.ring.find(number)
        if entry is None:
            raise ServiceError.not_found(f"Event {number} is forgotten")
        return json_answer(entry.detail(number))

    def send(self, request: PanelRequest) -> Answer:
        """Send the body to a client.

        Raises:
            ServiceError: nobody is connected under that id, or its buffer is full.
        """
        connection = self._connection(request)
        if len(request.body) > MESSAGE_MAX_BYTES:
            return too_long()
        if not self.gateway.deliver(connection, request.body):
            raise ServiceError("LimitExceededException", "Client buffer is full", 429)
        exchange = self.inspector.exchange()
        if exchange is not None:
            with self.inspector.noting():
                exchange.say(request.body.decode(errors="replace"))
        size = len(request.body)
        self._tell("post", connection, exchange, size=size, status=200, detail=_SENDER)
        return json_answer({})

    def cut(self, request: PanelRequest) -> Answer:
        """End a client's connection without a close frame.

        Raises:
            ServiceError: nobody is connected under that id.
        """
        connection = self._connection(request)
        assert connection.outlet is not None
        connection.outlet.cut()
        return json_answer({})

    def _connection(self, request: PanelRequest) -> Connection:
        connection = self.gateway.connections.open(request.names["connection_id"])
        if connection is None:
            raise ServiceError("GoneException", "Nobody is connected under this id", 410)
        return connection

    def _tell(
        self, kind: str, connection: Connection, exchange: Exchange | None, **values: Any
    ) -> None:
        record = LogRecord(
            kind=kind,
            at=self.gateway.clock.wall(),
            api_id=connection.api_id,
            stage=connection.stage,
            connection_id=connection.connection_id,
            **values,
        )
        self.inspector.tell(record, exchange)


def _number(request: PanelRequest) -> int:
    text = request.names["number"]
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise ServiceError.bad_request(f"{text!r} is no number of an event")
    return int(text)


def _describe(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.connection_id,
        "api_id": connection.api_id,
        "stage": connection.stage,
        "state": connection.state.value,
        "source_ip": connection.source_ip,
        "user_agent": connection.user_agent,
        "connected_at": connection.connected_at,
        "last_active_at": connection.last_active_at,
    }
