"""What ends with a login: the sessions of who signs out, is locked out, or has a new password."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db import DatabaseError, models, router, transaction
from django.db.models.signals import post_init, post_save, pre_delete
from django.http import HttpRequest

from .closing import close_before_deletion, close_sessions, sessions_of
from .models import WebSocketSession, WebSocketToken
from .models.tokens import is_active, session_key_hashes, user_auth_hashes

__all__ = ["LOGGED_OUT", "LOGIN_ENDED", "connect"]

logger = logging.getLogger("django_aws_api_gateway_websockets.closing")

LOGGED_OUT = "logged_out"
"""Close code after a logout."""
LOGIN_ENDED = "login_ended"
"""Close code when a user is deactivated or deleted, or has a new password."""

_FIELDS = frozenset({"is_active", "password"})
"""Fields that a login depends on."""

_REMEMBERED = "_websocket_login"
"""Attribute of a user with these fields as they were loaded, so that other saves cost nothing."""


def connect() -> None:
    """Connect the receivers; proxies of the user model are senders of their own."""
    user_logged_out.connect(_on_logout)
    for model in _user_models():
        post_init.connect(_remember_login, sender=model)
        post_save.connect(_on_user_saved, sender=model)
        pre_delete.connect(_on_user_deleted, sender=model)


def _user_models() -> Iterator[type[models.Model]]:
    user_model = get_user_model()
    return (model for model in apps.get_models() if issubclass(model, user_model))


def _on_logout(*, request: HttpRequest | None, **kwargs: Any) -> None:
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if not session_key:
        return
    try:
        with transaction.atomic(using=router.db_for_write(WebSocketSession)):
            _end_login(list(session_key_hashes(session_key)))
    except DatabaseError:
        # Django sends the signal before it ends the login, which must not fail for our sake.
        logger.exception("The connections of a login that ended could not be closed")


def _end_login(hashes: list[str]) -> None:
    WebSocketToken.spend(WebSocketToken.objects.filter(session_key__in=hashes))
    # Django deletes the login session last, so a page may come back while AWS is asked.
    close_sessions(sessions_of(session_key_hash__in=hashes), LOGGED_OUT, twice=True)


def _remember_login(*, instance: models.Model, **kwargs: Any) -> None:
    vars(instance)[_REMEMBERED] = _values(instance, _FIELDS)


def _values(user: models.Model, names: Iterable[str]) -> dict[str, object]:
    """Return fields as they are; what is not loaded, or is no field, differs every time."""
    return {name: vars(user).get(name, object()) for name in names}


def _on_user_saved(
    *,
    instance: models.Model,
    created: bool,
    raw: bool,
    using: str,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    stored = _values(instance, _FIELDS if update_fields is None else _FIELDS & update_fields)
    remembered = vars(instance).get(_REMEMBERED, {})
    remember = partial(vars(instance).__setitem__, _REMEMBERED, remembered | stored)
    if created or raw:
        remember()
    elif stored.items() - remembered.items():
        _end_stale_logins(instance)
        # After a rollback the user may be saved once more, and that has to end the logins again.
        transaction.on_commit(remember, using=using)


def _end_stale_logins(instance: models.Model) -> None:
    rows = sessions_of(instance, user=instance.pk)
    tokens = WebSocketToken.objects.using(rows.db).filter(user=instance.pk)
    if is_active(instance):
        current = ["", *user_auth_hashes(instance)]
        rows, tokens = rows.exclude(auth_hash__in=current), tokens.exclude(auth_hash__in=current)
    # The tokens first: a handshake in flight has then either failed or stored its session.
    WebSocketToken.spend(tokens)
    close_sessions(rows, LOGIN_ENDED)


def _on_user_deleted(*, instance: models.Model, using: str, **kwargs: Any) -> None:
    rows = WebSocketSession.objects.using(using).filter(user=instance.pk)
    close_before_deletion(rows, LOGIN_ENDED)
