"""What the commands that clean up have in common."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError

from django_aws_api_gateway_websockets.management.cleanup import (
    MAX_DAYS,
    check_age,
    check_number,
    database_errors,
)

__all__ = ["TestCheckAge", "TestCheckNumber", "TestDatabaseErrors"]


class TestCheckAge:
    @pytest.mark.parametrize("value", [0, 1, MAX_DAYS])
    def test_accepts(self, value: int) -> None:
        """Every age from nothing to the maximum is fine."""
        check_age("--age", value, MAX_DAYS)

    @pytest.mark.parametrize("value", [-1, MAX_DAYS + 1, 10**30, True, "7", 1.5, None])
    def test_refuses(self, value: object) -> None:
        """What lies in the future, before all dates or is no integer is named by its option."""
        with pytest.raises(CommandError, match=r"^--age must be an integer from 0 to 11574\.$"):
            check_age("--age", value, MAX_DAYS)


class TestCheckNumber:
    @pytest.mark.parametrize("value", [1, 9])
    def test_accepts(self, value: int) -> None:
        """Both ends are fine."""
        check_number("--rate", value, 1, 9)

    @pytest.mark.parametrize("value", [0, 10, -1, True, None])
    def test_refuses(self, value: object) -> None:
        """What lies beyond either end, or is no integer, is named by its option."""
        with pytest.raises(CommandError, match=r"^--rate must be an integer from 1 to 9\.$"):
            check_number("--rate", value, 1, 9)


class TestDatabaseErrors:
    def test_become_errors_of_the_command(self) -> None:
        """The sentence has what the database said."""
        with (
            pytest.raises(CommandError, match=r"^The database refused: no such table: tokens$"),
            database_errors(),
        ):
            raise OperationalError("no such table: tokens")
