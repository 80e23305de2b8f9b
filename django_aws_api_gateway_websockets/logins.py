"""What ends with a login: the sessions of who signs out, is locked out, or has a new password."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db import models
from django.db.models.signals import post_save, pre_delete
from django.http import HttpRequest

from .closing import close_before_deletion, close_sessions, sessions_of
from .models import WebSocketSession, WebSocketToken
from .models.tokens import session_key_hashes, user_auth_hashes

__all__ = ["LOGGED_OUT", "LOGIN_ENDED", "connect"]

LOGGED_OUT = "logged_out"
"""Close code after a logout."""
LOGIN_ENDED = "login_ended"
"""Close code when a user is deactivated or deleted, or has a new password."""

_FIELDS = frozenset({"is_active", "password"})
"""Fields that a login depends on."""


def connect() -> None:
    """Connect the receivers; proxies of the user model are senders of their own."""
    user_logged_out.connect(_on_logout)
    for model in _user_models():
        post_save.connect(_on_user_saved, sender=model)
        pre_delete.connect(_on_user_deleted, sender=model)


def _user_models() -> Iterator[type[models.Model]]:
    user_model = get_user_model()
    return (model for model in apps.get_models() if issubclass(model, user_model))


def _on_logout(*, request: HttpRequest | None, **kwargs: Any) -> None:
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if session_key:
        hashes = list(session_key_hashes(session_key))
        WebSocketToken.spend_of_login(hashes)
        # Django deletes the login session last, so a page may come back while AWS is asked.
        close_sessions(sessions_of(session_key_hash__in=hashes), LOGGED_OUT, twice=True)


def _on_user_saved(
    *,
    instance: models.Model,
    created: bool,
    raw: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    if created or raw or (update_fields is not None and _FIELDS.isdisjoint(update_fields)):
        return
    rows = sessions_of(instance, user=instance.pk)
    if getattr(instance, "is_active", True):
        rows = rows.exclude(auth_hash__in=["", *user_auth_hashes(instance)])
    close_sessions(rows, LOGIN_ENDED)


def _on_user_deleted(*, instance: models.Model, using: str, **kwargs: Any) -> None:
    rows = WebSocketSession.objects.using(using).filter(user=instance.pk)
    close_before_deletion(rows, LOGIN_ENDED)
