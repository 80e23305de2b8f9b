"""Who is sent to: no more of each session than that takes, as the rows are read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from .ages import birth_of_the_oldest, is_young
from .delivery import NOT_READY, Outcome, Result
from .gateways import ApiGateway
from .opening import is_opening

if TYPE_CHECKING:
    from .session_queryset import WebSocketSessionQuerySet

__all__ = ["Recipient", "RecipientReader"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_ROWS_AT_ONCE = 500
"""Rows that are fetched from the database at once."""

_SESSION_FIELDS = ("pk", "connection_id", "created_on", "api_gateway_id")
# In the order of the columns, as from_db() takes them.
_ADDRESS_FIELDS = tuple(
    field.attname
    for field in ApiGateway._meta.concrete_fields
    if field.attname in ApiGateway.ADDRESS_FIELDS
)
_GATEWAY_FIELDS = tuple(f"api_gateway__{name}" for name in _ADDRESS_FIELDS)

_SKIPPED = Result(Outcome.SKIPPED)
_GONE = Result(Outcome.GONE)


class Recipient(NamedTuple):
    """A session, as far as a message to it is concerned.

    Attributes:
        key: its primary key.
        connection_id: as AWS names the connection.
        created_on: when it began to open.
        management_url: where the connections of its stage are managed.
        obstacle: what becomes of the message without a post, or None when it can be posted.
    """

    key: Any
    connection_id: str
    created_on: datetime
    management_url: str
    obstacle: Result | None

    @property
    def is_young(self) -> bool:
        """Whether AWS may still answer 410 because ``$connect`` has just been answered."""
        return is_young(self.created_on)


class RecipientReader:
    """Reads sessions with the addresses of their gateways, of which there are few."""

    def __init__(self) -> None:
        self._addresses: dict[int | None, tuple[str, Result | None]] = {}

    def read(self, rows: WebSocketSessionQuerySet, size: int) -> Iterator[list[Recipient]]:
        """Yield sessions in one query.

        Args:
            rows: the sessions.
            size: sessions of a chunk; whether they are too old is looked at once a chunk.
        """
        values, db = rows.values_list(*_SESSION_FIELDS, *_GATEWAY_FIELDS), rows.db
        found = values.iterator(chunk_size=_ROWS_AT_ONCE)
        while chunk := list(islice(found, size)):
            oldest = birth_of_the_oldest()
            yield [self._recipient(row, oldest, db) for row in chunk]

    def _recipient(self, row: tuple[Any, ...], oldest: datetime, db: str) -> Recipient:
        key, connection_id, created_on, gateway_id, *fields = row
        address = self._addresses.get(gateway_id)
        if address is None:
            address = self._addresses[gateway_id] = _address(gateway_id, fields, db)
        url, obstacle = address
        if is_opening(connection_id):
            obstacle = NOT_READY
        elif created_on <= oldest and obstacle is not _SKIPPED:
            obstacle = _GONE
        return Recipient(key, connection_id, created_on, url, obstacle)


def _address(gateway_id: int | None, fields: list[Any], db: str) -> tuple[str, Result | None]:
    """Return where posts to the sessions of a gateway go, or what becomes of their messages."""
    if gateway_id is None:
        return "", _SKIPPED
    gateway = ApiGateway.from_db(db, _ADDRESS_FIELDS, fields)
    try:
        return gateway.management_url, None
    except (RuntimeError, ValueError) as error:
        logger.debug("Nothing can be sent through %s: %s", gateway, error)
        return "", Result(Outcome.FAILED, type(error).__name__)
