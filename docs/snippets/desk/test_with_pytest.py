from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.testing import (
    Clock,
    GatewayClient,
    captured,
    create_gateway,
)
from django_aws_api_gateway_websockets.transports.locmem import SentMessage


# begin: fixtures
@pytest.fixture
def websocket_gateway(db: None) -> ApiGateway:
    return create_gateway("http://testserver/desk/")


@pytest.fixture
def ada(db: None) -> User:
    user = User.objects.create_user("ada")
    user.user_permissions.add(Permission.objects.get(codename="view_user"))
    return user


# end: fixtures


# begin: tests
def test_progress(gateway_client: Callable[..., GatewayClient], ada: User) -> None:
    client = gateway_client(ada)
    client.connect("desk")

    client.send({"handler": "progress", "ticket": 7, "percent": 50})

    assert client.receive() == {"ticket": 7, "percent": 50}


def test_late_token(
    gateway_client: Callable[..., GatewayClient], websocket_clock: Clock, ada: User
) -> None:
    client = gateway_client(ada)
    token = client.issue_token()

    websocket_clock.advance(minutes=2)

    assert client.connect("desk", token=token).status_code == 400


def test_closing(
    gateway_client: Callable[..., GatewayClient],
    websocket_outbox: list[SentMessage],
    client: Client,
    ada: User,
) -> None:
    gateway_client(ada).connect("desk")
    client.force_login(ada)

    with captured() as messages:
        client.post("/tickets/8/close/")

    assert messages == [{"ticket": 8, "closed": True}]
    assert [message.json for message in websocket_outbox] == messages


# end: tests
