from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from django_aws_api_gateway_websockets.models import WebSocketSession


def remove_from_wall(user: User) -> int:
    rows = WebSocketSession.objects.for_user(user).in_channel("wall")
    report = rows.disconnect("removed_by_moderator")
    return report.closed


def ban(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


def close_wall() -> None:
    wall = WebSocketSession.objects.in_channel("wall")
    transaction.on_commit(lambda: wall.disconnect("wall_closed"), robust=True)
