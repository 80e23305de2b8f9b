"""The inspector as its page sees it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django_aws_api_gateway_websockets.emulator import ManualClock
from django_aws_api_gateway_websockets.emulator.inspector import Keyring
from django_aws_api_gateway_websockets.emulator.inspector.attention import Attention
from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker
from django_aws_api_gateway_websockets.emulator.store import Store
from django_aws_api_gateway_websockets.protocol.heads import Headers

from ..support import PATIENCE, World, until

__all__ = ["BrokenKeyring", "BrokenMasker", "Page", "tired"]


@dataclass
class Page:
    """Asks as the page does."""

    world: World

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return status, headers and body of an answer."""
        port = self.world.thread.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Origin": f"http://127.0.0.1:{port}", **headers}
        connection.request(method, f"/_emulator/{path}", body, headers)
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return response.status, response.headers, data

    def news(self, after: int = 0) -> Any:
        """Return what has happened."""
        return json.loads(self.ask("GET", f"inspector/since/{after}")[2])

    def events(self, kind: str, route_key: str | None = None) -> list[Any]:
        """Return the events of a kind, and of a route, that have been kept."""
        found = [event for event in self.news()["events"] if event["kind"] == kind]
        return [event for event in found if event.get("route_key") == route_key]

    def detail(self, kind: str, route_key: str | None = None) -> Any:
        """Wait for an event, and return everything about it."""
        [event, *_] = until(lambda: self.events(kind, route_key))
        return json.loads(self.ask("GET", f"inspector/events/{event['number']}")[2])

    def act(self, method: str, connection_id: str, body: bytes = b"") -> tuple[int, Any]:
        """Do something to a connection."""
        path = f"inspector/connections/{quote(connection_id)}"
        status, _, data = self.ask(method, path, body)
        return status, json.loads(data)


class BrokenMasker(Masker):
    """A part of which nothing can be had."""

    def headers(self, headers: Headers) -> Headers:
        """Fail."""
        raise KeyError(headers)

    def body(self, body: bytes) -> bytes:
        """Fail."""
        raise KeyError(body)


class BrokenKeyring(Keyring):
    """Gives a masker that fails, or fails to give one.

    Args:
        masks: what it gives.
    """

    def __init__(self, masks: Masker | None = None) -> None:
        super().__init__(Store())
        self.masks = masks

    def masker(self) -> Masker:
        """Return the masker, or fail."""
        if self.masks is None:
            raise KeyError("masker")
        return self.masks


def tired() -> Attention:
    """Return an attention that has had enough for this second, which does not end."""
    attention = Attention(ManualClock().now)
    while attention.wants():
        pass
    return attention
