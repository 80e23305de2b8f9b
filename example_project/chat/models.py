"""Rooms, and what was said in them."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.urls import reverse

from django_aws_api_gateway_websockets.models import ChannelPermission, WebSocketSession

__all__ = ["Message", "Room"]

CHANNEL_PREFIX = "chat_"


class Room(models.Model):
    """A place to talk; each has a channel of its own."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=63)
    topic = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the room."""
        return reverse("chat:room", kwargs={"slug": self.slug})

    @classmethod
    def of_channel(cls, channel_name: str) -> Room | None:
        """Return the room whose channel this is."""
        if not channel_name.startswith(CHANNEL_PREFIX):
            return None
        return cls.objects.filter(slug=channel_name.removeprefix(CHANNEL_PREFIX)).first()

    @property
    def channel(self) -> str:
        """The channel of those who are in the room."""
        return f"{CHANNEL_PREFIX}{self.slug}"

    def admits(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        """Return whether ``user`` may come in, as the view asks when a page connects."""
        permission = ChannelPermission.for_channel(self.channel)
        return permission is None or permission.allows(user)

    def presence(self) -> dict[str, Any]:
        """Return who is in the room, each once, and when that was so."""
        as_of = time.time()
        sessions = WebSocketSession.objects.live().in_channel(self.channel)
        names = sessions.values_list("user__username", "user__first_name").distinct()
        people = [{"username": username, "name": name} for username, name in names.order_by("user")]
        return {"type": "presence", "as_of": as_of, "people": people}


class Message(models.Model):
    """One line of a conversation."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
