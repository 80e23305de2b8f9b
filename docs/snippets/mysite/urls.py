from __future__ import annotations

from byhand.views import ByHandPage, ConfigObjectPage
from desk.views import DeskSocket, close_ticket
from django.contrib import admin
from django.urls import include, path
from wall.views import WallPage, WallSocket

from django_aws_api_gateway_websockets.urls import events

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
]
