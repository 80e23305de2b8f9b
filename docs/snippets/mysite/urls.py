from __future__ import annotations

from byhand.views import ByHandPage, ConfigObjectPage
from clients.views import DeviceSocket, DeviceTokenView, ScoreSocket
from desk.views import DeskSocket, close_ticket
from django.contrib import admin
from django.urls import include, path
from rooms.views import CounterSocket, MemberSocket, RoomSocket, TeamSocket, TicketSocket
from votes.views import VotePage, VoteSocket
from wall.views import WallPage, WallSocket

from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketTokenView

urlpatterns = [
    path("admin/", admin.site.urls),
    # begin: additions
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
    events("wall/", WallSocket),
    path("", WallPage.as_view()),
    # end: additions
    path("by-hand/", ByHandPage.as_view()),
    path("config-object/", ConfigObjectPage.as_view()),
    events("desk/", DeskSocket),
    path("tickets/<int:ticket>/close/", close_ticket),
    # begin: devices
    path("devices/token", DeviceTokenView.as_view()),
    events("devices/", DeviceSocket),
    # end: devices
    # begin: visitors
    path("score/token", WebSocketTokenView.as_view(allow_anonymous=True)),
    events("score/", ScoreSocket),
    # end: visitors
    events("rooms/", RoomSocket),
    events("teams/", TeamSocket),
    events("members/", MemberSocket),
    events("counter/", CounterSocket),
    events("tickets/", TicketSocket),
    # begin: votes
    events("votes/", VoteSocket),
    path("votes/", VotePage.as_view()),
    # end: votes
]
