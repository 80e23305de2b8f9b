"""URLs of the blog."""

from __future__ import annotations

from django.urls import path

from django_aws_api_gateway_websockets.urls import events

from . import views

app_name = "blog"

urlpatterns = [
    path("", views.PostListView.as_view(), name="list"),
    path("<slug:slug>/", views.PostView.as_view(), name="post"),
    events("ws/", views.BlogSocket, name="socket"),
]
