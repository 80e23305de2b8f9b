"""A chat: one channel for each room, replies to the one who asks, broadcasts to all in the room."""

from __future__ import annotations

from typing import Any

from config.people import signed_in_user
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from django_aws_api_gateway_websockets.exceptions import MessageRefused
from django_aws_api_gateway_websockets.mixins import AppChannelWebSocketMixin
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.views import WebSocketView

from .models import Message, Room

__all__ = ["ChatSocket", "RoomListView", "RoomView"]

SHOWN_MESSAGES = 50
MISSED_MESSAGES = 200


class RoomListView(TemplateView):
    """Lists the rooms; a page without a connection."""

    template_name = "chat/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rooms, each with whether the user may come in."""
        return super().get_context_data(rooms=_rooms_for(self.request), **kwargs)


class RoomView(AppChannelWebSocketMixin, TemplateView):
    """Shows a room; the route key is the app's, the channel is the room's."""

    template_name = "chat/room.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the room with its latest messages.

        Raises:
            PermissionDenied: the room is not open to this user. The page is not the guard: who
                may join a channel is asked again when the connection is made.
        """
        room = get_object_or_404(Room, slug=self.kwargs["slug"])
        if not room.admits(self.request.user):
            raise PermissionDenied
        self.app_channel_override = room.channel
        latest = room.messages.select_related("author").order_by("-pk")[:SHOWN_MESSAGES]
        return super().get_context_data(
            room=room, rooms=_rooms_for(self.request), messages=reversed(latest), **kwargs
        )


class ChatSocket(WebSocketView):
    """Answers the messages that rooms send; the room is the one of the connection's channel."""

    ALLOWED_HANDLERS = frozenset({"say", "typing", "catch_up"})
    STRICT_HANDLERS = True

    def say(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Send a line to everybody in the room; reply with how many connections it reached."""
        text = str(self.body.get("text", "")).strip()
        if not 0 < len(text) <= 1000:
            raise MessageRefused("invalid_text", "A message has 1 to 1000 characters.")
        room = self._get_room()
        message = Message.objects.create(room=room, author=signed_in_user(request), text=text)
        people = WebSocketSession.objects.in_channel(room.channel)
        report = people.send_message(_as_data(message))
        return {"id": message.pk, "sent": report.sent}

    def typing(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Tell the others in the room that this user is writing."""
        author = signed_in_user(request)
        people = WebSocketSession.objects.in_channel(self.websocket_session.channel_name)
        people.exclude(user=author).send_message(
            {"type": "typing", "name": author.get_short_name()}
        )

    def catch_up(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Reply with who is here, and with what was said after message ``after``."""
        after = self.body.get("after")
        if type(after) is not int:
            raise MessageRefused("invalid_id", "The id of a message is a number.")
        room = self._get_room()
        missed = room.messages.select_related("author").filter(pk__gt=after)[:MISSED_MESSAGES]
        return {"presence": room.presence(), "messages": [_as_data(message) for message in missed]}

    def _get_room(self) -> Room:
        room = Room.of_channel(self.websocket_session.channel_name)
        if room is None:
            raise MessageRefused("no_room", "This connection is in no room.")
        return room


def _rooms_for(request: HttpRequest) -> list[tuple[Room, bool]]:
    return [(room, room.admits(request.user)) for room in Room.objects.all()]


def _as_data(message: Message) -> dict[str, Any]:
    return {
        "type": "message",
        "id": message.pk,
        "username": message.author.get_username(),
        "author": message.author.get_short_name(),
        "text": message.text,
        "at": message.created_at,
    }
