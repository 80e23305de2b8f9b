"""Attempts to connect, counted by address and by user."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings as django_settings
from django.db import DatabaseError, models, router, transaction
from django.db.models import Count, Q
from django.utils import timezone

from .primary import on_primary

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

__all__ = [
    "RATE_LIMIT_PURGE_BATCH",
    "RATE_LIMIT_PURGE_ONE_IN",
    "RATE_LIMIT_RETENTION_DAYS",
    "ConnectionRateLimit",
]

logger = logging.getLogger("django_aws_api_gateway_websockets.models")

RATE_LIMIT_RETENTION_DAYS = 7
"""Days that an attempt is kept."""

RATE_LIMIT_PURGE_ONE_IN = 100
"""One recorded attempt in this many, drawn at random, also deletes old ones."""

RATE_LIMIT_PURGE_BATCH = 500
"""Rows that such a deletion removes at most."""


class ConnectionRateLimit(models.Model):
    """One attempt to connect."""

    ip_address = models.GenericIPAddressField(db_index=True)
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="connection_attempts",
    )
    attempt_time = models.DateTimeField(auto_now_add=True, db_index=True)
    successful = models.BooleanField(default=False)
    previous_of_address = models.BigIntegerField(
        null=True, blank=True, default=None, editable=False
    )
    previous_of_user = models.BigIntegerField(null=True, blank=True, default=None, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["ip_address", "attempt_time"], name="idx_ip_attempt_time"),
            models.Index(fields=["user", "attempt_time"], name="idx_user_attempt_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ip_address", "previous_of_address"], name="ws_attempt_after_address"
            ),
            models.UniqueConstraint(
                fields=["user", "previous_of_user"], name="ws_attempt_after_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ip_address} at {self.attempt_time:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def check_rate_limit(
        cls,
        ip_address: str,
        user: AbstractBaseUser | AnonymousUser | None = None,
        max_attempts: int = 20,
        window_minutes: int = 5,
    ) -> tuple[bool, int]:
        """Return whether one more attempt is allowed, and the count that decided.

        The address is tested before the user; both are counted in one query.
        """
        since = timezone.now() - timedelta(minutes=window_minutes)
        account = _account(user)
        mine = Q(ip_address=ip_address) | (Q(user=account) if account else Q())
        counts = (
            on_primary(cls)
            .filter(mine, attempt_time__gte=since)
            .aggregate(
                by_address=Count("pk", filter=Q(ip_address=ip_address)),
                by_user=Count("pk", filter=Q(user=account) if account else Q(pk=None)),
            )
        )
        if counts["by_address"] >= max_attempts:
            return False, counts["by_address"]
        if counts["by_user"] >= max_attempts:
            return False, counts["by_user"]
        return True, counts["by_address"]

    @classmethod
    def record_attempt(
        cls,
        ip_address: str,
        user: AbstractBaseUser | AnonymousUser | None = None,
        successful: bool = False,
    ) -> ConnectionRateLimit:
        """Store one attempt; now and then also delete some that are past their retention."""
        attempt = cls.objects.create(
            ip_address=ip_address, user=_account(user), successful=successful
        )
        if secrets.randbelow(RATE_LIMIT_PURGE_ONE_IN) == 0:
            cls._purge_some()
        return attempt

    @classmethod
    def cleanup_old_records(
        cls, days: int = RATE_LIMIT_RETENTION_DAYS
    ) -> tuple[int, dict[str, int]]:
        """Delete the attempts that are more than ``days`` old; return Django's deletion counts."""
        return cls.objects.filter(attempt_time__lt=timezone.now() - timedelta(days=days)).delete()

    @classmethod
    def _purge_some(cls) -> None:
        before = timezone.now() - timedelta(days=RATE_LIMIT_RETENTION_DAYS)
        old = on_primary(cls).filter(attempt_time__lt=before).values_list("pk", flat=True)
        try:
            # A savepoint: a failure must not spoil a transaction that the caller may be in.
            with transaction.atomic(using=router.db_for_write(cls)):
                cls.objects.filter(pk__in=list(old[:RATE_LIMIT_PURGE_BATCH])).delete()
        except DatabaseError:
            logger.warning("Old connection attempts could not be deleted", exc_info=True)


def _account(user: AbstractBaseUser | AnonymousUser | None) -> AbstractBaseUser | None:
    return user if user is not None and user.is_authenticated else None
