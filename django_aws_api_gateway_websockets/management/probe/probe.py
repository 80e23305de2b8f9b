"""The way from a page to Django and back, one hop after the other, until one fails."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from functools import partial
from socket import socket
from typing import Any

from ...models import ApiGateway
from .client import WebSocketClient
from .entry import address_of, enter, headers_of, wait_for_end
from .exchange import end, exchange, post
from .network import connect, resolve, wrap
from .plan import Plan, make_plan
from .report import Level, Line
from .timing import Stopwatch
from .visitor import visiting

__all__ = ["Probe"]

_WAITS = 12
"""No probe waits for more things than that, and so its login session is valid long enough."""

_LAST_WAIT = 1.0
"""Seconds that a probe waits in the end for what was closed without being asked."""


class Probe:
    """Opens a socket to a gateway, exchanges a message, posts and closes.

    Args:
        gateway: a row.
        options: those of ``make_plan``.

    Attributes:
        hop: what it is at, for a sentence.
    """

    def __init__(self, gateway: ApiGateway, **options: Any) -> None:
        self._make_plan = partial(make_plan, gateway, **options)
        self.hop = "configuration"

    def run(self) -> Iterator[Line]:
        """Go from hop to hop, and yield what is found.

        Raises:
            ProbeFailed: a hop failed; ``hop`` is its name. Nothing of the visitor is left behind.
        """
        self.hop = "configuration"
        plan = self._make_plan()
        yield Line(text=f"opening {plan.url} as a page of {plan.origin} does")
        with ExitStack() as stack:
            connection = yield from self._connect(plan)
            stack.callback(connection.close)
            self.hop = "handshake"
            seconds = int(plan.timeout * _WAITS) + 60
            visitor = stack.enter_context(visiting(plan.gateway, plan.user, seconds=seconds))
            stack.enter_context(wait_for_end(visitor, min(plan.timeout, _LAST_WAIT)))
            address = address_of(plan, visitor)
            client = WebSocketClient(connection, address, origin=plan.origin, timeout=plan.timeout)
            stack.enter_context(client)
            if visitor.session_key and "Cookie" not in headers_of(plan, visitor):
                yield Line(
                    text=f"no login cookie: a browser does not send that of {plan.origin} to "
                    f"{plan.place.host}"
                )
            watch = Stopwatch(plan.timeout)
            session = enter(plan, visitor, client)
            yield Line(text=f"handshake accepted in {watch}, as {visitor}")
            yield Line(text=f"connection {session.connection_id}", level=Level.DETAIL)
            for self.hop, go in (("message", exchange), ("post", post), ("close", end)):
                yield from go(plan, client, session)

    def _connect(self, plan: Plan) -> Generator[Line, None, socket]:
        self.hop = "name resolution"
        addresses = resolve(plan.place, plan.timeout)
        names = ", ".join(dict.fromkeys(map(str, addresses)))
        yield Line(text=f"resolved {plan.place.host} to {names}")
        self.hop = "connection"
        watch = Stopwatch(plan.timeout)
        connection = connect(plan.place, addresses, plan.timeout)
        if plan.place.is_secure:
            self.hop = "TLS handshake"
            secured = wrap(connection, plan.place, plan.timeout)
            yield Line(text=f"connected in {watch}, with {secured.version()}")
            return secured
        yield Line(text=f"connected in {watch}, without TLS")
        return connection
