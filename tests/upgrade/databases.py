"""Databases that live as long as a test, and what introspection says of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from tests.settings import DB, TEST_NAME, database

__all__ = [
    "NEW_EMPTY_COLUMNS",
    "Shape",
    "applied",
    "config_of",
    "new_database",
    "registered",
    "rows",
    "schema",
]

#: Column name -> its description, and the constraints and indexes without their names.
Shape = tuple[dict[str, dict[str, Any]], frozenset[tuple[Any, ...]]]

PREFIX = "django_aws_api_gateway_websockets_"

#: Columns that came after 4.1.0 and are empty in its rows, by table.
NEW_EMPTY_COLUMNS = {
    "connectionratelimit": ("previous_of_address", "previous_of_user"),
    "websocketsession": ("close_code",),
}


@contextmanager
def new_database(directory: Path) -> Iterator[dict[str, Any]]:
    """Create an empty database on the engine under test; yield its settings; drop it."""
    config = database(DB)
    if DB == "sqlite":
        yield {**config, "NAME": str(directory / f"{secrets.token_hex(4)}.sqlite3")}
        return
    server = ConnectionHandler({DEFAULT_DB_ALIAS: config})[DEFAULT_DB_ALIAS]
    name = f"{TEST_NAME}_{secrets.token_hex(4)}"
    _execute(server, f"CREATE DATABASE {name} {server.creation.sql_table_creation_suffix()}")
    try:
        yield {**config, "NAME": name}
    finally:
        _execute(server, f"DROP DATABASE {name}")


def _execute(server: BaseDatabaseWrapper, statement: str) -> None:
    with server._nodb_cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def registered(config: dict[str, Any]) -> Iterator[str]:
    """Make a database known to Django, and yield its alias."""
    alias = f"scratch_{secrets.token_hex(4)}"
    handler = ConnectionHandler({DEFAULT_DB_ALIAS: config})
    connections.settings[alias] = handler.settings[DEFAULT_DB_ALIAS]
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def config_of(alias: str) -> dict[str, Any]:
    """Return the settings of a registered database."""
    return dict(connections.settings[alias])


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    return sorted(t for t in connection.introspection.table_names() if t.startswith(PREFIX))


def schema(alias: str) -> dict[str, Shape]:
    """Return the shape of each of the app's tables."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        return {table: _shape(connection, cursor, table) for table in _tables(connection)}


def _shape(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> Shape:
    columns = {
        info.name: {key: value for key, value in info._asdict().items() if key != "name"}
        for info in connection.introspection.get_table_description(cursor, table)
    }
    constraints = connection.introspection.get_constraints(cursor, table).values()
    return columns, frozenset(_nameless(constraint) for constraint in constraints)


def _nameless(constraint: Mapping[str, Any]) -> tuple[Any, ...]:
    flags = ("primary_key", "unique", "index", "check")
    return (
        tuple(constraint["columns"]),
        *(bool(constraint[flag]) for flag in flags),
        constraint["foreign_key"],
    )


def rows(alias: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of each of the app's tables, oldest first, as the database has them."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        return {table: _rows(connection, cursor, table) for table in _tables(connection)}


def _rows(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> list[dict[str, Any]]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY id")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def applied(alias: str) -> list[str]:
    """Return the names of the app's migrations that are recorded as applied, in order."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT name FROM django_migrations WHERE app = %s ORDER BY name", [PREFIX[:-1]]
        )
        return [name for (name,) in cursor.fetchall()]
