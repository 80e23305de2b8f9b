"""One ``$connect`` under examination, and what a check of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

    from .models import ApiGateway, ConnectionRateLimit, WebSocketSession, WebSocketToken
    from .models.limits.rate_limits import AttemptStanding, ConnectionLimit
    from .protocol.events import ConnectEvent

__all__ = ["Attempt", "Check", "ConnectPolicy"]


class ConnectPolicy(Protocol):
    """What the view decides about connections; see :class:`~.views.WebSocketView`."""

    required_connection_headers: Any
    USE_WS_TOKEN: bool
    token_binding: str
    RATE_LIMIT_ENABLED: bool
    RATE_LIMIT_MAX_ATTEMPTS: int
    RATE_LIMIT_WINDOW_MINUTES: int
    CHECK_PERMISSIONS_ON_CONNECT: bool

    def is_channel_name(self, name: object) -> bool:
        """Return whether ``name`` may name a channel."""

    def has_view_permissions(self, request: HttpRequest) -> bool:
        """Return whether the request's user has the permissions that the view asks for."""

    def can_join_channel(self, request: HttpRequest, channel_name: str) -> bool:
        """Return whether the request's user may join a channel."""

    def _additional_connection_checks(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> tuple[bool, str]:
        """Return whether the project's own checks pass, and if not, what the client is told."""


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One ``$connect`` under examination.

    Attributes:
        policy: the view.
        gateway: the row of the gateway; None when the view pins one that has no row.
        url_arguments: arguments of the URL pattern, for the project's own checks.
        address: the client's, normalised.
        account: whom the login session belongs to, or None.
        limit: how often this client may try; None where attempts are not limited.
        standing: how often it has tried.
        record: the attempt itself, once it counts as one that passes.
        channel: what the connection will join; empty for none.
        token: valid and not used up yet.
        session: what the connection became; set before its end only for a repeated ``$connect``.
    """

    policy: ConnectPolicy
    request: HttpRequest
    event: ConnectEvent
    gateway: ApiGateway | None
    url_arguments: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})
    address: str = ""
    account: AbstractBaseUser | None = None
    limit: ConnectionLimit | None = None
    standing: AttemptStanding | None = None
    record: ConnectionRateLimit | None = None
    channel: str = ""
    token: WebSocketToken | None = None
    session: WebSocketSession | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One step of the handshake.

    Attributes:
        counts: whether a refusal by this check counts as an attempt to connect.
    """

    name: str
    run: Callable[[Attempt], None]
    counts: bool
