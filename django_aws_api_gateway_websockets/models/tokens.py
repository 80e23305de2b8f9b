"""Single-use tokens, with which a page proves at ``$connect`` who opened it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .primary import on_primary

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

__all__ = [
    "WebSocketToken",
    "hash_session_key",
    "hash_token",
    "hash_user_auth",
    "is_active",
    "login_is_current",
    "session_key_hashes",
    "user_auth_hashes",
]

_SESSION_KEY_SALT = "django_aws_api_gateway_websockets.WebSocketToken.session_key"
_AUTH_SALT = "django_aws_api_gateway_websockets.WebSocketSession.auth_hash"


class WebSocketToken(models.Model):
    """A token; the database holds its hash, only ``generate_token`` returns the clear value."""

    token = models.CharField(
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[a-f0-9]{64}\Z", "Invalid token format")],
    )
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        default=None,
        related_name="websocket_tokens",
    )
    session_key = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    used = models.BooleanField(default=False)
    auth_hash = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    ip_address = models.GenericIPAddressField(
        null=True, blank=True, default=None, editable=False, help_text="Of a visitor; else empty."
    )
    previous = models.BigIntegerField(null=True, blank=True, default=None, editable=False)

    class Meta:
        indexes = [models.Index(fields=["token", "used"], name="idx_websocket_tokens_used")]
        constraints = [
            models.UniqueConstraint(fields=["user", "previous"], name="ws_token_after_user"),
            models.UniqueConstraint(
                fields=["ip_address", "previous"], name="ws_token_after_address"
            ),
        ]

    def __str__(self) -> str:
        return f"Token {self.pk}"

    @classmethod
    def generate_token(
        cls, user: AbstractBaseUser | None, session_key: str, **fields: Any
    ) -> WebSocketToken:
        """Create a token for one connection of ``user``, whatever limit there is.

        Args:
            user: whom the connection will belong to; None for a visitor.
            session_key: key of the login session, which must open the connection too unless the
                view binds tokens to the user alone; empty for none.
            fields: further columns of the row.

        Returns:
            The row as stored, but for ``token``: here it is the clear value, for the client.
        """
        clear_value = secrets.token_hex(32)
        row = cls.objects.create(
            token=hash_token(clear_value),
            user=user,
            session_key=hash_session_key(session_key) if session_key else "",
            auth_hash=hash_user_auth(user) if user else "",
            **fields,
        )
        row.token = clear_value
        return row

    @classmethod
    def find(
        cls, token_value: str, session_key: str | None, max_age_seconds: int = 60
    ) -> WebSocketToken | None:
        """Return the token of this value and age, used or not, with its user; or None.

        Args:
            token_value: what the client sent.
            session_key: key of the login session that the token must be bound to; None for any.
            max_age_seconds: how old it may be.

        Only a token of a visitor is found, or of an active user who has the same password still.
        """
        since = timezone.now() - timedelta(seconds=max_age_seconds)
        rows = on_primary(cls).filter(token=hash_token(token_value), created_at__gte=since)
        if session_key is not None:
            hashes = list(session_key_hashes(session_key)) if session_key else [""]
            rows = rows.filter(session_key__in=hashes)
        token = rows.select_related("user").first()
        return token if token and login_is_current(token.user, token.auth_hash) else None

    @classmethod
    def validate_and_consume(
        cls, token_value: str, session_key: str, max_age_seconds: int = 60
    ) -> AbstractBaseUser | None:
        """Return the user of a valid token and use it up, or None."""
        token = cls.find(token_value, session_key, max_age_seconds)
        return token.user if token and token.consume() else None

    @classmethod
    def cleanup_expired(cls, max_age_seconds: int = 300) -> tuple[int, dict[str, int]]:
        """Delete the tokens that are older, used or not; return Django's deletion counts."""
        return cls.older_than(max_age_seconds).delete()

    @classmethod
    def check_rate_limit(cls, user: AbstractBaseUser, max_tokens_per_minute: int = 10) -> bool:
        """Return whether ``user`` may have one more token within this minute."""
        since = timezone.now() - timedelta(minutes=1)
        recent = on_primary(cls).filter(user_id=user.pk, created_at__gte=since)
        return recent.count() < max_tokens_per_minute

    @classmethod
    def spend(cls, tokens: models.QuerySet[WebSocketToken]) -> None:
        """Use up all of ``tokens``, in one statement."""
        tokens.filter(used=False).update(used=True)

    def consume(self) -> bool:
        """Use the token up; of several callers at once exactly one is told True."""
        changed = type(self).objects.filter(pk=self.pk, used=False).update(used=True)
        self.used = True
        return changed == 1

    @classmethod
    def older_than(cls, seconds: int) -> models.QuerySet[WebSocketToken]:
        """Return the tokens that are older."""
        return on_primary(cls).filter(created_at__lt=timezone.now() - timedelta(seconds=seconds))


def hash_token(clear_value: str) -> str:
    """Return what is stored of a token: its SHA-256, as 64 hexadecimal digits.

    A token is 256 random bits, so a plain hash cannot be turned back by guessing.
    """
    return hashlib.sha256(clear_value.encode("utf-8", "replace")).hexdigest()


def hash_session_key(session_key: str) -> str:
    """Return the keyed hash of a login session's key; its format is stored and never changes."""
    return _keyed_hash(_SESSION_KEY_SALT, session_key)


def session_key_hashes(session_key: str) -> Iterator[str]:
    """Yield the hash under ``SECRET_KEY`` and under each of ``SECRET_KEY_FALLBACKS``."""
    for secret in (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS):
        yield _keyed_hash(_SESSION_KEY_SALT, session_key, secret)


def hash_user_auth(user: Any) -> str:
    """Return a hash that changes with the user's password, or "" when the user model has none."""
    get_hash = getattr(user, "get_session_auth_hash", None)
    return _keyed_hash(_AUTH_SALT, get_hash()) if get_hash else ""


def user_auth_hashes(user: Any) -> Iterator[str]:
    """Yield the hash under ``SECRET_KEY`` and under each of ``SECRET_KEY_FALLBACKS``."""
    get_fallbacks = getattr(user, "get_session_auth_fallback_hash", None)
    yield hash_user_auth(user)
    if get_fallbacks:
        for secret, value in zip(
            django_settings.SECRET_KEY_FALLBACKS, get_fallbacks(), strict=False
        ):
            yield _keyed_hash(_AUTH_SALT, value, secret)


def is_active(user: Any) -> bool:
    """Return whether ``user`` may log in, as everybody may where the model does not say."""
    return bool(getattr(user, "is_active", True))


def login_is_current(user: Any, auth_hash: str) -> bool:
    """Return whether ``user`` is active and has the password of which ``auth_hash`` was made.

    Args:
        user: None for a visitor, whose login never ends.
        auth_hash: what ``hash_user_auth`` returned; empty when it is not known.
    """
    if user is None:
        return True
    if not is_active(user):
        return False
    return not auth_hash or auth_hash in user_auth_hashes(user)


def _keyed_hash(salt: str, value: str, secret: str | bytes | None = None) -> str:
    return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()
