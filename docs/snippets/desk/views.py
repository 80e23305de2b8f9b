from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.views import WebSocketView


def tell_desk(message: dict[str, Any]) -> None:
    WebSocketSession.objects.in_channel("desk").send_message(message)


class DeskSocket(WebSocketView):
    """Agents tell each other how far they are with a ticket."""

    ALLOWED_HANDLERS = {"progress"}
    CHECK_PERMISSIONS_ON_CONNECT = True
    permissions_required = ["auth.view_user"]

    def progress(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        ticket, percent = self.body["ticket"], self.body["percent"]
        if percent > cache.get(f"ticket-{ticket}", 0):
            cache.set(f"ticket-{ticket}", percent)
            tell_desk({"ticket": ticket, "percent": percent})


@login_required
def close_ticket(request: HttpRequest, ticket: int) -> HttpResponse:
    transaction.on_commit(partial(tell_desk, {"ticket": ticket, "closed": True}))
    return HttpResponse(status=204)
