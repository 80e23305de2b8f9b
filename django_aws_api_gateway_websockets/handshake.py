"""``$connect``: an ordered tuple of named checks, each of which may refuse the connection.

A check is a function of an ``Attempt``; it raises ``ConnectionRefused`` or leaves what it
found on the attempt for those after it. The token is used up and the session stored only when all
of them have passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.db import IntegrityError, router, transaction

from .attempts import Attempt, Check
from .conf import settings
from .exceptions import ConnectionRefused
from .models import ConnectionRateLimit, WebSocketSession, WebSocketToken
from .models.primary import on_primary
from .models.tokens import hash_session_key, hash_user_auth, session_key_hashes
from .protocol.origins import origin_matches_host, origin_matches_list
from .trust import client_address, is_connection_id

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

__all__ = ["CHECKS", "join"]


def join(attempt: Attempt) -> WebSocketSession:
    """Run every check, use up the token and store the session.

    Raises:
        ConnectionRefused: by the first check that fails; the attempt is recorded if it counts.
    """
    attempt.address = client_address(attempt.event, trusted=attempt.trusted)
    attempt.account = _logged_in(attempt.request)
    for check in (*CHECKS, _OPEN):
        try:
            check.run(attempt)
        except ConnectionRefused:
            if check.counts:
                _record(attempt, successful=False)
            raise
    _record(attempt, successful=True)
    assert attempt.session is not None
    return attempt.session


def _check_rate(attempt: Attempt) -> None:
    policy = attempt.policy
    if not policy.RATE_LIMIT_ENABLED:
        return
    allowed, count = ConnectionRateLimit.check_rate_limit(
        attempt.address,
        attempt.account,
        max_attempts=policy.RATE_LIMIT_MAX_ATTEMPTS,
        window_minutes=policy.RATE_LIMIT_WINDOW_MINUTES,
    )
    if not allowed:
        raise ConnectionRefused(
            "rate_limited", "Too many connection attempts", detail=f"{count} attempts"
        )


def _check_headers(attempt: Attempt) -> None:
    headers = attempt.request.headers
    missing = [name for name in attempt.policy.required_connection_headers if name not in headers]
    if missing:
        raise ConnectionRefused(
            "missing_connection_headers",
            f"Missing {len(missing)} headers",
            detail=f"missing {', '.join(missing)}",
        )


def _check_connection_id(attempt: Attempt) -> None:
    if not is_connection_id(attempt.event.connection_id):
        raise ConnectionRefused("invalid_connection_id", "Invalid connection ID")


def _check_host(attempt: Attempt) -> None:
    try:
        attempt.request.get_host()
    except DisallowedHost as error:
        raise ConnectionRefused(
            "host_not_allowed", "Host is not in AllowedHosts", detail="see ALLOWED_HOSTS"
        ) from error


def _check_origin(attempt: Attempt) -> None:
    origin = attempt.event.origin
    has_login_session = attempt.account and _session_key(attempt.request)
    if not (origin or attempt.policy.USE_WS_TOKEN or has_login_session):
        return
    allowed = settings.allowed_origins
    if allowed is None:
        matches = origin_matches_host(origin, attempt.request.get_host())
    else:
        matches = origin_matches_list(origin, allowed)
    if not matches:
        raise ConnectionRefused(
            "origin_not_allowed", "Host is not in Origin", detail=f"origin {origin[:255]!r}"
        )


def _check_channel(attempt: Attempt) -> None:
    default = attempt.gateway.default_channel_name if attempt.gateway else ""
    attempt.channel = attempt.event.channel or default
    if attempt.channel and not attempt.policy.is_channel_name(attempt.channel):
        raise ConnectionRefused("invalid_channel", "Invalid channel")


def _check_login_session(attempt: Attempt) -> None:
    if attempt.policy.USE_WS_TOKEN and not _session_key(attempt.request):
        raise ConnectionRefused(
            "no_login_session",
            "Invalid session",
            detail="the handshake brought no session cookie; is the socket on another site?",
        )


def _check_token(attempt: Attempt) -> None:
    if not attempt.policy.USE_WS_TOKEN:
        return
    attempt.token = WebSocketToken.find_valid(
        attempt.event.token, _session_key(attempt.request), settings.token_expiry_seconds
    )
    attempt.session = None if attempt.token else _find_session(attempt)
    owner = attempt.token or attempt.session
    if owner is None:
        raise ConnectionRefused("invalid_token", "Invalid or expired token")
    attempt.request.user = owner.user or AnonymousUser()


def _find_session(attempt: Attempt) -> WebSocketSession | None:
    """Return the session that an earlier ``$connect`` of this connection and login opened."""
    return (
        on_primary(WebSocketSession)
        .filter(
            connection_id=attempt.event.connection_id,
            api_gateway=attempt.gateway,
            session_key_hash__in=list(session_key_hashes(_session_key(attempt.request))),
        )
        .first()
    )


def _check_permissions(attempt: Attempt) -> None:
    policy, request = attempt.policy, attempt.request
    if policy.CHECK_PERMISSIONS_ON_CONNECT and not policy.has_view_permissions(request):
        raise ConnectionRefused("permission_denied", "Permission Denied", status=403)
    if not policy.can_join_channel(request, attempt.channel):
        raise ConnectionRefused(
            "channel_denied", "Permission Denied", status=403, detail=f"channel {attempt.channel!r}"
        )


def _check_project(attempt: Attempt) -> None:
    args, kwargs = attempt.url_arguments
    passed, message = attempt.policy._additional_connection_checks(attempt.request, *args, **kwargs)
    if not passed:
        raise ConnectionRefused("additional_check", message)


CHECKS: tuple[Check, ...] = (
    Check(name="rate", run=_check_rate, counts=True),
    Check(name="headers", run=_check_headers, counts=False),
    Check(name="connection_id", run=_check_connection_id, counts=False),
    Check(name="host", run=_check_host, counts=True),
    Check(name="origin", run=_check_origin, counts=True),
    Check(name="channel", run=_check_channel, counts=True),
    Check(name="login_session", run=_check_login_session, counts=False),
    Check(name="token", run=_check_token, counts=True),
    Check(name="permissions", run=_check_permissions, counts=True),
    Check(name="project", run=_check_project, counts=True),
)
"""The checks in their order; statuses and texts are part of what clients depend on."""


def _open(attempt: Attempt) -> None:
    """Use up the token and store the session; the same connection twice is one session."""
    if attempt.session is None:
        if attempt.token is not None and not attempt.token.consume():
            raise ConnectionRefused("invalid_token", "Invalid or expired token")
        attempt.session = _store(attempt)


_OPEN = Check(name="session", run=_open, counts=True)


def _store(attempt: Attempt) -> WebSocketSession:
    user: Any = _logged_in(attempt.request)
    session_key = _session_key(attempt.request)
    connection_id = attempt.event.connection_id
    try:
        with transaction.atomic(using=router.db_for_write(WebSocketSession)):
            return WebSocketSession.objects.create(
                connection_id=connection_id,
                channel_name=attempt.channel,
                user=user,
                api_gateway=attempt.gateway,
                session_key_hash=hash_session_key(session_key) if session_key else "",
                auth_hash=hash_user_auth(user) if user else "",
            )
    except IntegrityError as error:
        session = on_primary(WebSocketSession).get(connection_id=connection_id)
        if (session.user, session.api_gateway) != (user, attempt.gateway):
            raise ConnectionRefused(
                "connection_id_taken", "Invalid connection ID", detail="it is somebody else's"
            ) from error
        return session


def _logged_in(request: HttpRequest) -> AbstractBaseUser | None:
    """Return the user; a login session that has ended loses its key when its user is loaded."""
    return request.user if request.user.is_authenticated else None


def _session_key(request: HttpRequest) -> str:
    """Return the key of the login session, or "" without one; a project need not have sessions."""
    return getattr(getattr(request, "session", None), "session_key", None) or ""


def _record(attempt: Attempt, *, successful: bool) -> None:
    if attempt.policy.RATE_LIMIT_ENABLED:
        ConnectionRateLimit.record_attempt(attempt.address, attempt.account, successful)
