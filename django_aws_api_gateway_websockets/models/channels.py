"""Channel permissions: who may join which channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import Permission
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Prefetch

from .primary import on_primary
from .tokens import is_active

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

__all__ = [
    "CHANNEL_NAME_VALIDATOR",
    "ChannelPermission",
    "ChannelPermissionRule",
    "ChannelPermissionRuleQuerySet",
]

CHANNEL_NAME_VALIDATOR = RegexValidator(
    r"^[a-zA-Z0-9_-]+\Z", "Use letters, digits, hyphens and underscores only."
)


class ChannelPermission(models.Model):
    """The level of access that a channel asks for; a channel without a row is unlisted."""

    class Access(models.TextChoices):
        """Who may join."""

        ALLOW_ALL = "allow_all", "Allow all"
        SUPERUSER_ONLY = "superuser_only", "Super admin only"
        STAFF_ONLY = "staff_only", "Staff only"
        PERMISSIONS = "permissions", "Requires Django permissions"

    channel_name = models.CharField(
        max_length=128, unique=True, validators=[CHANNEL_NAME_VALIDATOR]
    )
    access = models.CharField(max_length=16, choices=Access.choices, default=Access.ALLOW_ALL)
    description = models.CharField(max_length=255, blank=True, default="")
    created_on = models.DateTimeField(auto_now_add=True)
    updated_on = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["channel_name"]

    def __str__(self) -> str:
        return f"{self.channel_name} ({self.get_access_display()})"

    @classmethod
    def for_channel(cls, channel_name: str) -> ChannelPermission | None:
        """Return the row of a channel, or None when the channel is unlisted."""
        return on_primary(cls).filter(channel_name=channel_name).first()

    def allows(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Return whether ``user`` may join; an unknown access level lets nobody in."""
        if self.access == self.Access.ALLOW_ALL:
            return True
        if self.access not in self.Access.values or user is None or not is_active(user):
            return False
        if getattr(user, "is_superuser", False):
            return True
        if self.access == self.Access.STAFF_ONLY:
            return bool(getattr(user, "is_staff", False))
        return self.access == self.Access.PERMISSIONS and self._satisfied_by(user)

    def _satisfied_by(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        is_loaded = "rules" in getattr(self, "_prefetched_objects_cache", ())
        rules = self.rules.all() if is_loaded else self.rules.with_labels()
        return any(rule.is_satisfied_by(user) for rule in rules)


class ChannelPermissionRuleQuerySet(models.QuerySet["ChannelPermissionRule"]):
    """Rules, as a whole."""

    def with_labels(self) -> Self:
        """Load the permissions with all that their labels need, in one more query."""
        permissions = Permission.objects.select_related("content_type")
        return self.prefetch_related(Prefetch("permissions", queryset=permissions))


class ChannelPermissionRule(models.Model):
    """Permissions that are enough when a user has all of them; one satisfied rule lets in."""

    channel_permission = models.ForeignKey(
        ChannelPermission, on_delete=models.CASCADE, related_name="rules"
    )
    permissions = models.ManyToManyField(
        Permission, blank=True, related_name="channel_permission_rules"
    )

    objects = ChannelPermissionRuleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return " AND ".join(self.permission_labels()) or "(no permissions)"

    def permission_labels(self) -> list[str]:
        """Return the permissions as ``app.codename``."""
        return [f"{p.content_type.app_label}.{p.codename}" for p in self.permissions.all()]

    def is_satisfied_by(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        """Return whether ``user`` has every permission; a rule without any is never satisfied."""
        labels = self.permission_labels()
        return bool(labels) and user.has_perms(labels)  # type: ignore[union-attr]  # user models have it
