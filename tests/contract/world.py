"""A row of the contract as a value, and the conditions that rows have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.models.tokens import hash_user_auth
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.views import WebSocketView

from ..inbound import API_ID, EVENT_HEADERS, log_in, post, serve, token_for

__all__ = [
    "CONNECTED",
    "EVENTS",
    "OPENED_ID",
    "SECRET",
    "Chat",
    "Closed",
    "Row",
    "World",
    "believed",
    "changed_password",
    "closed_session",
    "connected_before",
    "deactivated",
    "default_channel",
    "each",
    "expired_token",
    "listed_origins",
    "new_world",
    "of_another_gateway",
    "other_hosts",
    "other_login",
    "passed",
    "permitted_hosts",
    "refused",
    "secret",
    "staff_channel",
    "taken",
    "two_way",
    "unprovisioned",
    "unusable_secret",
    "used_token",
    "visitor",
    "without_row",
]

EVENTS = ("connect", "message", "disconnect")
OPENED_ID = "OpenedBefore_-="
"""The connection that is open when a row begins; messages and disconnects are its own."""

SECRET = "s" * 32


class Chat(WebSocketView):
    """A project's view."""

    def default(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say nothing."""

    def say(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Say something."""
        return {"said": True}

    def fail(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Fail."""
        raise LookupError("No such room")


class Closed(Chat):
    """Has a check of its own, which fails."""

    def _additional_connection_checks(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> tuple[bool, str]:
        return False, "Come back tomorrow"


@dataclass(slots=True, kw_only=True)
class World:
    """What a row begins with: a gateway, a user who is logged in, a token, an open connection."""

    settings: Settings
    gateway: ApiGateway
    user: User
    browser: Client
    token: str
    session: WebSocketSession


Condition = Callable[[World], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the contract.

    Args:
        route: the event; a message or a disconnect is of the connection that is open.
        given: what is different before the event comes, in this order.
        view: the class that is served, with the attributes of ``having``.
        headers: replaces headers of the event; None leaves one out.
        query: replaces parameters of a handshake.
        status: of the answer.
        text: of the answer.
        attempt: as what the attempt to connect is recorded; empty when it is not.
        code: of the refusal, in the log and in the signal; empty when nothing is refused.
        gateway: as the log names it.
    """

    route: str
    given: tuple[Condition, ...] = ()
    view: type[WebSocketView] = Chat
    having: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    message: Any = field(default_factory=lambda: {"action": "say"})
    method: str = "POST"
    status: int
    text: str
    attempt: str = ""
    code: str = ""
    gateway: str = "test"

    @property
    def attempts(self) -> list[str]:
        """What is recorded of it."""
        return [self.attempt] if self.attempt else []

    def sent(self, name: str) -> str:
        """Return a header of the event, or "" when it is left out."""
        return {**EVENT_HEADERS, **self._opened, **self.headers}[name] or ""

    def prepare(self, world: World) -> None:
        """Bring about what is given."""
        for condition in self.given:
            condition(world)

    def send(self, world: World) -> Any:
        """Return the answer to the event."""
        serve(world.settings, self.view, **self.having)
        parameters = {"ws_token": world.token, "channel": "room_1"}
        return post(
            self.route,
            self.message if self.route == "message" else b"",
            client=world.browser if self.route == "connect" else None,
            headers={**self._opened, **self.headers},
            query={**parameters, **self.query} if self.route == "connect" else {},
            method=self.method,
        )

    @property
    def _opened(self) -> Mapping[str, str]:
        return {} if self.route == "connect" else {"connectionId": OPENED_ID}


def each(name: str, **values: Any) -> dict[str, Row]:
    """Return one row for each kind of event."""
    return {f"{name} ({route})": Row(route=route, **values) for route in EVENTS}


def refused(status: int, text: str, code: str, **values: Any) -> dict[str, Any]:
    """Return what a refusal is, in the words of a row."""
    return {"status": status, "text": text, "code": code, **values}


def passed(text: str = "{}", **values: Any) -> dict[str, Any]:
    """Return what an event that passes is answered with, in the words of a row."""
    return {"status": 200, "text": text, **values}


CONNECTED = passed(attempt="successful")


def new_world(settings: Settings) -> World:
    """Return what every row begins with."""
    gateway = create_gateway(api_id=API_ID, default_channel_name="", two_way=False)
    browser = log_in("ann")
    user = User.objects.get()
    session = WebSocketSession.objects.create(
        connection_id=OPENED_ID, api_gateway=gateway, user=user, auth_hash=hash_user_auth(user)
    )
    return World(
        settings=settings,
        gateway=gateway,
        user=user,
        browser=browser,
        token=token_for(browser),
        session=session,
    )


def secret(world: World) -> None:
    """A secret is configured."""
    world.settings.WEBSOCKETS = {**world.settings.WEBSOCKETS, "gateway_secret": SECRET}


def unusable_secret(world: World) -> None:
    """What is configured as the secret is no text."""
    world.settings.WEBSOCKETS = {**world.settings.WEBSOCKETS, "gateway_secret": 7}


def believed(world: World) -> None:
    """The gateway maps our headers, and a secret is configured."""
    secret(world)
    assert world.gateway.headers_mapped


def two_way(world: World) -> None:
    """The body of an answer to a message reaches the client."""
    ApiGateway.objects.update(two_way=True)


def without_row(world: World) -> None:
    """The gateway has no row, and its session no gateway."""
    world.gateway.delete()
    WebSocketSession.objects.update(connected=True)


def unprovisioned(world: World) -> None:
    """The gateway has a row, but is not created in AWS yet."""
    ApiGateway.objects.update(api_id="")


def default_channel(world: World) -> None:
    """The gateway has a default channel, whose name is none."""
    ApiGateway.objects.update(default_channel_name="a b")


def connected_before(world: World) -> None:
    """The user connected a moment ago."""
    Row(route="connect", headers={"connectionId": "before"}, status=200, text="{}").send(world)
    world.token = token_for(world.browser)


def taken(world: World) -> None:
    """The connection that is to be opened is open already: somebody else's."""
    WebSocketSession.objects.filter(connection_id=OPENED_ID).update(user=None)


def visitor(world: World) -> None:
    """The handshake brings no cookie."""
    world.browser = Client()


def other_login(world: World) -> None:
    """The handshake brings the cookie of somebody else's login."""
    world.browser = log_in("bob")


def used_token(world: World) -> None:
    """The token has opened a connection."""
    WebSocketToken.objects.update(used=True)


def expired_token(world: World) -> None:
    """The token is too old."""
    row = WebSocketToken.objects.get()
    WebSocketToken.objects.update(created_at=row.created_at.replace(year=2000))


def deactivated(world: World) -> None:
    """The user was deactivated."""
    User.objects.update(is_active=False)


def changed_password(world: World) -> None:
    """The user's password was changed, past any receiver."""
    User.objects.update(password="another")


def staff_channel(world: World) -> None:
    """The channel is for staff."""
    ChannelPermission.objects.create(channel_name="room_1", access="staff_only")


def closed_session(world: World) -> None:
    """The session has ended."""
    WebSocketSession.objects.update(connected=False)


def of_another_gateway(world: World) -> None:
    """The session is that of another gateway."""
    WebSocketSession.objects.update(api_gateway=create_gateway(api_name="two", api_id="two"))


def other_hosts(world: World) -> None:
    """No middleware asks for the host before the view does."""
    common = "django.middleware.common.CommonMiddleware"
    world.settings.MIDDLEWARE = [name for name in world.settings.MIDDLEWARE if name != common]


def permitted_hosts(world: World) -> None:
    """All hosts below a domain are allowed."""
    other_hosts(world)
    world.settings.ALLOWED_HOSTS = [".example.com"]


def listed_origins(world: World) -> None:
    """One origin is allowed, whatever the host."""
    allowed = {"allowed_origins": ["https://www.example.com"]}
    world.settings.WEBSOCKETS = {**world.settings.WEBSOCKETS, **allowed}
