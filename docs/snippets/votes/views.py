from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.views.generic import TemplateView

from django_aws_api_gateway_websockets.mixins import AddWebSocketRouteToContextMixin
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.views import WebSocketView


class VoteSocket(WebSocketView):
    """Gets the messages whose action is votes."""

    ALLOWED_HANDLERS = {"cast"}
    STRICT_HANDLERS = True

    def cast(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, str]:
        option = str(self.body.get("option", ""))
        voters = WebSocketSession.objects.in_channel("votes")
        voters.send_message({"voter": request.user.get_username(), "option": option})
        return {"counted": option}


class VotePage(LoginRequiredMixin, AddWebSocketRouteToContextMixin, TemplateView):
    """Sends its messages along the route."""

    template_name = "wall/wall.html"
    websocket_route_key = "votes"
    channel_name = "votes"
