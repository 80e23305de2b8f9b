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
from .models.limits.rate_limits import AttemptStanding, ConnectionLimit
from .models.primary import on_primary
from .models.tokens import hash_session_key, hash_user_auth
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
    attempt.address = client_address(attempt.event)
    attempt.account = _logged_in(attempt.request)
    for check in (*CHECKS, _OPEN):
        try:
            check.run(attempt)
        except ConnectionRefused:
            if check.counts:
                _record_refusal(attempt)
            raise
    assert attempt.session is not None
    return attempt.session


def _check_rate(attempt: Attempt) -> None:
    policy = attempt.policy
    if not policy.RATE_LIMIT_ENABLED:
        return
    attempt.limit = ConnectionLimit(
        ip_address=attempt.address,
        user=attempt.account,
        max_attempts=policy.RATE_LIMIT_MAX_ATTEMPTS,
        window_minutes=policy.RATE_LIMIT_WINDOW_MINUTES,
    )
    attempt.standing = attempt.limit.look()
    if not attempt.standing.is_open:
        raise _over_the_limit(attempt.standing)


def _over_the_limit(standing: AttemptStanding) -> ConnectionRefused:
    return ConnectionRefused(
        "rate_limited", "Too many connection attempts", detail=f"{standing.count} attempts"
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
    if not (origin or _rests_on_cookie(attempt)):
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


def _rests_on_cookie(attempt: Attempt) -> bool:
    """Return whether a login session is what lets the client in; browsers send it for any page."""
    if attempt.policy.USE_WS_TOKEN:
        return _is_bound_to_session(attempt)
    return attempt.account is not None and bool(_session_key(attempt.request))


def _check_channel(attempt: Attempt) -> None:
    default = attempt.gateway.default_channel_name if attempt.gateway else ""
    attempt.channel = attempt.event.channel or default
    if attempt.channel and not attempt.policy.is_channel_name(attempt.channel):
        raise ConnectionRefused("invalid_channel", "Invalid channel")


def _check_login_session(attempt: Attempt) -> None:
    if _is_bound_to_session(attempt) and not _session_key(attempt.request):
        raise ConnectionRefused("no_login_session", "Invalid session", detail=_NO_COOKIE)


_NO_COOKIE = (
    "the handshake brought no session cookie, so the socket is on another site than the page: give "
    'the gateway a custom domain of the page\'s site, or set token_binding to "user"'
)


def _is_bound_to_session(attempt: Attempt) -> bool:
    return attempt.policy.USE_WS_TOKEN and attempt.policy.token_binding != "user"


def _check_token(attempt: Attempt) -> None:
    if not attempt.policy.USE_WS_TOKEN:
        return
    session_key = _session_key(attempt.request) if _is_bound_to_session(attempt) else None
    token = WebSocketToken.find(attempt.event.token, session_key, settings.token_expiry_seconds)
    if token is not None and token.used:
        attempt.session = _find_session(attempt, token)
    if token is None or (token.used and attempt.session is None):
        raise ConnectionRefused("invalid_token", "Invalid or expired token")
    attempt.token = token
    attempt.request.user = token.user or AnonymousUser()


def _find_session(attempt: Attempt, token: WebSocketToken) -> WebSocketSession | None:
    """Return the session that an earlier ``$connect`` of this connection opened by the token."""
    return (
        on_primary(WebSocketSession)
        .filter(
            connection_id=attempt.event.connection_id,
            api_gateway=attempt.gateway,
            user=token.user,
            session_key_hash=token.session_key,
            connected=True,
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
    _record_success(attempt)
    if attempt.session is not None:
        return
    # Together, so that a logout that spends the token either comes first or finds the session.
    with transaction.atomic(using=router.db_for_write(WebSocketSession)):
        if attempt.token is not None and not attempt.token.consume():
            raise ConnectionRefused("invalid_token", "Invalid or expired token")
        attempt.session = _store(attempt)


_OPEN = Check(name="session", run=_open, counts=True)


def _store(attempt: Attempt) -> WebSocketSession:
    user: Any = _logged_in(attempt.request)
    connection_id = attempt.event.connection_id
    try:
        with transaction.atomic(using=router.db_for_write(WebSocketSession)):
            return WebSocketSession.objects.create(
                connection_id=connection_id,
                channel_name=attempt.channel,
                user=user,
                api_gateway=attempt.gateway,
                session_key_hash=_login_hash(attempt),
                auth_hash=hash_user_auth(user) if user else "",
            )
    except IntegrityError as error:
        session = on_primary(WebSocketSession).get(connection_id=connection_id)
        if (session.user, session.api_gateway) != (user, attempt.gateway):
            raise _taken("it is somebody else's") from error
        if not session.connected:
            raise _taken("it has ended") from error
        return session


def _taken(detail: str) -> ConnectionRefused:
    return ConnectionRefused("connection_id_taken", "Invalid connection ID", detail=detail)


def _logged_in(request: HttpRequest) -> AbstractBaseUser | None:
    """Return the user; a login session that has ended loses its key when its user is loaded."""
    return request.user if request.user.is_authenticated else None


def _session_key(request: HttpRequest) -> str:
    """Return the key of the login session, or "" without one; a project need not have sessions."""
    return getattr(getattr(request, "session", None), "session_key", None) or ""


def _login_hash(attempt: Attempt) -> str:
    """Return the hash of the login session whose end is the connection's, or "" without one."""
    if attempt.token is not None:
        return attempt.token.session_key
    session_key = _session_key(attempt.request)
    return hash_session_key(session_key) if session_key else ""


def _record_success(attempt: Attempt) -> None:
    """Record the attempt, unless others have used the limit up while it was examined."""
    if attempt.limit is None or attempt.standing is None:
        return
    attempt.record = attempt.limit.claim(attempt.standing)
    if attempt.record is None:
        attempt.standing = attempt.limit.look()
        raise _over_the_limit(attempt.standing)


def _record_refusal(attempt: Attempt) -> None:
    """Record the attempt; of those over the limit only so many, so that a flood fills no table."""
    if attempt.record is not None:
        attempt.record.mark_failed()
    elif attempt.standing is not None and not attempt.standing.is_full:
        ConnectionRateLimit.record_attempt(attempt.address, attempt.account)
