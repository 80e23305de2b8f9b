"""What the commands that clean up have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError

from ..rules import MAX_DURATION, is_natural

__all__ = ["MAX_DAYS", "check_age", "check_number", "database_errors"]

MAX_DAYS = MAX_DURATION // 86_400
"""Days that can be subtracted from today's date."""


def check_age(option: str, value: object, maximum: int = MAX_DURATION) -> None:
    """Refuse an age that lies in the future, or before all dates.

    Raises:
        CommandError: the message names the option.
    """
    check_number(option, value, 0, maximum)


def check_number(option: str, value: object, least: int, most: int) -> None:
    """Refuse what is no number between two others.

    Raises:
        CommandError: the message names the option.
    """
    if not is_natural(value) or not least <= value <= most:
        raise CommandError(f"{option} must be an integer from {least} to {most}.")


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what the database refuses into an error of the command line.

    Raises:
        CommandError: the message has what the database said.
    """
    try:
        yield
    except DatabaseError as error:
        raise CommandError(f"The database refused: {error}") from error
