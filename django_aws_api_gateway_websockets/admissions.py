"""What follows when the permission of a channel changes: who may no longer be there is closed.

Every signal is answered at once, so that the rows are closed when the transaction commits. Whom
only a later change of that transaction lets in is closed first and then reopened, before AWS is
asked to close anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone

from .closing import close_marked, sessions_of
from .models import ChannelPermission, ChannelPermissionRule, WebSocketSessionQuerySet

__all__ = ["CHANNEL_DENIED", "connect"]

CHANNEL_DENIED = "channel_denied"
"""Close code of who may no longer be in the channel."""

_CHUNK_SIZE = 500
"""Users that are held in memory at once."""

_FIELDS = frozenset({"access", "channel_name"})
"""Fields of a permission that say who may be where."""


def connect() -> None:
    """Connect the receivers."""
    post_save.connect(_on_permission_saved, sender=ChannelPermission)
    post_save.connect(_on_rule_saved, sender=ChannelPermissionRule)
    post_delete.connect(_on_rule_deleted, sender=ChannelPermissionRule)
    m2m_changed.connect(_on_rule_changed, sender=ChannelPermissionRule.permissions.through)


def _on_permission_saved(
    *,
    instance: ChannelPermission,
    raw: bool,
    using: str,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    if not raw and (update_fields is None or not _FIELDS.isdisjoint(update_fields)):
        _review(ChannelPermission.objects.using(using).filter(pk=instance.pk))


def _on_rule_saved(
    *, instance: ChannelPermissionRule, created: bool, raw: bool, using: str, **kwargs: Any
) -> None:
    # A new rule has no permissions yet, and so lets nobody in.
    if not raw and not created:
        _review_ruled(using, rules=instance)


def _on_rule_deleted(
    *, instance: ChannelPermissionRule, using: str, origin: Any = None, **kwargs: Any
) -> None:
    deleted = getattr(origin, "model", type(origin))
    if not issubclass(deleted, ChannelPermission):
        _review_ruled(using, pk=instance.channel_permission_id)


def _on_rule_changed(
    *,
    instance: models.Model,
    action: str,
    reverse: bool,
    pk_set: set[Any] | None,
    using: str,
    **kwargs: Any,
) -> None:
    if not action.startswith("post_"):
        return
    if not reverse:
        _review_ruled(using, rules=instance)
    elif pk_set is not None:
        _review_ruled(using, rules__in=pk_set)
    else:  # nobody knows any more which rules had the permission
        _review_ruled(using)


def _review_ruled(using: str, **filters: Any) -> None:
    rows = ChannelPermission.objects.using(using).filter(**filters)
    _review(rows.filter(access=ChannelPermission.Access.PERMISSIONS).distinct())


def _review(permissions: models.QuerySet[ChannelPermission]) -> None:
    rules = models.Prefetch("rules", ChannelPermissionRule.objects.with_labels())
    for permission in permissions.prefetch_related(rules):
        rows = sessions_of(permission, channel_name=permission.channel_name)
        if permission.allows(None):
            _reopen(rows)
        elif _close_denied(permission, rows):
            close_marked(rows, CHANNEL_DENIED)


def _close_denied(permission: ChannelPermission, rows: WebSocketSessionQuerySet) -> int:
    """Close the sessions of who is not allowed, reopen the others; return how many it closed."""
    closed = rows.filter(user=None, connected=True).mark_closed(CHANNEL_DENIED)
    for users in _users_of(rows):
        allowed = {user.pk for user in users if permission.allows(user)}
        denied = [user.pk for user in users if user.pk not in allowed]
        closed += rows.filter(user__in=denied, connected=True).mark_closed(CHANNEL_DENIED)
        _reopen(rows.filter(user__in=allowed))
    return closed


def _users_of(rows: WebSocketSessionQuerySet) -> Iterator[Sequence[AbstractBaseUser]]:
    users = get_user_model()._base_manager.using(rows.db)
    wanted = users.filter(pk__in=rows.unclosed().values("user")).iterator(chunk_size=_CHUNK_SIZE)
    while chunk := list(islice(wanted, _CHUNK_SIZE)):
        yield chunk


def _reopen(rows: WebSocketSessionQuerySet) -> None:
    pending = rows.filter(connected=False, close_code=CHANNEL_DENIED)
    pending.update(connected=True, close_code=None, updated_on=timezone.now())
