"""Querysets on the database that writes go to, where a row written a moment ago can be seen."""

from __future__ import annotations

from typing import TypeVar

from django.db import models, router

__all__ = ["on_primary"]

M = TypeVar("M", bound=models.Model)


def on_primary(model: type[M]) -> models.QuerySet[M]:
    """Return all rows of ``model``, read from the database that its writes go to."""
    return model._default_manager.using(router.db_for_write(model))
