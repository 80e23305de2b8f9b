"""Deletion of what is past its use, a little at a time."""

from __future__ import annotations

import logging
import secrets
from typing import TypeVar

from django.db import DatabaseError, models, transaction

__all__ = ["PURGE_BATCH", "PURGE_ONE_IN", "purge_now_and_then"]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

M = TypeVar("M", bound=models.Model)

PURGE_ONE_IN = 100
"""One stored row in this many, drawn at random, also deletes old ones."""

PURGE_BATCH = 500
"""Rows that such a deletion removes at most."""


def purge_now_and_then(old: models.QuerySet[M], what: str) -> None:
    """Delete some of the ``old`` rows, one time in many; a failure is only logged.

    Args:
        old: rows that nobody needs, read from the database that writes go to.
        what: what they are, for the log.
    """
    if secrets.randbelow(PURGE_ONE_IN):
        return
    try:
        # A savepoint: a failure must not spoil a transaction that the caller may be in.
        with transaction.atomic(using=old.db):
            keys = list(old.values_list("pk", flat=True)[:PURGE_BATCH])
            old.model._default_manager.using(old.db).filter(pk__in=keys).delete()
    except DatabaseError:
        logger.warning("Old %s could not be deleted", what, exc_info=True)
