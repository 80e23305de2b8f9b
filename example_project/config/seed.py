"""The data that the example begins with: two people, a gateway and its routes, and some content."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from blog.models import Post
from chat.models import Room
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse

from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ApiGatewayAdditionalRoute,
    ChannelPermission,
    WebSocketSession,
)

__all__ = ["GATEWAY_NAME", "PEOPLE", "Person", "seed"]

GATEWAY_NAME = "example"

# The route key that pages send with each message, and the view that answers it.
ROUTES = {"live": "dashboard:socket", "blog": "blog:socket", "chat": "chat:socket"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom one can sign in as."""

    username: str
    name: str
    is_staff: bool
    about: str


PEOPLE = (
    Person(username="ada", name="Ada", is_staff=True, about="Staff: sees every room"),
    Person(username="grace", name="Grace", is_staff=False, about="Member: sees the open rooms"),
)

ROOMS = {
    "lobby": ("Lobby", "Where everybody meets", False),
    "engines": ("Engines", "Cogs, relays and everything that turns", False),
    "staff": ("Staff room", "Only for staff, as a channel permission says", True),
}

POSTS = {
    "one-socket-is-plenty": (
        "One socket is plenty",
        "A page opens one connection and joins one channel. The route key says which view answers "
        "its messages, the channel says who else hears about them.\n\n"
        "This page has a channel of its own. Open it in a second window, clap, and watch both.",
    ),
    "who-holds-the-line": (
        "Who holds the line?",
        "API Gateway does. Django sees plain HTTP requests: somebody connected, somebody said "
        "something, somebody left. No process of yours waits for anybody.\n\n"
        "To say something first, a view asks for the sessions of a channel and sends to them.",
    ),
    "laptops-are-clouds-too": (
        "Laptops are clouds, too",
        "The gateway that serves this page runs on your machine and speaks to Django as the real "
        "one does. Stop it, start it again, and see the pages come back by themselves.",
    ),
}


@transaction.atomic
def seed(base_url: str) -> None:
    """Store what is missing, and point the gateway's routes at ``base_url``.

    Args:
        base_url: where the local gateway reaches this project, for example
            ``http://127.0.0.1:8000``.
    """
    _seed_people()
    _seed_gateway(base_url)
    _seed_content()
    # The connections of an earlier run ended with its gateway.
    WebSocketSession.objects.filter(connected=True).mark_closed()


def _seed_people() -> None:
    for person in PEOPLE:
        user, created = get_user_model().objects.update_or_create(
            username=person.username,
            defaults={
                "first_name": person.name,
                "is_staff": person.is_staff,
                "is_superuser": person.is_staff,
            },
        )
        if created:
            user.set_unusable_password()
            user.save()


def _seed_gateway(base_url: str) -> None:
    gateway, _ = ApiGateway.objects.update_or_create(
        api_name=GATEWAY_NAME,
        defaults={
            "api_description": "Runs on this machine; manage.py runapigateway creates it",
            "target_base_endpoint": urljoin(base_url, "/ws/"),
        },
    )
    for key, view in ROUTES.items():
        ApiGatewayAdditionalRoute.objects.update_or_create(
            api_gateway=gateway,
            route_key=key,
            defaults={
                "name": key.title(),
                "integration_url": urljoin(base_url, reverse(view, kwargs={"route": "message"})),
            },
        )


def _seed_content() -> None:
    for slug, (name, topic, staff_only) in ROOMS.items():
        room, _ = Room.objects.get_or_create(slug=slug, defaults={"name": name, "topic": topic})
        if staff_only:
            ChannelPermission.objects.get_or_create(
                channel_name=room.channel,
                defaults={"access": ChannelPermission.Access.STAFF_ONLY, "description": topic},
            )
    for slug, (title, body) in POSTS.items():
        Post.objects.get_or_create(slug=slug, defaults={"title": title, "body": body})
