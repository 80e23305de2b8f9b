"""Attempts to connect, counted by address and by user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.db import models
from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from ..primary import on_primary
from .claims import FIRST, claim
from .purging import PURGE_BATCH, PURGE_ONE_IN, purge_now_and_then

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

__all__ = [
    "RATE_LIMIT_PURGE_BATCH",
    "RATE_LIMIT_PURGE_ONE_IN",
    "RATE_LIMIT_RETENTION_DAYS",
    "AttemptStanding",
    "ConnectionLimit",
    "ConnectionRateLimit",
]

_Row = Mapping[str, Any]

RATE_LIMIT_RETENTION_DAYS = 7
"""Days that an attempt is kept."""

RATE_LIMIT_PURGE_ONE_IN = PURGE_ONE_IN
RATE_LIMIT_PURGE_BATCH = PURGE_BATCH


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
        limit = ConnectionLimit(
            ip_address=ip_address,
            user=_account(user),
            max_attempts=max_attempts,
            window_minutes=window_minutes,
        )
        standing = limit.look()
        return standing.is_open, standing.count

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
        cls._purge()
        return attempt

    def mark_failed(self) -> None:
        """Take back that the attempt was successful."""
        self.successful = False
        type(self).objects.filter(pk=self.pk).update(successful=False)

    @classmethod
    def cleanup_old_records(
        cls, days: int = RATE_LIMIT_RETENTION_DAYS
    ) -> tuple[int, dict[str, int]]:
        """Delete the attempts that are more than ``days`` old; return Django's deletion counts."""
        return cls._older_than(days).delete()

    @classmethod
    def _purge(cls) -> None:
        purge_now_and_then(cls._older_than(RATE_LIMIT_RETENTION_DAYS), "connection attempts")

    @classmethod
    def _older_than(cls, days: int) -> QuerySet[ConnectionRateLimit]:
        return on_primary(cls).filter(attempt_time__lt=timezone.now() - timedelta(days=days))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStanding:
    """How many attempts lie in the window, and the newest that passed, by address and by user.

    Attributes:
        last_of_address: primary key of that attempt, or None.
        last_of_user: primary key of that attempt, or None.
    """

    by_address: int
    by_user: int
    last_of_address: int | None
    last_of_user: int | None
    max_attempts: int

    @property
    def is_open(self) -> bool:
        """Whether one more attempt may pass."""
        return max(self.by_address, self.by_user) < self.max_attempts

    @property
    def is_full(self) -> bool:
        """Whether so many are on record beyond the limit that one more would tell nothing."""
        return max(self.by_address, self.by_user) >= 2 * self.max_attempts

    @property
    def count(self) -> int:
        """The count that decides: that of the address, unless only the user is over the limit."""
        over_by_user_alone = self.by_address < self.max_attempts <= self.by_user
        return self.by_user if over_by_user_alone else self.by_address


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimit:
    """How often somebody may try to connect: from an address, and as a user where one is known.

    Args:
        user: of any user model, or None.
    """

    ip_address: str
    user: Any
    max_attempts: int
    window_minutes: int

    def look(self) -> AttemptStanding:
        """Count, in one query.

        The rows are counted here: they are few, because refusals over the limit are not recorded
        without end, and to have the database count each trail costs twice as much.
        """
        since = timezone.now() - timedelta(minutes=self.window_minutes)
        address, user = self._trails()
        columns = ("pk", "attempt_time", *address.columns, *user.columns)
        relevant = on_primary(ConnectionRateLimit).filter(
            address.relevant(since) | user.relevant(since)
        )
        rows = list(relevant.values(*columns))
        return AttemptStanding(
            by_address=address.count(rows, since),
            by_user=user.count(rows, since),
            last_of_address=address.last(rows),
            last_of_user=user.last(rows),
            max_attempts=self.max_attempts,
        )

    def _trails(self) -> tuple[_Trail, _Trail]:
        field = ConnectionRateLimit._meta.get_field("ip_address")
        address = _Trail("ip_address", field.to_python(self.ip_address), "previous_of_address")
        return address, _Trail("user_id", self.user and self.user.pk, "previous_of_user")

    def claim(self, standing: AttemptStanding) -> ConnectionRateLimit | None:
        """Record an attempt that passes, or return None when the limit is used up by now.

        Args:
            standing: by which the attempt was let through so far.
        """
        attempt = claim(ConnectionRateLimit, standing, look=self.look, store=self._store)
        ConnectionRateLimit._purge()
        return attempt

    def _store(self, standing: AttemptStanding) -> ConnectionRateLimit:
        return ConnectionRateLimit.objects.create(
            ip_address=self.ip_address,
            user=self.user,
            successful=True,
            previous_of_address=standing.last_of_address or FIRST,
            previous_of_user=standing.last_of_user or FIRST,
        )


@dataclass(frozen=True, slots=True)
class _Trail:
    """The attempts of one address or of one user; those that passed form a chain.

    Args:
        column: tells whose an attempt is.
        owner: whose attempts; None for nobody's.
        previous: the column in which one that passed names the one before.
    """

    column: str
    owner: Any
    previous: str

    @property
    def columns(self) -> tuple[str, str]:
        """What of an attempt is looked at."""
        return self.column, self.previous

    def relevant(self, since: datetime) -> Q:
        """Return the attempts in the window, and the newest that passed."""
        if self.owner is None:
            return Q(pk=None)
        mine = Q(**{self.column: self.owner})
        passed = on_primary(ConnectionRateLimit).filter(mine, **{f"{self.previous}__isnull": False})
        newest = passed.order_by(f"-{self.previous}").values("pk")[:1]
        return mine & Q(attempt_time__gte=since) | Q(pk=Subquery(newest))

    def count(self, rows: Iterable[_Row], since: datetime) -> int:
        """Return the number of attempts in the window."""
        return sum(row["attempt_time"] >= since for row in self._mine(rows))

    def last(self, rows: Iterable[_Row]) -> int | None:
        """Return the primary key of the newest that passed."""
        passed = (row["pk"] for row in self._mine(rows) if row[self.previous] is not None)
        return max(passed, default=None)

    def _mine(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        is_somebody = self.owner is not None
        return (row for row in rows if is_somebody and row[self.column] == self.owner)


def _account(user: AbstractBaseUser | AnonymousUser | None) -> AbstractBaseUser | None:
    return user if user is not None and user.is_authenticated else None
