from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from websockets.sync.client import connect

from django_aws_api_gateway_websockets.testing import LiveGateway


# begin: live
@pytest.fixture
def live_gateway_options() -> dict[str, object]:
    return {"path": "/desk/", "faults": ["post-delay=0.01-0.05"]}


def test_progress(live_gateway: LiveGateway, client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada"))
    token = client.post("/ws/token/").json()["token"]
    query = urlencode({"ws_token": token, "channel": "desk"})
    cookie = f"sessionid={client.session.session_key}"
    headers = {"Cookie": cookie, "Origin": live_gateway.site}

    with connect(f"{live_gateway.url}?{query}", additional_headers=headers) as socket:
        socket.send(json.dumps({"handler": "progress", "ticket": 9, "percent": 50}))

        assert json.loads(socket.recv(timeout=5)) == {"ticket": 9, "percent": 50}


# end: live
