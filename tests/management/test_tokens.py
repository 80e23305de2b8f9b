"""The command that deletes old tokens and attempts, under each of its names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ConnectionRateLimit, WebSocketToken

__all__ = ["TestAges", "TestDeleting", "TestFailing"]

pytestmark = pytest.mark.django_db


def token(age: int) -> None:
    """Store a token that was issued some seconds ago."""
    user, _ = User.objects.get_or_create(username="ann")
    pk = WebSocketToken.generate_token(user, "key").pk
    WebSocketToken.objects.filter(pk=pk).update(created_at=timezone.now() - timedelta(seconds=age))


def attempt(age: float) -> None:
    """Store an attempt to connect that was made some days ago."""
    pk = ConnectionRateLimit.objects.create(ip_address="192.0.2.1").pk
    before = timezone.now() - timedelta(days=age)
    ConnectionRateLimit.objects.filter(pk=pk).update(attempt_time=before)


def run(*arguments: str, name: str = "cleanupWebSocketTokens", **options: Any) -> list[str]:
    """Run the command and return the lines that it writes."""
    output = StringIO()
    call_command(name, *arguments, stdout=output, **options)
    return output.getvalue().splitlines()


def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Answer no statement."""
    raise DatabaseError("server closed the connection unexpectedly")


class TestDeleting:
    @pytest.mark.parametrize("name", ["cleanupWebSocketTokens", "cleanupwebsockettokens"])
    def test_deletes_what_is_old(self, name: str) -> None:
        """Both names delete old rows, used or not, and write how many there were."""
        for age in (0, 290, 310, 4000):
            token(age)
        for days in (0.0, 6.9, 7.1):
            attempt(days)

        lines = run(name=name)

        assert lines == [
            "Successfully deleted 2 expired WebSocket tokens (older than 300s)",
            "Successfully deleted 1 old rate limit records (older than 7 days)",
        ]
        assert WebSocketToken.objects.count() == 2
        assert ConnectionRateLimit.objects.count() == 2

    def test_deletes_nothing_twice(self) -> None:
        """Without rows there is nothing to do."""
        assert run() == [
            "Successfully deleted 0 expired WebSocket tokens (older than 300s)",
            "Successfully deleted 0 old rate limit records (older than 7 days)",
        ]


class TestAges:
    def test_keeps_tokens_that_are_valid(self, settings: Settings) -> None:
        """By default a token is kept for as long as it can be used."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 3600}
        token(3500)

        assert run()[0] == "Successfully deleted 0 expired WebSocket tokens (older than 3600s)"

    def test_takes_both(self) -> None:
        """The two options are ages in seconds and in days."""
        token(20)
        attempt(2)

        assert run("--token-age=10", "--rate-limit-age", "1") == [
            "Successfully deleted 1 expired WebSocket tokens (older than 10s)",
            "Successfully deleted 1 old rate limit records (older than 1 days)",
        ]

    def test_takes_the_oldest(self) -> None:
        """An age that no row has deletes nothing."""
        token(10)
        attempt(1)

        assert run("--token-age=1000000000", "--rate-limit-age=11574") == [
            "Successfully deleted 0 expired WebSocket tokens (older than 1000000000s)",
            "Successfully deleted 0 old rate limit records (older than 11574 days)",
        ]


class TestFailing:
    @pytest.mark.parametrize(
        ("option", "value", "maximum"),
        [
            ("--token-age", "-1", 1_000_000_000),
            ("--token-age", "9" * 30, 1_000_000_000),
            ("--rate-limit-age", "-7", 11_574),
            ("--rate-limit-age", "1000000", 11_574),
        ],
    )
    def test_refuses_an_age(self, option: str, value: str, maximum: int) -> None:
        """An age that is none is refused before anything is deleted."""
        token(4000)

        with pytest.raises(CommandError, match=f"^{option} must be an integer from 0 to {maximum}"):
            run(option, value)

        assert WebSocketToken.objects.count() == 1

    def test_refuses_an_age_that_was_passed_by(self) -> None:
        """Code that calls the command gets the same sentence."""
        with pytest.raises(CommandError, match=r"^--token-age must be an integer"):
            run(token_age=-1)

    def test_refuses_what_is_no_number(self) -> None:
        """The parser says so."""
        with pytest.raises(CommandError, match="invalid int value: 'old'"):
            run("--token-age", "old")

    def test_tells_what_the_database_said(self) -> None:
        """A database that does not answer is one sentence."""
        with (
            connection.execute_wrapper(refuse),
            pytest.raises(CommandError, match=r"^The database refused: server closed"),
        ):
            run()
