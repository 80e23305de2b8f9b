"""A database of 4.1.0, with rows in every table, becomes one of ours and stays usable for 4.1.0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoDbBlocker

from . import databases, previous
from .databases import NEW_EMPTY_COLUMNS, PREFIX, Shape
from .project import APP

__all__ = ["TestAfterTheUpgrade", "TestPartialUpgrade", "TestRollback"]

pytestmark = pytest.mark.database

Rows = dict[str, list[dict[str, Any]]]

NEW_COLUMNS = {
    "claimed_at": None,
    "creation_id": "",
    "deployment_due": False,
    "headers_mapped": False,
    "two_way": False,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """What was seen on the way from a half-migrated database of 4.1.0 to a rollback."""

    refusal: str
    schema_before_refusal: dict[str, Shape]
    schema_after_refusal: dict[str, Shape]
    applied_after_refusal: list[str]
    rows_before: Rows
    rows_after: Rows
    rows_after_rollback: Rows
    schema: dict[str, Shape]
    schema_after_rollback: dict[str, Shape]
    schema_of_fresh: dict[str, Shape]
    new_migrations: str


def refusal_of_migrate(alias: str) -> str:
    """Migrate, and return why that was refused."""
    with pytest.raises(CommandError) as caught:
        call_command("migrate", database=alias, verbosity=0)
    return str(caught.value)


@pytest.fixture(scope="module")
def story(
    previous_python: Path,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Story]:
    """Live through the whole upgrade once."""
    directory = tmp_path_factory.mktemp("upgrade")
    with (
        django_db_blocker.unblock(),
        databases.new_database(directory) as config,
        databases.registered(config) as alias,
        databases.new_database(directory) as fresh_config,
        databases.registered(fresh_config) as fresh,
    ):
        yield live_through(alias, fresh, previous.project_settings(config), previous_python)


def live_through(alias: str, fresh: str, project: dict[str, Any], python: Path) -> Story:
    """Upgrade the database ``alias``, roll the code back, and note what there is to see."""
    previous.run(project, f"migrate --verbosity=0 {APP} 0013", python=python)
    schema_before_refusal = databases.schema(alias)
    refusal = refusal_of_migrate(alias)
    schema_after_refusal = databases.schema(alias)
    applied_after_refusal = databases.applied(alias)

    previous.run(project, "migrate --verbosity=0", "fill before", python=python)
    rows_before = databases.rows(alias)
    call_command("migrate", database=alias, verbosity=0)
    rows_after, schema = databases.rows(alias), databases.schema(alias)

    previous.run(project, "migrate --verbosity=0", "fill after", python=python)
    call_command("migrate", database=fresh, verbosity=0)
    return Story(
        refusal=refusal,
        schema_before_refusal=schema_before_refusal,
        schema_after_refusal=schema_after_refusal,
        applied_after_refusal=applied_after_refusal,
        rows_before=rows_before,
        rows_after=rows_after,
        rows_after_rollback=databases.rows(alias),
        schema=schema,
        schema_after_rollback=databases.schema(alias),
        schema_of_fresh=databases.schema(fresh),
        new_migrations=previous.run(project, "migrate --check", "makemigrations --check"),
    )


class TestPartialUpgrade:
    def test_is_refused(self, story: Story) -> None:
        """The refusal names the migrations that are missing and what to do."""
        assert story.refusal == (
            "This database has only some of the migrations of django-aws-api-gateway-websockets "
            "4.1.0 (it lacks 0014_websocketsession_auth_hash_and_more, "
            "0015_alter_apigateway_provisioning_status): install 4.1.0 and migrate first."
        )

    def test_changes_no_table(self, story: Story) -> None:
        """A refused migration leaves the schema as it was."""
        assert story.schema_after_refusal == story.schema_before_refusal

    def test_records_nothing(self, story: Story) -> None:
        """A refused migration is not recorded, not even in part."""
        assert len(story.applied_after_refusal) == 13
        assert story.applied_after_refusal[-1] == "0013_apigatewayadditionalroute_aws_ids"


class TestAfterTheUpgrade:
    def test_every_table_had_rows(self, story: Story) -> None:
        """The story is told of all eight tables."""
        assert len(story.rows_before) == 8
        assert all(story.rows_before.values())

    @pytest.mark.parametrize(
        "table",
        [
            "apigatewayadditionalroute",
            "channelpermission",
            "channelpermissionrule",
            "connectionratelimit",
            "websocketsession",
        ],
    )
    def test_keeps_rows(self, story: Story, table: str) -> None:
        """Each row is the same as before, in each column; those that are new are empty."""
        new: dict[str, Any] = dict.fromkeys(NEW_EMPTY_COLUMNS.get(table, ()))
        before = story.rows_before[PREFIX + table]

        assert story.rows_after[PREFIX + table] == [row | new for row in before]

    def test_keeps_permissions_of_rules(self, story: Story) -> None:
        """The table between rules and permissions, whose name engines shorten, keeps its rows."""
        (table,) = (t for t in story.rows_before if t.startswith(f"{PREFIX}channelpermissionrule_"))

        assert len(story.rows_before[table]) == 2
        assert story.rows_after[table] == story.rows_before[table]

    def test_keeps_gateways(self, story: Story) -> None:
        """Each gateway keeps its columns; the new ones say what was true of it all along."""
        before = story.rows_before[f"{PREFIX}apigateway"]

        assert story.rows_after[f"{PREFIX}apigateway"] == [row | NEW_COLUMNS for row in before]

    def test_drops_clear_tokens(self, story: Story) -> None:
        """Tokens that 4.1.0 stored in clear are gone."""
        assert len(story.rows_before[f"{PREFIX}websockettoken"]) == 1
        assert story.rows_after[f"{PREFIX}websockettoken"] == []

    def test_nothing_is_left_to_migrate(self, story: Story) -> None:
        """``migrate --check`` and ``makemigrations --check`` find nothing to do."""
        assert story.new_migrations == "No changes detected\n"

    def test_schema_is_that_of_a_new_database(self, story: Story) -> None:
        """Tables, columns, types, constraints and indexes are those of a database made anew."""
        assert story.schema == story.schema_of_fresh


class TestRollback:
    def test_code_of_4_1_migrates_to_no_effect(self, story: Story) -> None:
        """A deployment of 4.1.0 that migrates our database leaves its schema alone."""
        assert story.schema_after_rollback == story.schema

    def test_code_of_4_1_inserts_into_every_table(self, story: Story) -> None:
        """4.1.0 adds to each of our tables what it added to its own."""
        added = {
            table: len(story.rows_after_rollback[table]) - len(story.rows_after[table])
            for table in story.rows_before
        }

        assert added == {table: len(rows) for table, rows in story.rows_before.items()}

    def test_code_of_4_1_inserts_gateways_as_it_knows_them(self, story: Story) -> None:
        """A gateway that 4.1.0 adds is one-way, and maps no trusted header."""
        added = story.rows_after_rollback[f"{PREFIX}apigateway"][-1]

        assert added["api_name"] == "after full"
        assert {name: added[name] for name in NEW_COLUMNS} == NEW_COLUMNS

    def test_code_of_4_1_inserts_null_and_values(self, story: Story) -> None:
        """Sessions with and without a user and a gateway arrive as they were meant."""
        bare, full = story.rows_after_rollback[f"{PREFIX}websocketsession"][-2:]

        assert (bare["user_id"], bare["api_gateway_id"]) == (None, None)
        assert full["request_count"] == 2**40
        assert full["user_id"]
        assert full["api_gateway_id"]
