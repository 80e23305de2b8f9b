"""The upgrade in a project with a user model and primary keys of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from . import databases, previous
from .databases import NEW_EMPTY_COLUMNS, PREFIX, Shape
from .project import APP

__all__ = ["TestCustomUser"]

pytestmark = pytest.mark.database

CUSTOM = {
    "AUTH_USER_MODEL": "people.Person",
    # Neither what Django 5.2 takes by default nor what 6.0 does.
    "DEFAULT_AUTO_FIELD": "django.db.models.SmallAutoField",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        APP,
        "tests.upgrade.people",
    ],
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What an upgrade by this package, in a process of its own, came to."""

    rows_before: dict[str, list[dict[str, Any]]]
    rows_after: dict[str, list[dict[str, Any]]]
    schema: dict[str, Shape]
    schema_of_fresh: dict[str, Shape]
    output: str


@pytest.fixture(scope="module")
def outcome(
    previous_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Outcome]:
    """Upgrade a database of 4.1.0, and make one anew."""
    directory = tmp_path_factory.mktemp("custom")
    with (
        django_db_blocker.unblock(),
        databases.new_database(directory) as config,
        databases.registered(config) as alias,
        databases.new_database(directory) as fresh_config,
        databases.registered(fresh_config) as fresh,
    ):
        yield upgrade(alias, fresh, previous_python)


def upgrade(alias: str, fresh: str, python: Path) -> Outcome:
    """Fill the database ``alias`` with 4.1.0, upgrade it and fill it once more."""
    project, fresh_project = (
        previous.project_settings(databases.config_of(name), **CUSTOM) for name in (alias, fresh)
    )
    previous.run(project, "migrate --verbosity=0", "fill before", python=python)
    rows_before = databases.rows(alias)
    output = previous.run(project, "migrate --verbosity=0", "makemigrations --check", "fill after")
    previous.run(fresh_project, "migrate --verbosity=0")
    return Outcome(
        rows_before=rows_before,
        rows_after=databases.rows(alias),
        schema=databases.schema(alias),
        schema_of_fresh=databases.schema(fresh),
        output=output,
    )


class TestCustomUser:
    def test_nothing_is_left_to_migrate(self, outcome: Outcome) -> None:
        """``makemigrations --check`` finds nothing to do."""
        assert outcome.output == "No changes detected\n"

    def test_schema_is_that_of_a_new_database(self, outcome: Outcome) -> None:
        """Foreign keys to users and automatic primary keys have the types that they would get."""
        assert outcome.schema == outcome.schema_of_fresh

    @pytest.mark.parametrize("table", ["connectionratelimit", "websocketsession"])
    def test_rows_keep_their_users(self, outcome: Outcome, table: str) -> None:
        """Rows that point at a user, and rows that point at none, are kept."""
        bare, full = outcome.rows_before[PREFIX + table]

        assert bare["user_id"] is None
        assert full["user_id"] is not None
        new = dict.fromkeys(NEW_EMPTY_COLUMNS[table])
        assert outcome.rows_after[PREFIX + table][:2] == [bare | new, full | new]

    def test_our_code_inserts_into_every_table(self, outcome: Outcome) -> None:
        """This package adds what 4.1.0 did; of the tokens only its own is left."""
        counts = {table: len(outcome.rows_after[table]) for table in outcome.rows_before}
        before = {table: 2 * len(rows) for table, rows in outcome.rows_before.items()}

        assert counts == before | {f"{PREFIX}websockettoken": 1}
