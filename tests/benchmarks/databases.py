"""Databases that last as long as a measurement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import ConnectionHandler

from tests.settings import database

__all__ = ["new_database", "use_database"]


@contextmanager
def new_database(engine: str, name: str | None) -> Iterator[None]:
    """Let the default database be a new one, with our tables in it, and drop it in the end.

    Args:
        engine: ``sqlite`` or ``postgresql``.
        name: of the database, or the path of the file; None is a database in memory.
    """
    config = {**database(engine), "TEST": {"NAME": name}}
    if engine == "sqlite" and name:
        # Django never closes a connection to a database in memory.
        config["NAME"] = name
    _set_default(config)
    connection.ensure_connection()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(config["NAME"], verbosity=0)


def use_database(engine: str, name: str) -> None:
    """Let the default database be one that exists."""
    _set_default({**database(engine), "NAME": name})
    connection.ensure_connection()


def _set_default(config: dict[str, Any]) -> None:
    handler = ConnectionHandler({DEFAULT_DB_ALIAS: {**config, "CONN_MAX_AGE": None}})
    connections.settings[DEFAULT_DB_ALIAS] = handler.settings[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = handler[DEFAULT_DB_ALIAS]
