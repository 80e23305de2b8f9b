from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from django_aws_api_gateway_websockets.views import WebSocketTokenView, WebSocketView

keys = Signer(salt="device")


class DeviceTokenView(WebSocketTokenView):
    """Gives a token to whoever sends a key of ours."""

    token_binding = "user"
    websocket_api_name = "devices"

    def get_user(self, request: HttpRequest) -> User | None:
        try:
            username = keys.unsign(request.headers.get("X-Api-Key", ""))
        except BadSignature:
            return None
        return User.objects.filter(username=username).first()


class DeviceSocket(WebSocketView):
    """Answers whoever comes with such a token."""

    token_binding = "user"

    def report(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"from": request.user.get_username(), "celsius": self.body["celsius"]}


class ScoreSocket(WebSocketView):
    """Lets everybody follow the score, and those who are signed in report a goal."""

    def goal(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, bool]:
        return {"counted": request.user.is_authenticated}
