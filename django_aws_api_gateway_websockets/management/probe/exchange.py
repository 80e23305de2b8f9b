"""What goes over an open socket: a message to Django, a post to the client, and the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ...exceptions import TransportError
from ...models import WebSocketSession
from ...models.primary import on_primary
from ...protocol.messages import encode, pong_envelope
from ...transports import BaseTransport, get_transport
from .causes import Explained, explain_closed, explain_frame, explain_sending
from .client import SocketClosed, WebSocketClient
from .entry import POLL_SECONDS
from .inspection import inspect_route
from .plan import Plan
from .report import Level, Line, ProbeFailed
from .timing import Stopwatch, within

__all__ = ["end", "exchange", "post"]

#: What is posted; clients ignore envelopes that they do not know.
PROBE = {"ws": "probe"}

_NORMAL = 1000


def exchange(plan: Plan, client: WebSocketClient, session: WebSocketSession) -> Iterator[Line]:
    """Send a ping along a route; yield how it was answered.

    Raises:
        ProbeFailed: it did not reach Django, or the answer did not come back.
    """
    text = json.dumps({"action": plan.route, "ws": "ping"})
    route = plan.gateway.select_route(text)
    yield Line(text=f"sending a ping along the route {route}", level=Level.DETAIL)
    watch = Stopwatch(plan.timeout)
    client.send(text)
    arrived = False
    while watch.left:
        frame = _receive(client, POLL_SECONDS)
        if frame is not None and _parsed(frame) == pong_envelope():
            yield Line(text=f"message answered in {watch}")
            return
        if frame is not None and _is_refusal(frame):
            raise ProbeFailed(*_explain_answer(plan, frame, route))
        arrived = arrived or _request_count(session) > session.request_count
        if arrived and not plan.gateway.two_way:
            yield Line(text=f"message arrived in {watch}, on a one-way gateway")
            return
    raise ProbeFailed(*_explain_silence(plan, route, arrived=arrived))


def post(plan: Plan, client: WebSocketClient, session: WebSocketSession) -> Iterator[Line]:
    """Post to the client by the configured transport; yield when it has arrived.

    Raises:
        ProbeFailed: it was refused, or did not arrive.
    """
    transport = _transport()
    if not transport.supports_delivery:
        raise ProbeFailed(
            f"{type(transport).__name__} delivers nothing to clients",
            'Let WEBSOCKETS["transport"] name APIGatewayTransport where clients are to be reached.',
        )
    watch = Stopwatch(plan.timeout)
    _call(plan, lambda url: transport.send(url, session.connection_id, encode(PROBE)))
    patience = Stopwatch(plan.timeout)
    while patience.left:
        frame = _receive(client, patience.left)
        if frame is not None and _parsed(frame) == PROBE:
            yield Line(text=f"post arrived in {watch}")
            return
    raise ProbeFailed(
        f"a post was accepted and did not arrive within {plan.timeout:g} s",
        "Look at the transport, and at the network between this machine and API Gateway.",
    )


def end(plan: Plan, client: WebSocketClient, session: WebSocketSession) -> Iterator[Line]:
    """Close the connection by the configured transport; yield what becomes of it.

    Raises:
        ProbeFailed: it was refused, or the client was not told as AWS does.
    """
    transport = _transport()
    if not transport.supports_disconnect:
        name = type(transport).__name__
        yield Line(text=f"{name} cannot close connections", level=Level.WARNING)
        return
    watch = Stopwatch(plan.timeout)
    _call(plan, lambda url: transport.disconnect(url, session.connection_id))
    code = _close_code(client, plan.timeout)
    if code != _NORMAL:
        raise ProbeFailed(
            f"after the close the client saw {code or 'nothing'} instead of {_NORMAL}",
            "Something between API Gateway and this machine ends connections in its own way.",
        )
    yield Line(text=f"closed in {watch}")
    yield _await_disconnect(session, plan.timeout)


def _receive(client: WebSocketClient, seconds: float) -> str | None:
    try:
        return client.receive(seconds)
    except SocketClosed as error:
        raise ProbeFailed(*explain_closed(error.code)) from error


def _close_code(client: WebSocketClient, seconds: float) -> int | None:
    watch = Stopwatch(seconds)
    try:
        while watch.left:
            client.receive(watch.left)
    except SocketClosed as error:
        return error.code
    return None


def _parsed(frame: str) -> Any:
    try:
        return json.loads(frame)
    except ValueError:
        return None


def _is_refusal(frame: str) -> bool:
    """Return whether the answer is API Gateway's own or no JSON, which no view sends by itself."""
    data = _parsed(frame)
    return data is None or (isinstance(data, dict) and {"message", "requestId"} <= data.keys())


def _explain_answer(plan: Plan, frame: str, route: str) -> Explained:
    uri, data = plan.gateway.integration_url(route), _parsed(frame)
    found = inspect_route(plan.gateway, route, plan.timeout)
    if data is not None:
        fact, advice = explain_frame(data, route, uri)
        return fact, found or advice
    if frame.lstrip().startswith("<"):
        fact = "the message was answered with a page of HTML"
        return fact, f"Something other than this package's view answers at {uri}."
    fact = f"Django answered the message with {frame[:100]!r}"
    return fact, found or (
        "Its log names the code of the refusal: logger django_aws_api_gateway_websockets.dispatch."
    )


def _explain_silence(plan: Plan, route: str, *, arrived: bool) -> Explained:
    if arrived:
        return (
            "the message reached Django and its answer did not come back",
            f"Create the route response of {route} and deploy the stage, or set two_way of the row "
            "to false.",
        )
    uri = plan.gateway.integration_url(route)
    found = inspect_route(plan.gateway, route, plan.timeout)
    return (
        f"the message did not reach Django within {plan.timeout:g} s",
        found or f"Look whether {uri} answers, and whether it has this secret.",
    )


def _request_count(session: WebSocketSession) -> int:
    counts = on_primary(WebSocketSession).filter(pk=session.pk)
    return counts.values_list("request_count", flat=True).first() or 0


def _transport() -> BaseTransport:
    try:
        return get_transport()
    except ImproperlyConfigured as error:
        raise ProbeFailed("there is no transport", str(error)) from error


def _call(plan: Plan, call: Callable[[str], object]) -> None:
    url = plan.gateway.management_url
    try:
        within(plan.timeout, lambda: call(url))
    except ImproperlyConfigured as error:
        raise ProbeFailed("nothing may be sent to the gateway", str(error)) from error
    except (RuntimeError, TimeoutError, TransportError) as error:
        stage = plan.gateway.stage_name
        explained = explain_sending(error, url, plan.gateway.api_id, stage)
        raise ProbeFailed(*explained) from error


def _await_disconnect(session: WebSocketSession, timeout: float) -> Line:
    watch = Stopwatch(timeout)
    rows = on_primary(WebSocketSession).filter(pk=session.pk, connected=True)
    while rows.exists():
        if not watch.wait(POLL_SECONDS):
            return Line(
                text=f"$disconnect has not arrived within {timeout:g} s; AWS promises none, but "
                "look at the integration of $disconnect when this is the rule",
                level=Level.WARNING,
            )
    return Line(text=f"$disconnect arrived in {watch}")
