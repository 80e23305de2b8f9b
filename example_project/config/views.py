"""The start page, and signing in as one of the demo users."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import TemplateView

from .seed import PEOPLE

__all__ = ["HomeView", "SignInView", "SignOutView"]


@method_decorator(login_not_required, name="dispatch")
class HomeView(TemplateView):
    """Says what there is to see, and lets a visitor become somebody."""

    template_name = "site/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whom one can be, and where to go then."""
        return super().get_context_data(
            people=PEOPLE, next=self.request.GET.get("next", ""), **kwargs
        )


@method_decorator(login_not_required, name="dispatch")
class SignInView(View):
    """Signs in without a password: for the demo alone."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Become the demo user whose button was pressed."""
        username = request.POST.get("username", "")
        if not settings.DEBUG or username not in {person.username for person in PEOPLE}:
            raise Http404
        login(request, get_object_or_404(get_user_model(), username=username))
        return redirect(_safe_next(request))


@method_decorator(login_not_required, name="dispatch")
class SignOutView(View):
    """Signs out, which also ends the sockets of this login."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back to being a visitor."""
        logout(request)
        return redirect("home")


def _safe_next(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return url if is_safe else "dashboard:index"
