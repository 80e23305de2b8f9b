"""Limits that hold when many try at once, without a lock.

Whoever is judged sees the newest row of its kind. Whoever passes stores a row that names it, and a
unique constraint lets one row follow another. Of several who saw the same, one passes, and the
others look again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from django.db import IntegrityError, OperationalError, models, router, transaction

__all__ = ["FIRST", "Standing", "claim"]

FIRST = 0
"""What the first row names; NULL would not keep another one from following nobody too."""


class Standing(Protocol):
    """What is known of those who came before; equal standings saw the same rows."""

    @property
    def is_open(self) -> bool:
        """Whether one more may pass."""


S = TypeVar("S", bound=Standing)
M = TypeVar("M", bound=models.Model)


def claim(
    model: type[M], standing: S, *, look: Callable[[], S], store: Callable[[S], M]
) -> M | None:
    """Store the row of one who passes, or return None once the limit is reached.

    Args:
        model: of the row.
        standing: by which the caller was let through so far.
        look: returns the standing of now.
        store: stores a row that follows the newest one of a standing.

    Raises:
        IntegrityError: the row cannot be stored for another reason than that others were faster.
        OperationalError: the database failed, or ended a deadlock inside a transaction.
    """
    using = router.db_for_write(model)
    while standing.is_open:
        try:
            with transaction.atomic(using=using):
                return store(standing)
        except IntegrityError:
            seen, standing = standing, look()
            if standing == seen:
                raise
        except OperationalError as error:
            # A deadlock undoes a whole transaction, so inside of one there is nothing to repeat.
            if not _is_deadlock(error) or transaction.get_connection(using).in_atomic_block:
                raise
            standing = look()
    return None


def _is_deadlock(error: OperationalError) -> bool:
    """Return whether InnoDB chose this statement to end a deadlock of several who follow one row.

    https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
    """
    return error.args[:1] == (1213,)
