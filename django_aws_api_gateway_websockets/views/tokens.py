"""The view from which a client fetches the token for its next connection."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from ..conf import settings
from ..models import ApiGateway
from ..models.limits.token_limits import TokenLimit, TokenStanding
from ..models.primary import on_primary
from ..models.tokens import is_active
from ..trust import page_address
from .decorators import open_view
from .requests import drop_unusable_session
from .responses import text_response

__all__ = ["WebSocketTokenView"]

logger = logging.getLogger("django_aws_api_gateway_websockets.views")


@method_decorator(never_cache, name="dispatch")
class WebSocketTokenView(View):
    """Issues a token for one connection to whoever is known, bound to the login session."""

    allow_anonymous = False
    """Whether visitors get tokens too."""

    token_binding = ""
    """``"session"`` or ``"user"``; empty for the setting ``token_binding``."""

    websocket_api_name = ""
    """Name of the gateway whose URL the answer carries; empty for the first one."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Return the view; it answers a visitor itself, and checks CSRF where that is needed."""
        return open_view(super().as_view(**initkwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return a token as JSON, with the seconds for which it is valid and the URL to open."""
        drop_unusable_session(request)
        user = self.get_user(request)
        if _is_logged_in(request) and user is getattr(request, "user", None):
            return self._answer_login(request, user)
        return self._answer(request, user)

    def get_user(self, request: HttpRequest) -> Any:
        """Return whom the token is for; an anonymous user or None for a visitor.

        Override it for clients that prove who they are by something else than a login session: a
        header with a key, for example. CSRF is checked when the user is ``request.user`` and came
        by a login session, and not otherwise.
        """
        return getattr(request, "user", None)

    def get_gateways(self, request: HttpRequest) -> Any:
        """Return the query set whose first gateway the client is to connect to."""
        gateways = on_primary(ApiGateway).exclude(api_id="", api_endpoint="").order_by("pk")
        if self.websocket_api_name:
            gateways = gateways.filter(api_name=self.websocket_api_name)
        return gateways

    @method_decorator(csrf_protect)
    def _answer_login(self, request: HttpRequest, user: Any) -> HttpResponse:
        return self._answer(request, user)

    def _answer(self, request: HttpRequest, user: Any) -> HttpResponse:
        is_known = user is not None and user.is_authenticated and is_active(user)
        if not (is_known or self.allow_anonymous):
            return text_response("Authentication required", 403)
        limit = TokenLimit(
            user=user if is_known else None,
            ip_address=None if is_known else _address(request),
            max_per_minute=settings.token_rate_limit_per_minute,
        )
        gateway, standing = self._look(request, limit)
        token = limit.issue(self._session_key(request), standing) if standing.is_open else None
        if token is None:
            return _over_the_limit(limit)
        return JsonResponse(
            {
                "token": token.token,
                "expires_in": settings.token_expiry_seconds,
                "url": gateway and gateway.url_for_page(request.get_host()),
            }
        )

    def _look(
        self, request: HttpRequest, limit: TokenLimit
    ) -> tuple[ApiGateway | None, TokenStanding]:
        """Return the gateway and the standing, in one query while there is a gateway."""
        gateways = list(limit.look_beside(self.get_gateways(request))[:2])
        if not gateways:
            return None, limit.look()
        if len(gateways) > 1:
            logger.warning(
                "A token could be for several gateways; set websocket_api_name to choose one"
            )
        return gateways[0], limit.standing(gateways[0])

    def _session_key(self, request: HttpRequest) -> str:
        """Return the key of the login session; one is begun where the token has to be bound."""
        session = getattr(request, "session", None)
        binding = self.token_binding or settings.token_binding
        if session is not None and not session.session_key and binding != "user":
            session.create()
        return (session is not None and session.session_key) or ""


def _is_logged_in(request: HttpRequest) -> bool:
    return SESSION_KEY in getattr(request, "session", {})


def _address(request: HttpRequest) -> str:
    forwarded_for = request.headers.get("X-Forwarded-For", "")
    return page_address(forwarded_for, request.META.get("REMOTE_ADDR", ""))


def _over_the_limit(limit: TokenLimit) -> HttpResponse:
    response = text_response("Rate limit exceeded", 403)
    response["Retry-After"] = str(limit.retry_after())
    return response
