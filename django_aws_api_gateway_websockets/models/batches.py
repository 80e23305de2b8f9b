"""Rows in batches, so that no statement runs long and no lock lasts, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db import models

__all__ = ["BATCH_SIZE", "in_batches"]

M = TypeVar("M", bound=models.Model)

BATCH_SIZE = 500
"""Rows of one batch, unless another number is asked for."""


def in_batches(rows: models.QuerySet[M], size: int = BATCH_SIZE) -> Iterator[list[M]]:
    """Yield all rows, each batch in a query that goes on where the last one ended.

    The caller may change the rows meanwhile. The last query finds none.

    Args:
        rows: of any order, which is not kept; their primary keys are positive integers.
        size: rows of a batch.
    """
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield batch
        last = batch[-1].pk
