"""The ``@connections`` API: posting to a connection, looking at it, ending it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from ..protocol.endpoints import CONNECTIONS
from ..protocol.limits import MESSAGE_MAX_BYTES
from .answers import Answer, error_answer, forbidden, throttled
from .connections import Connection
from .gateway import Gateway
from .identifiers import is_connection_id
from .log import LogRecord
from .store import Address

__all__ = ["Management", "too_long"]

_NORMAL: Final = (1000, "Connection Closed Normally")
"""Close code and reason of a deleted connection."""


class Management:
    """Answers the requests that boto3's ``apigatewaymanagementapi`` client sends.

    Args:
        gateway: the data plane.
        deliver: sends a message to a client; False when it cannot be taken over.
    """

    def __init__(self, gateway: Gateway, deliver: Callable[[Connection, bytes], bool]) -> None:
        self.gateway = gateway
        self.deliver = deliver
        self._verbs = {"DELETE": self._delete, "GET": self._get, "POST": self._post}

    def handle(
        self,
        method: str,
        host: str,
        segments: Sequence[str],
        body: bytes,
        *,
        instead: Answer | None = None,
    ) -> Answer:
        """Answer a request.

        Args:
            method: HTTP method.
            host: the Host header.
            segments: decoded parts of the path, one of which is `CONNECTIONS`.
            body: the message, for POST.
            instead: the answer to a request that names a stage and an id, of which nothing is done.
        """
        at = segments.index(CONNECTIONS)
        address = self.gateway.store.resolve(host, segments[:at])
        rest = segments[at + 1 :]
        verb = self._verbs.get(method)
        if address is None and self.gateway.store.maps_root(host):
            return _no_method(method, segments)
        if address is None or len(rest) != 1 or verb is None:
            return forbidden()
        if not self.gateway.throttle.admits_request():
            answer = throttled()
        elif not is_connection_id(rest[0]):
            return error_answer(400, "BadRequestException", f"Invalid connectionId: {rest[0]}")
        elif instead is not None:
            answer = instead
        else:
            connection = self._find(rest[0], address)
            answer = verb(connection, body) if connection else error_answer(410, "GoneException")
        self._log(method, address, rest[0], answer, len(body))
        return answer

    def _find(self, connection_id: str, address: Address) -> Connection | None:
        """Return an open connection of a stage, or None."""
        connection = self.gateway.connections.open(connection_id)
        known = connection and (connection.api_id, connection.stage)
        return connection if known == (address.api_id, address.stage) else None

    def _post(self, connection: Connection, body: bytes) -> Answer:
        """Send a message; 200 means taken over, not received."""
        if len(body) > MESSAGE_MAX_BYTES:
            return too_long()
        if self.deliver(connection, body):
            return Answer(status=200)
        return error_answer(429, "LimitExceededException", "Client buffer is full")

    def _get(self, connection: Connection, _body: bytes) -> Answer:
        """Describe a connection."""
        identity = {
            "sourceIp": connection.source_ip,
            "userAgent": connection.user_agent or None,
        }
        document = {
            "connectedAt": _iso(connection.connected_at),
            "identity": identity,
            "lastActiveAt": _iso(connection.last_active_at),
        }
        headers = {"Content-Type": "application/json"}
        return Answer(status=200, headers=headers, body=json.dumps(document).encode())

    def _delete(self, connection: Connection, _body: bytes) -> Answer:
        """End a connection."""
        self.gateway.close(connection, *_NORMAL)
        return Answer(status=204)

    def _log(
        self, method: str, address: Address, connection_id: str, answer: Answer, size: int
    ) -> None:
        self.gateway.log(
            LogRecord(
                kind=method.lower(),
                at=self.gateway.clock.wall(),
                api_id=address.api_id,
                stage=address.stage,
                connection_id=connection_id,
                status=answer.status,
                size=size or None,
            )
        )


def too_long() -> Answer:
    """Return what AWS says to a message of more than 128 KB."""
    return error_answer(413, "PayloadTooLargeException", "Message too long")


def _no_method(method: str, segments: Sequence[str]) -> Answer:
    """Return what a custom domain says to a path with a stage in it, which its posts lack."""
    route = "/".join(segments)
    message = f"No method found matching route {route} for http method {method}."
    return error_answer(404, "NotFoundException", message)


def _iso(wall: float) -> str:
    """Return a time as ISO 8601 with milliseconds."""
    text = datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
