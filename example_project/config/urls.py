"""URLs of the example project."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign_out"),
    path("dashboard/", include("dashboard.urls")),
    path("blog/", include("blog.urls")),
    path("chat/", include("chat.urls")),
    path("admin/", admin.site.urls),
    # The token view, and $connect, $disconnect and $default of the gateway.
    path("ws/", include("django_aws_api_gateway_websockets.urls")),
]
