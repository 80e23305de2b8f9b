"""What the age of a connection tells of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from ..conf import settings

__all__ = ["birth_of_the_oldest", "birth_of_the_young", "is_young"]


def birth_of_the_oldest() -> datetime:
    """Return when the oldest connection that AWS may still hold was opened."""
    return timezone.now() - timedelta(seconds=settings.session_max_age_seconds)


def birth_of_the_young() -> datetime:
    """Return when the oldest connection was opened to which AWS may still answer 410 too early."""
    return timezone.now() - timedelta(seconds=settings.gone_grace_seconds)


def is_young(created_on: datetime) -> bool:
    """Return whether AWS may still answer 410 because ``$connect`` has just been answered."""
    return created_on > birth_of_the_young()
