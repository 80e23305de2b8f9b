"""URLs of the dashboard."""

from __future__ import annotations

from django.urls import path

from django_aws_api_gateway_websockets.urls import events

from . import views

app_name = "dashboard"

urlpatterns = [
    path("", views.DashboardView.as_view(), name="index"),
    path("unconfigured/", views.UnconfiguredView.as_view(), name="unconfigured"),
    events("ws/", views.DashboardSocket, name="socket"),
]
