"""Running a route: the event, the request to the backend, and what its answer means."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from ..protocol.heads import header_values
from ..protocol.limits import MESSAGE_MAX_BYTES
from ..protocol.routes import CONNECT, DISCONNECT
from .answers import Answer, error_answer
from .assumptions import Assumptions
from .backend import BackendError, BackendTimeout
from .clock import Clock
from .connections import Connection
from .events import Event, EventType
from .frames import INTERNAL_SERVER_ERROR, TIMED_OUT, error_frame
from .heads import RequestHead
from .identifiers import new_event_id
from .log import Log, LogRecord
from .requests import BackendRequest, BackendResponse, build_request
from .store import Integration, Route, Snapshot, Store

__all__ = ["Accepted", "CallBackend", "Invoker", "Reply", "RunsRoutes"]

CallBackend = Callable[[BackendRequest], Awaitable[BackendResponse]]
"""Sends a request; raises BackendError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A handshake that may be completed."""

    connection: Connection
    subprotocol: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The backend's status, and what the client gets; an empty message is not sent."""

    status: int
    message: bytes = b""


class RunsRoutes(Protocol):
    """What an `Invoker` does, and what stands before one."""

    def connect(
        self, connection: Connection, head: RequestHead
    ) -> Coroutine[Any, Any, Accepted | Answer]:
        """Ask whether a client may enter."""

    def message(
        self, connection: Connection, snapshot: Snapshot, key: str, request_id: str, text: str
    ) -> Coroutine[Any, Any, Reply]:
        """Run the route of a message."""

    def disconnect(self, connection: Connection) -> Coroutine[Any, Any, None]:
        """Run the disconnect route."""


class Invoker:
    """Runs routes.

    Args:
        store: what is provisioned.
        clock: the time.
        call: sends a request to the backend.
        log: takes a record of each failure.
        assume: what is assumed of AWS.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        call: CallBackend,
        log: Log,
        assume: Assumptions | None = None,
    ) -> None:
        self.assume = Assumptions() if assume is None else assume
        self.store = store
        self.clock = clock
        self.call = call
        self.log = log

    async def connect(self, connection: Connection, head: RequestHead) -> Accepted | Answer:
        """Ask the connect route, when there is one, whether a client may enter."""
        route = self._route(connection, CONNECT)
        if route is None or route.integration is None:
            return Accepted(connection=connection)
        event = self._event(EventType.CONNECT, connection, CONNECT, new_event_id(), head=head)
        try:
            response = await self._invoke(route, event)
        except BackendTimeout:
            status = self.assume.timeout_status
            return error_answer(status, "GatewayTimeoutException", TIMED_OUT)
        except BackendError:
            status = self.assume.unreachable_status
            return error_answer(status, "InternalServerErrorException", INTERNAL_SERVER_ERROR)
        if not 200 <= response.status < 300:
            return Answer(status=response.status)
        chosen = header_values(response.headers, "sec-websocket-protocol")
        return Accepted(connection=connection, subprotocol=chosen[0] if chosen else None)

    async def message(
        self, connection: Connection, snapshot: Snapshot, key: str, request_id: str, text: str
    ) -> Reply:
        """Run the route of a message; a one-way route says nothing when it succeeds."""
        route = snapshot.routes[key]
        event = self._event(EventType.MESSAGE, connection, key, request_id, body=text)
        try:
            response = await self._invoke(route, event)
        except BackendTimeout:
            return Reply(status=504, message=_frame(TIMED_OUT, event))
        except BackendError:
            return Reply(status=500, message=_frame(INTERNAL_SERVER_ERROR, event))
        if len(response.body) > MESSAGE_MAX_BYTES:
            return Reply(status=413, message=_frame(INTERNAL_SERVER_ERROR, event))
        return Reply(status=response.status, message=self._reply_body(route, event, response))

    def _reply_body(self, route: Route, event: Event, response: BackendResponse) -> bytes:
        """Return what of an answer reaches the client."""
        by_expression = self.assume.expression_is_two_way and route.asks_for_response
        if not (route.two_way or by_expression):
            return b""
        if response.status >= 400 and not self.assume.error_bodies:
            return _frame(INTERNAL_SERVER_ERROR, event)
        return response.body

    async def disconnect(self, connection: Connection) -> None:
        """Run the disconnect route; its answer is ignored and nothing is tried again."""
        route = self._route(connection, DISCONNECT)
        if route is not None and route.integration is not None:
            event = self._event(EventType.DISCONNECT, connection, DISCONNECT, new_event_id())
            with contextlib.suppress(BackendError):
                await self._invoke(route, event)

    def _route(self, connection: Connection, key: str) -> Route | None:
        snapshot = self.store.live(connection.api_id, connection.stage)
        return snapshot.routes.get(key) if snapshot else None

    async def _invoke(self, route: Route, event: Event) -> BackendResponse:
        """Call a route's integration.

        Raises:
            BackendError: it cannot be called, or gave no answer.
        """
        integration = route.integration
        if integration is not None and integration.kind == "MOCK":
            return BackendResponse(status=200)
        try:
            if integration is None or not integration.kind.startswith("HTTP"):
                raise BackendError(f"The route {route.key} has no integration that can run here.")
            return await self.call(_request(integration, event))
        except BackendError as error:
            self.log(_failure(event, error))
            raise

    def _event(
        self,
        kind: EventType,
        connection: Connection,
        route_key: str,
        request_id: str,
        *,
        body: str = "",
        head: RequestHead | None = None,
    ) -> Event:
        return Event(
            kind=kind,
            route_key=route_key,
            connection_id=connection.connection_id,
            request_id=request_id,
            message_id=new_event_id() if kind is EventType.MESSAGE else "",
            api_id=connection.api_id,
            stage=connection.stage,
            domain_name=connection.domain_name,
            source_ip=connection.source_ip,
            user_agent=connection.user_agent,
            scheme=connection.scheme,
            port=connection.port,
            connected_at=connection.connected_at,
            at=self.clock.wall(),
            body=body,
            handshake=head,
            stage_variables=self.store.stage_variables(connection.api_id, connection.stage),
            ending=connection.ending,
        )


def _frame(message: str, event: Event) -> bytes:
    return error_frame(message, event.connection_id, event.request_id)


def _request(integration: Integration, event: Event) -> BackendRequest:
    """Return the request for an event.

    Raises:
        BackendError: stage variables have made the URI one that nobody can call.
    """
    try:
        return build_request(integration, event)
    except ValueError as error:
        raise BackendError(f"The integration's URI is not valid: {error}") from error


def _failure(event: Event, error: BackendError) -> LogRecord:
    return LogRecord(
        kind="error",
        at=event.at,
        api_id=event.api_id,
        stage=event.stage,
        connection_id=event.connection_id,
        route_key=event.route_key,
        detail=str(error),
    )
