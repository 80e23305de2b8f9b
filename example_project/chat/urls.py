"""URLs of the chat."""

from __future__ import annotations

from django.urls import path

from django_aws_api_gateway_websockets.urls import events

from . import views

app_name = "chat"

urlpatterns = [
    path("", views.RoomListView.as_view(), name="list"),
    path("rooms/<slug:slug>/", views.RoomView.as_view(), name="room"),
    events("ws/", views.ChatSocket, name="socket"),
]
