"""Limits and single use hold when many come at once, each on a database connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import Client
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import (
    ConnectionRateLimit,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.views import WebSocketView

from .inbound import API_ID, post, serve
from .settings import DB

__all__ = ["TestConnects", "TestTokens"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(DB == "sqlite", reason="SQLite lets one writer in at a time"),
]

LIMIT = 5


@pytest.fixture(autouse=True, params=[False, True], ids=["autocommit", "atomic-requests"])
def transactions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run each request by itself, or as a transaction where views allow it."""
    connection.settings_dict["ATOMIC_REQUESTS"] = request.param
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = False


@pytest.fixture(autouse=True)
def gateway(settings: Settings) -> None:
    """Serve a view that lets only so many in."""
    settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_rate_limit_per_minute": LIMIT}
    serve(settings, WebSocketView, RATE_LIMIT_MAX_ATTEMPTS=LIMIT)
    create_gateway(api_id=API_ID)


def browsers(users: Iterable[str]) -> list[Client]:
    """Return one browser for each name, logged in as that user."""
    found = []
    for name in users:
        browser = Client()
        browser.force_login(get_user_model().objects.get_or_create(username=name)[0])
        found.append(browser)
    return found


def at_once(*calls: Callable[[], Any]) -> Counter[str]:
    """Make all calls at the same moment, and count the texts of the answers."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        try:
            barrier.wait(10)
            response = call()
            return f"{response.status_code} {response.content.decode()[:8]}"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def handshake(browser: Client, token: str, number: int, address: str = "203.0.113.7") -> Any:
    """Return a call that opens a connection of this number."""
    headers = {"connectionId": f"c{number}=", "X-Forwarded-For": address}
    query = {"ws_token": token}
    return lambda: post("connect", client=browser, headers=headers, query=query)


def token_of(browser: Client) -> str:
    """Return a token for the login session of a browser, whatever limit there is."""
    user = get_user_model().objects.get(pk=browser.session["_auth_user_id"])
    return WebSocketToken.generate_token(user, browser.session.session_key or "").token


class TestConnects:
    def test_of_an_address(self) -> None:
        """Of fifty users behind one address, exactly as many as the limit allows."""
        crowd = browsers(f"user{number}" for number in range(50))

        answers = at_once(
            *(handshake(one, token_of(one), at) for at, one in enumerate(crowd)),
        )

        assert answers == {"200 {}": LIMIT, "400 Too many": 50 - LIMIT}
        assert WebSocketSession.objects.count() == LIMIT
        assert ConnectionRateLimit.objects.filter(successful=True).count() == LIMIT
        assert WebSocketToken.objects.filter(used=True).count() == LIMIT

    def test_of_a_user(self) -> None:
        """Of fifty devices of one user, each at an address of its own, as many."""
        crowd = browsers(["ann"] * 50)

        answers = at_once(
            *(
                handshake(one, token_of(one), at, f"198.51.100.{at}")
                for at, one in enumerate(crowd)
            ),
        )

        assert answers == {"200 {}": LIMIT, "400 Too many": 50 - LIMIT}

    def test_that_follow_one_another_both_ways(self, settings: Settings) -> None:
        """Users and addresses that are entangled wait for each other, and all get in."""
        serve(settings, WebSocketView, RATE_LIMIT_MAX_ATTEMPTS=1_000)
        names = ["ann", "bob", "cat", "dan"]
        crowd = browsers(names * 6)

        answers = at_once(
            *(
                handshake(one, token_of(one), at, f"198.51.100.{at // 4 % 3}")
                for at, one in enumerate(crowd)
            ),
        )

        assert answers == {"200 {}": len(crowd)}

    def test_with_one_token(self, settings: Settings) -> None:
        """Of twenty handshakes with the same token, one."""
        serve(settings, WebSocketView, RATE_LIMIT_MAX_ATTEMPTS=1_000)
        (browser,) = browsers(["ann"])
        token = token_of(browser)

        answers = at_once(*(handshake(browser, token, at) for at in range(20)))

        assert answers == {"200 {}": 1, "400 Invalid ": 19}
        assert WebSocketSession.objects.count() == 1
        assert ConnectionRateLimit.objects.filter(successful=True).count() == 1

    def test_of_one_connection(self, settings: Settings) -> None:
        """A handshake that is delivered twice at once is one session."""
        serve(settings, WebSocketView, RATE_LIMIT_MAX_ATTEMPTS=1_000)
        (browser,) = browsers(["ann"])
        tokens = [token_of(browser), token_of(browser)]

        answers = at_once(*(handshake(browser, token, 1) for token in tokens))

        assert answers == {"200 {}": 2}
        assert WebSocketSession.objects.count() == 1


class TestTokens:
    def test_of_a_user(self) -> None:
        """Of fifty requests of one user, as many get a token as the limit allows."""
        crowd = browsers(["ann"] * 50)

        answers = at_once(*((lambda one=one: one.post("/ws/token/")) for one in crowd))

        assert answers == {'200 {"token"': LIMIT, "403 Rate lim": 50 - LIMIT}
        assert WebSocketToken.objects.count() == LIMIT
