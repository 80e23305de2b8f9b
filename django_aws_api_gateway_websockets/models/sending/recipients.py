"""Who is sent to: no more of each session than that takes, as the rows are read."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BooleanField, Case, CharField, DateTimeField, Q, Value, When

from ..ages import birth_of_the_oldest, birth_of_the_young
from ..gateways import ApiGateway
from ..opening import opening_connection
from .delivery import NOT_READY, Outcome, Result

if TYPE_CHECKING:
    from ..session_queryset import WebSocketSessionQuerySet

__all__ = ["Recipient", "RecipientReader"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

_ROWS_AT_ONCE = 500
"""Rows that are fetched from the database at once."""

# In the order of the columns, as from_db() takes them.
_ADDRESS_FIELDS = [
    field
    for field in ApiGateway._meta.concrete_fields
    if field.attname in ApiGateway.ADDRESS_FIELDS
]

_MARGIN = timedelta(minutes=10)
"""Who outlives that much of reading is asked for by a post; AWS answers that it is gone."""

_SKIPPED = Result(Outcome.SKIPPED)
_GONE = Result(Outcome.GONE)


class Recipient(NamedTuple):
    """A session, as far as a message to it is concerned.

    Attributes:
        key: its primary key.
        connection_id: as AWS names the connection.
        is_young: whether it was so young when it was read that a 410 does not tell its end.
        management_url: where the connections of its stage are managed.
        obstacle: what becomes of the message without a post, or None when it can be posted.
    """

    key: Any
    connection_id: str
    is_young: bool
    management_url: str
    obstacle: Result | None


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
        columns = ("pk", "connection_id", "api_gateway_id", _youth(), _birth(), *_address_columns())
        found = rows.values_list(*columns).iterator(chunk_size=_ROWS_AT_ONCE)
        db, opening = rows.db, opening_connection()
        while chunk := list(islice(found, size)):
            oldest = birth_of_the_oldest()
            yield [self._recipient(row, db, opening, oldest) for row in chunk]

    def _recipient(
        self, row: tuple[Any, ...], db: str, opening: str | None, oldest: datetime
    ) -> Recipient:
        key, connection_id, gateway_id, youth, created_on = row[:5]
        if gateway_id not in self._addresses:
            self._addresses[gateway_id] = _address(gateway_id, row[5:], db)
        url, obstacle = self._addresses[gateway_id]
        if connection_id == opening:
            obstacle = NOT_READY
        elif created_on is not None and created_on <= oldest and obstacle is not _SKIPPED:
            obstacle = _GONE
        return Recipient(key, connection_id, bool(youth), url, obstacle)


# A driver converts dates and truth values of each row, which takes longer than the rest of it.
def _youth() -> Case:
    """Return what tells whether a session is young."""
    return _truth(Q(created_on__gt=birth_of_the_young()))


def _birth() -> Case:
    """Return what tells when a session began, if it may be at its end before it is sent to."""
    is_near_its_end = Q(created_on__lte=birth_of_the_oldest() + _MARGIN)
    return Case(When(is_near_its_end, then="created_on"), output_field=DateTimeField())


def _address_columns() -> Iterator[str | Case]:
    """Yield the columns of a gateway's address."""
    for field in _ADDRESS_FIELDS:
        name = f"api_gateway__{field.attname}"
        yield _truth(Q(**{name: True})) if isinstance(field, BooleanField) else name


def _truth(condition: Q) -> Case:
    """Return a text that is as true as a condition."""
    return Case(When(condition, then=Value("true")), default=Value(""), output_field=CharField())


def _address(gateway_id: int | None, fields: Sequence[Any], db: str) -> tuple[str, Result | None]:
    """Return where posts to the sessions of a gateway go, or what becomes of their messages."""
    if gateway_id is None:
        return "", _SKIPPED
    gateway = ApiGateway.from_db(db, [field.attname for field in _ADDRESS_FIELDS], fields)
    try:
        return gateway.management_url, None
    except (RuntimeError, ValueError) as error:
        logger.debug("Nothing can be sent through %s: %s", gateway, error)
        return "", Result(Outcome.FAILED, type(error).__name__)
