"""The least that could answer each event: the budgeted statements, and an empty JSON object.

Each view runs as many ORM statements as the package's own may, of the same kinds, on the same
tables, by the same indexes and with the same joins, in the order in which a project would write
them down. It checks nothing: no secret, header, origin, permission, handler or concurrent request.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    ConnectionRateLimit,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.models.tokens import hash_token

__all__ = ["connect", "disconnect", "message", "token"]


def token(request: HttpRequest) -> JsonResponse:
    """Run four statements: login session, user and count are read, a token is inserted."""
    user: Any = request.user
    WebSocketToken.objects.filter(user_id=user.pk, created_at__lt=timezone.now()).count()
    WebSocketToken.objects.create(
        token=secrets.token_hex(32), user_id=user.pk, session_key=request.session.session_key or ""
    )
    return JsonResponse({})


@csrf_exempt
def connect(request: HttpRequest) -> JsonResponse:
    """Run nine statements.

    Login session, user, gateway, count, token with its user, and channel are read; the token is
    updated, a session and an attempt are inserted.
    """
    user: Any = request.user
    address = request.headers["X-Forwarded-For"]
    gateway = ApiGateway.objects.get(api_id=request.headers["X-Amzn-Apigateway-Api-Id"])
    attempts = ConnectionRateLimit.objects.filter(user_id=user.pk, attempt_time__lt=timezone.now())
    attempts.count()
    tokens = WebSocketToken.objects.select_related("user")
    token = tokens.get(token=hash_token(request.GET["ws_token"]))
    ChannelPermission.objects.filter(channel_name=request.GET["channel"]).first()
    WebSocketToken.objects.filter(pk=token.pk, used=False).update(used=True)
    WebSocketSession.objects.create(
        connection_id=request.headers["connectionId"],
        channel_name=request.GET["channel"],
        user=token.user,
        api_gateway=gateway,
    )
    ConnectionRateLimit.objects.create(ip_address=address, user=token.user, successful=True)
    return JsonResponse({})


@csrf_exempt
def message(request: HttpRequest) -> JsonResponse:
    """Run two statements: a session is read with its user and gateway, and is updated."""
    sessions = WebSocketSession.objects.select_related("api_gateway", "user")
    session = sessions.get(connection_id=request.headers["connectionId"])
    WebSocketSession.objects.filter(pk=session.pk).update(
        request_count=F("request_count") + 1, updated_on=timezone.now()
    )
    return JsonResponse({})


@csrf_exempt
def disconnect(request: HttpRequest) -> JsonResponse:
    """Run one statement: a session is updated."""
    WebSocketSession.objects.filter(connection_id=request.headers["connectionId"]).update(
        connected=False, updated_on=timezone.now()
    )
    return JsonResponse({})
