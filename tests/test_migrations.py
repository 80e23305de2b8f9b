"""The migrations keep the rules that a rolling deployment and a rollback to 4.1.0 rest on."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from django_aws_api_gateway_websockets.models import WebSocketToken

__all__ = [
    "TestAddedColumns",
    "TestDeleteClearTokens",
    "TestDeleteTokensOfVisitors",
    "TestOperations",
]

hash_tokens = import_module("django_aws_api_gateway_websockets.migrations.0017_hash_tokens")
limits = import_module("django_aws_api_gateway_websockets.migrations.0018_limits_and_closing")

APP = "django_aws_api_gateway_websockets"
SQUASHED = "0001_squashed_0015"

ON_DISK = MigrationLoader(None).disk_migrations
LATER = [
    operation
    for (app, name), migration in sorted(ON_DISK.items())
    for operation in migration.operations
    if app == APP and name != SQUASHED
]
OLD_MODELS = {
    operation.name_lower
    for operation in ON_DISK[APP, SQUASHED].operations
    if isinstance(operation, migrations.CreateModel)
}
ADDED = [
    operation
    for operation in LATER
    if isinstance(operation, migrations.AddField) and operation.model_name_lower in OLD_MODELS
]


class TestAddedColumns:
    def test_are_found(self) -> None:
        """The rules below are put to every column that came after 4.1.0."""
        assert {operation.name for operation in ADDED} >= {"claimed_at", "two_way"}

    @pytest.mark.parametrize("operation", ADDED, ids=lambda operation: operation.name)
    def test_can_be_left_out_by_older_code(self, operation: migrations.AddField) -> None:
        """An insert that does not name the column succeeds."""
        assert operation.field.null or operation.field.db_default is not NOT_PROVIDED


class TestOperations:
    def test_hold_no_sql(self) -> None:
        """Names of automatic indexes differ between databases, so none is written out."""
        assert [o for o in LATER if isinstance(o, migrations.RunSQL)] == []

    @pytest.mark.parametrize(
        "operation",
        LATER,
        ids=[f"{at} {operation.describe()}" for at, operation in enumerate(LATER)],
    )
    def test_can_be_reversed(self, operation: migrations.operations.base.Operation) -> None:
        """Every migration can be undone."""
        assert operation.reversible

    def test_replace_all_of_4_1(self) -> None:
        """The squashed migration stands for the fifteen of 4.1.0, in order."""
        numbers = [name[:4] for _, name in ON_DISK[APP, SQUASHED].replaces]

        assert numbers == [f"{number:04}" for number in range(1, 16)]

    def test_keep_within_the_shortest_limit_of_names(self) -> None:
        """No index asks for a name that an engine would cut."""
        names = [
            index.name
            for operation in ON_DISK[APP, SQUASHED].operations
            if isinstance(operation, migrations.CreateModel)
            for index in operation.options.get("indexes", [])
        ]

        assert max(map(len, names)) <= 30


@pytest.mark.django_db
class TestDeleteClearTokens:
    def test_deletes_every_token(self) -> None:
        """A page fetches a new token before each connection, so none is missed."""
        user = User.objects.create(username="ada")
        WebSocketToken.objects.create(token="a" * 64, user=user, session_key="b" * 64)

        hash_tokens.delete_clear_tokens(apps, connection.schema_editor())

        assert not WebSocketToken.objects.exists()


@pytest.mark.django_db
class TestDeleteTokensOfVisitors:
    def test_leaves_those_of_users(self) -> None:
        """On the way back, a token without a user has no place in the table."""
        user = User.objects.create(username="ada")
        WebSocketToken.objects.create(token="a" * 64, user=user, session_key="b" * 64)
        WebSocketToken.objects.create(token="c" * 64, session_key="")

        limits.delete_tokens_of_visitors(apps, connection.schema_editor())

        assert [token.user for token in WebSocketToken.objects.all()] == [user]
