"""The migrations on an empty database: forward, back to nothing, and forward again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from . import databases
from .databases import PREFIX, Shape
from .project import APP

__all__ = ["TestBackToZero", "TestForward"]

pytestmark = pytest.mark.database


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """The schema and the record of migrations at each stop."""

    schema: dict[str, Shape]
    applied: list[str]
    schema_at_zero: dict[str, Shape]
    applied_at_zero: list[str]
    schema_again: dict[str, Shape]
    applied_again: list[str]


@pytest.fixture(scope="module")
def walk(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Walk]:
    """Go forward, back and forward again."""
    with (
        django_db_blocker.unblock(),
        databases.new_database(tmp_path_factory.mktemp("empty")) as config,
        databases.registered(config) as alias,
    ):
        schema, applied = migrate(alias)
        schema_at_zero, applied_at_zero = migrate(alias, "zero")
        schema_again, applied_again = migrate(alias)
        yield Walk(
            schema=schema,
            applied=applied,
            schema_at_zero=schema_at_zero,
            applied_at_zero=applied_at_zero,
            schema_again=schema_again,
            applied_again=applied_again,
        )


def migrate(alias: str, *target: str) -> tuple[dict[str, Shape], list[str]]:
    """Migrate the app, and return the schema and the record."""
    call_command("migrate", APP, *target, database=alias, verbosity=0)
    return databases.schema(alias), databases.applied(alias)


class TestForward:
    def test_makes_all_tables(self, walk: Walk) -> None:
        """Nine models and one table between two of them make ten tables."""
        assert len(walk.schema) == 10

    def test_counts_the_replaced_migrations_as_applied(self, walk: Walk) -> None:
        """The code of 4.1.0 would find nothing to do."""
        assert walk.applied[:2] == ["0001_initial", "0001_squashed_0015"]
        assert walk.applied[-6:] == [
            "0015_alter_apigateway_provisioning_status",
            "0016_gateway_columns",
            "0017_hash_tokens",
            "0018_limits_and_closing",
            "0019_deployment_due",
            "0020_deliveries",
        ]

    def test_makes_the_columns_of_a_session(self, walk: Walk) -> None:
        """The table of sessions has the columns that 4.1.0 gave it, and one of ours."""
        columns, _ = walk.schema[f"{PREFIX}websocketsession"]

        assert sorted(columns) == [
            "api_gateway_id",
            "auth_hash",
            "channel_name",
            "close_code",
            "connected",
            "connection_id",
            "created_on",
            "id",
            "request_count",
            "session_key_hash",
            "updated_on",
            "user_id",
        ]


class TestBackToZero:
    def test_leaves_no_table(self, walk: Walk) -> None:
        """Every table is gone."""
        assert walk.schema_at_zero == {}

    def test_leaves_no_record(self, walk: Walk) -> None:
        """No migration counts as applied, not even a replaced one."""
        assert walk.applied_at_zero == []

    def test_can_be_gone_forward_from(self, walk: Walk) -> None:
        """The second way forward ends where the first one did."""
        assert walk.schema_again == walk.schema
        assert walk.applied_again == walk.applied
