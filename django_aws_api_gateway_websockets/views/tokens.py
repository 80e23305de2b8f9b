"""The view from which a page fetches the token for its next connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from ..conf import settings
from ..models import WebSocketToken
from .base import text_response

__all__ = ["WebSocketTokenView"]

_RETRY_AFTER_SECONDS = 60


@method_decorator(csrf_protect, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class WebSocketTokenView(View):
    """Issues a single-use token to whoever is logged in, bound to the login session."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Return the view; a signed-out visitor gets its 403, not a redirect to a login page."""
        view: Callable[..., HttpResponseBase] = login_not_required(super().as_view(**initkwargs))
        return view

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return a token as JSON, with the seconds for which it is valid."""
        if not request.user.is_authenticated:
            return text_response("Authentication required", 403)
        if not WebSocketToken.check_rate_limit(
            request.user, max_tokens_per_minute=settings.token_rate_limit_per_minute
        ):
            response = text_response("Rate limit exceeded", 403)
            response["Retry-After"] = str(_RETRY_AFTER_SECONDS)
            return response
        if not request.session.session_key:
            request.session.create()
        token = WebSocketToken.generate_token(request.user, request.session.session_key or "")
        return JsonResponse({"token": token.token, "expires_in": settings.token_expiry_seconds})
