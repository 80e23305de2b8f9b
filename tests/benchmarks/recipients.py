"""The sessions that are posted to."""

from __future__ import annotations

from django.db import connection

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway

__all__ = ["RECIPIENTS", "WARM_UP", "WARM_UP_POSTS", "connection_ids", "create_sessions"]

RECIPIENTS = "room_1"
"""The channel of those who are posted to."""

WARM_UP = "room_2"
"""The channel of those who are posted to before the clock starts."""

WARM_UP_POSTS = 10

OTHERS = "room_3"
FIRST_ID = 10**14
"""Connection ids have as many characters as those of AWS."""

# Both databases know it, a million rows take seconds, and a column that is added later is copied.
COPY = """
    INSERT INTO {table} ({columns})
    WITH RECURSIVE numbers (number) AS (
        SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < %s
    )
    SELECT {values} FROM {table}, numbers WHERE connection_id = %s
"""
VALUES = {
    "connection_id": f"CAST({FIRST_ID} + number AS TEXT) || '='",
    "channel_name": f"CASE number %% %s WHEN 0 THEN '{RECIPIENTS}' ELSE '{OTHERS}' END",
}


def connection_ids(count: int) -> list[str]:
    """Return as many connection ids."""
    return [f"{FIRST_ID + number}=" for number in range(count)]


def create_sessions(management_url: str, rows: int, *, every: int = 1) -> None:
    """Store open connections of one gateway.

    Args:
        management_url: where posts to them go.
        rows: how many there are.
        every: each how many-th of them is in the channel that is posted to.
    """
    endpoint, stage = management_url.rsplit("/", 1)
    gateway = create_gateway(api_endpoint=endpoint.replace("https:", "wss:"), stage_name=stage)
    samples = WebSocketSession.objects.bulk_create(
        WebSocketSession(
            connection_id=f"warm-up-{number}", channel_name=WARM_UP, api_gateway=gateway
        )
        for number in range(WARM_UP_POSTS)
    )
    _copy(samples[0].connection_id, rows, every)


def _copy(connection_id: str, rows: int, every: int) -> None:
    table = WebSocketSession._meta.db_table
    fields = WebSocketSession._meta.concrete_fields
    columns = [str(field.column) for field in fields if not field.primary_key]
    values = [VALUES.get(column, column) for column in columns]
    statement = COPY.format(table=table, columns=", ".join(columns), values=", ".join(values))
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows, every, connection_id])
        cursor.execute(f"ANALYZE {table}")
