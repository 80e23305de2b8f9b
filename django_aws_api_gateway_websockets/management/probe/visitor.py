"""Who opens the socket of a probe: a login session and a token, and nothing of them afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
)
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Max, QuerySet
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string

from ...models import ApiGateway, WebSocketSession, WebSocketToken
from ...models.primary import on_primary
from ...protocol.endpoints import bracketed, is_loopback

__all__ = ["Visitor", "browser_sends_cookie", "find_superuser", "find_user", "visiting"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Somebody who may connect once.

    Args:
        user: of any user model; None for somebody who is not logged in.
        session_key: of the login session; empty in a project without them.
        token: as it is stored, but with its clear value.
        newest: primary key of the newest connection from before.
    """

    gateway: ApiGateway
    user: Any
    session_key: str
    token: WebSocketToken
    newest: int

    def __str__(self) -> str:
        return "a visitor" if self.user is None else str(self.user.get_username())

    def connections(self) -> QuerySet[WebSocketSession]:
        """Return the sessions that the token has opened: one at most."""
        return on_primary(WebSocketSession).filter(
            pk__gt=self.newest,
            api_gateway=self.gateway,
            session_key_hash=self.token.session_key,
        )

    def cookie(self) -> dict[str, str]:
        """Return the header with the login cookie; empty without a login session."""
        if not self.session_key:
            return {}
        return {"Cookie": f"{django_settings.SESSION_COOKIE_NAME}={self.session_key}"}


@contextmanager
def visiting(gateway: ApiGateway, user: Any, *, seconds: int) -> Iterator[Visitor]:
    """Log ``user`` in for a while, and take all traces away again in the end.

    Nobody is told of the login: no signal is sent, and ``last_login`` stays.

    Args:
        user: None for a visitor.
        seconds: how long the login session is valid, should it stay after all.
    """
    newest = on_primary(WebSocketSession).aggregate(newest=Max("pk"))["newest"]
    session = _log_in(user, seconds)
    try:
        # Without a login session the binding serves to tell this connection from all others.
        session_key = "" if session is None else session.session_key or ""
        token = WebSocketToken.generate_token(user, session_key or get_random_string(32))
        visitor = Visitor(
            gateway=gateway, user=user, session_key=session_key, token=token, newest=newest or 0
        )
        try:
            yield visitor
        finally:
            on_primary(WebSocketToken).filter(pk=token.pk).delete()
            visitor.connections().delete()
    finally:
        if session is not None:
            session.delete()


def find_user(username: str) -> Any:
    """Return the user of this name, or None."""
    model = get_user_model()
    return model._default_manager.filter(**{model.USERNAME_FIELD: username}).first()


def find_superuser() -> Any:
    """Return the oldest superuser who is active, or None when the user model knows none."""
    model = get_user_model()
    wanted = {name: True for name in ("is_active", "is_superuser") if _has_field(model, name)}
    if "is_superuser" not in wanted:
        return None
    return model._default_manager.filter(**wanted).order_by("pk").first()


def browser_sends_cookie(page: str, socket_host: str) -> bool:
    """Return whether a browser sends the login cookie of a page to a socket.

    Args:
        page: the page's origin.
        socket_host: where the socket is opened.

    Loopback names count as one, because a page opens a local gateway under its own.
    """
    page_host = (urlsplit(page).hostname or "").lower()
    hosts = (page_host, socket_host.lower())
    if all(is_loopback(f"//{bracketed(host)}") for host in hosts):
        return True
    domain = (django_settings.SESSION_COOKIE_DOMAIN or "").lower().removeprefix(".")
    if not domain:
        return hosts[0] == hosts[1]
    return all(host == domain or host.endswith(f".{domain}") for host in hosts)


def _log_in(user: Any, seconds: int) -> SessionBase | None:
    """Store a login session as Django's ``login()`` does; None in a project without them."""
    if not any(map(_is_session_middleware, django_settings.MIDDLEWARE)):
        return None
    session: SessionBase = import_module(django_settings.SESSION_ENGINE).SessionStore()
    session.set_expiry(seconds)
    if user is not None:
        session[SESSION_KEY] = user._meta.pk.value_to_string(user)
        session[BACKEND_SESSION_KEY] = _backend_of(user)
        session[HASH_SESSION_KEY] = getattr(user, "get_session_auth_hash", str)()
    session.save()
    return session


def _is_session_middleware(path: str) -> bool:
    middleware = import_string(path)
    return isinstance(middleware, type) and issubclass(middleware, SessionMiddleware)


def _backend_of(user: Any) -> str:
    """Return the first backend that knows the user, which is the one that can let him in."""
    backends = django_settings.AUTHENTICATION_BACKENDS
    known = (path for path in backends if _knows(path, user))
    return next(known, backends[0])


def _knows(path: str, user: Any) -> bool:
    get_user = getattr(load_backend(path), "get_user", None)
    return get_user is not None and get_user(user.pk) is not None


def _has_field(model: Any, name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
