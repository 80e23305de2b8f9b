"""A client that speaks to the project's views as API Gateway does, without a network."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client

from ..models import ApiGateway, WebSocketSession, WebSocketToken
from ..protocol.endpoints import origin_of
from ..protocol.routes import CONNECT, DISCONNECT
from ..transports import get_transport, locmem
from .captures import committing
from .events import EventRequest, build_request, new_id, parsed

__all__ = ["Backlog", "GatewayClient"]


class GatewayClient:
    """One WebSocket connection of a browser, as the project's views see it.

    Events go through the project's URLconf and middleware, and the commit callbacks that they
    register are run, inside a ``TestCase`` too. Django's test client raises what a view raises.
    As in AWS, only the handshake has cookies, and nothing can be posted to the connection before
    the handshake is answered or after its end.

    Args:
        user: who is logged in; None for a visitor.
        gateway: the row to connect to; by default the only one there is.
        origin: the ``Origin`` of the page; by default the host of the gateway's target. Empty for
            a program that is no browser, which sends none.
        source_ip: the address of the browser.

    Raises:
        ImproperlyConfigured: messages would leave the process.
        ValueError: no gateway is given, and there is not exactly one.
    """

    def __init__(
        self,
        user: AbstractBaseUser | None = None,
        *,
        gateway: ApiGateway | None = None,
        origin: str | None = None,
        source_ip: str = "203.0.113.7",
    ) -> None:
        if not isinstance(get_transport(), locmem.LocMemTransport):
            raise ImproperlyConfigured(
                "GatewayClient needs the in-memory transport: add WebSocketTestMixin to the test "
                'case, or name LocMemTransport in WEBSOCKETS["transport"].'
            )
        self.user = user
        self.gateway = gateway or _only_gateway()
        self.origin = (
            origin_of(self.gateway.target_base_endpoint or "") if origin is None else origin
        )
        self.source_ip = source_ip
        self.connection_id = new_id()
        self.http = Client()
        if user is not None:
            self.http.force_login(user)  # type: ignore[arg-type]  # any user model will do
        self._inbox: list[Any] = []
        self._read = len(locmem.outbox)
        self._was_accepted = False
        self._last: EventRequest | None = None

    @property
    def session(self) -> WebSocketSession:
        """The row of the connection.

        Raises:
            WebSocketSession.DoesNotExist: there is none.
        """
        return WebSocketSession.objects.get(connection_id=self.connection_id)

    @property
    def is_open(self) -> bool:
        """Whether the handshake has succeeded, and neither side has ended the connection since."""
        return self._was_accepted and not locmem.is_gone(self.connection_id)

    def issue_token(self) -> str:
        """Return a token as the token view issues it to the user; it is empty for a visitor."""
        if self.user is None:
            return ""
        session_key = self.http.session.session_key or ""
        return WebSocketToken.generate_token(self.user, session_key).token

    def connect(self, channel: str = "", *, token: str | None = None) -> HttpResponse:
        """Send ``$connect``; the status of the answer is that of the handshake.

        Args:
            channel: what the page asks to join.
            token: by default a fresh one.
        """
        query = {"ws_token": self.issue_token() if token is None else token, "channel": channel}
        handshake = {
            "Cookie": "; ".join(f"{m.key}={m.coded_value}" for m in self.http.cookies.values()),
            **({"Origin": self.origin} if self.origin else {}),
            "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "Sec-WebSocket-Version": "13",
            "User-Agent": "GatewayClient",
        }
        request = self._request(CONNECT, query=urlencode(query), handshake=handshake)
        locmem.gone.add(self.connection_id)
        response = self._deliver(request)
        if response.status_code < 300:
            locmem.gone.discard(self.connection_id)
            self._was_accepted = True
        return response

    def send(self, data: Any) -> HttpResponse:
        """Send a message along the route that it selects; text is sent as it is.

        Returns:
            The response of the view; on a two-way gateway its body can be received, too.
        """
        return self._deliver(self._message(data))

    def receive(self) -> Any:
        """Return the oldest message that has reached the client and was not received yet.

        Raises:
            AssertionError: there is none.
        """
        self._collect()
        if not self._inbox:
            raise AssertionError(f"Nothing has reached connection {self.connection_id}.")
        return self._inbox.pop(0)

    def received(self) -> list[Any]:
        """Return all messages that were not received yet."""
        self._collect()
        messages, self._inbox = self._inbox, []
        return messages

    def disconnect(self) -> HttpResponse:
        """End the connection, and send ``$disconnect``."""
        self.vanish()
        return self._deliver(self._request(DISCONNECT))

    def vanish(self) -> None:
        """End the connection, and lose the ``$disconnect``: the row still says connected."""
        self._collect()
        locmem.gone.add(self.connection_id)

    def repeat(self) -> HttpResponse:
        """Deliver the last event once more, exactly as it was.

        Raises:
            ValueError: there was none.
        """
        if self._last is None:
            raise ValueError("No event can be repeated before the first.")
        return self._deliver(self._last)

    @contextmanager
    def reordered(self, *order: int) -> Iterator[Backlog]:
        """Hold back the events of a block, and deliver them at its end, by default last first.

        Args:
            order: positions among the events of the block, from 0. One that is left out is lost,
                and one that is repeated arrives again.
        """
        backlog = Backlog(self)
        yield backlog
        for position in order or reversed(range(len(backlog.requests))):
            backlog.responses.append(self._deliver(backlog.requests[position]))

    def _message(self, data: Any) -> EventRequest:
        text = data if isinstance(data, str) else json.dumps(data)
        return self._request(self.gateway.select_route(text), body=text.encode())

    def _request(self, route: str, **parts: Any) -> EventRequest:
        return build_request(
            self.gateway, self.connection_id, route, source_ip=self.source_ip, **parts
        )

    def _deliver(self, request: EventRequest) -> HttpResponse:
        self._last = request
        with committing():
            response = request.post(self.http)
        self._collect()
        is_returned = request.is_message and self.gateway.two_way and bool(response.content)
        if is_returned and not locmem.is_gone(self.connection_id):
            self._inbox.append(parsed(response.content))
        return response

    def _collect(self) -> None:
        """Take over what was posted to this connection since the last time."""
        posted = locmem.outbox[min(self._read, len(locmem.outbox)) :]
        self._read = len(locmem.outbox)
        self._inbox += [m.json for m in posted if m.connection_id == self.connection_id]


class Backlog:
    """Events of one connection that are on their way: some overtake others, some are lost.

    Attributes:
        responses: the answers of the views in the order of delivery, after the block.
    """

    def __init__(self, client: GatewayClient) -> None:
        self._client = client
        self.requests: list[EventRequest] = []
        self.responses: list[HttpResponse] = []

    def send(self, data: Any) -> None:
        """Send a message; it is under way."""
        self.requests.append(self._client._message(data))

    def disconnect(self) -> None:
        """End the connection; its ``$disconnect`` is under way."""
        self._client.vanish()
        self.requests.append(self._client._request(DISCONNECT))


def _only_gateway() -> ApiGateway:
    gateways = ApiGateway.objects.all()[:2]
    if len(gateways) != 1:
        raise ValueError(
            "Pass gateway=..., or store exactly one: django_aws_api_gateway_websockets.testing."
            "create_gateway() does."
        )
    return gateways[0]
