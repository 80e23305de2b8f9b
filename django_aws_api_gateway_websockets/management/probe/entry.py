"""The handshake of a probe: who may enter, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from ... import __version__
from ...models import WebSocketSession
from ...protocol.routes import CONNECT
from .causes import REFUSALS, Explained, explain_status
from .client import HandshakeFailed, WebSocketClient
from .inspection import inspect_route
from .plan import Plan
from .replay import Replay, replay
from .report import ProbeFailed
from .timing import Stopwatch
from .visitor import Visitor, browser_sends_cookie

__all__ = ["address_of", "enter", "headers_of", "wait_for_end"]

#: Seconds between two looks at the database.
POLL_SECONDS = 0.05

_USER_AGENT = f"django-aws-api-gateway-websockets/{__version__}"

_ELSEWHERE = (
    "The Django that answers at {uri} has other settings, other code or another database than this "
    "process, or does not see its login sessions. Its log names the code of the refusal: logger "
    "django_aws_api_gateway_websockets.handshake."
)


def address_of(plan: Plan, visitor: Visitor) -> str:
    """Return what the visitor opens; the token is in it."""
    query = {"ws_token": visitor.token.token}
    if plan.channel:
        query["channel"] = plan.channel
    return f"{plan.url}?{urlencode(query)}"


def headers_of(plan: Plan, visitor: Visitor) -> dict[str, str]:
    """Return what a browser adds: its name, and the login cookie where it sends that at all."""
    headers = {"User-Agent": _USER_AGENT}
    if browser_sends_cookie(plan.origin, plan.place.host):
        headers.update(visitor.cookie())
    return headers


def enter(plan: Plan, visitor: Visitor, client: WebSocketClient) -> WebSocketSession:
    """Make the handshake, and return the session that Django has made of it.

    Raises:
        ProbeFailed: the handshake was refused, or its session is not in this database.
    """
    uri = plan.gateway.integration_url(CONNECT)
    watch = Stopwatch(plan.timeout)
    try:
        client.open(headers_of(plan, visitor))
    except HandshakeFailed as error:
        raise ProbeFailed(*_explain(error.status, plan, visitor)) from error
    except TimeoutError as error:
        raise ProbeFailed(
            f"the handshake was not answered within {plan.timeout:g} s",
            f"Django at {uri} is likely to be slow or out of reach. API Gateway "
            "waits 29 s for it: --timeout 35 sees that through.",
        ) from error
    while (session := visitor.connections().first()) is None:
        if not watch.wait(POLL_SECONDS):
            raise ProbeFailed(
                "the socket is open, and its session is not in this database",
                f"The Django that answers at {uri} uses another database, or the "
                "$connect route does not lead to it. A view without tokens (USE_WS_TOKEN) can be "
                "probed only where browsers send the login cookie.",
            )
    return session


@contextmanager
def wait_for_end(visitor: Visitor, timeout: float) -> Iterator[None]:
    """Give ``$disconnect`` a moment in the end, so that it still finds its session."""
    try:
        yield
    finally:
        watch = Stopwatch(timeout)
        while visitor.connections().filter(connected=True).exists() and watch.wait(POLL_SECONDS):
            pass


def _explain(status: int, plan: Plan, visitor: Visitor) -> Explained:
    uri = plan.gateway.integration_url(CONNECT)
    fact, advice = explain_status(status, uri, is_local=plan.is_local)
    outcome = _rehearse(plan, visitor)
    refusal = outcome.refusal
    if refusal is not None and refusal.status == status:
        return f"{fact}: {refusal}", REFUSALS.get(refusal.code, "Look at the view.")
    if outcome.error and outcome.status == status:
        return f"{fact}: the view raised {outcome.error}", "Correct it; its log has the traceback."
    if status == 403:
        advice = _explain_forbidden(plan, uri)
    elif status in (400, 404) and outcome.passed:
        advice = _ELSEWHERE.format(uri=uri)
    if refusal is not None:
        advice += f" The checks of this process refuse it too: {refusal}."
    return fact, advice


def _rehearse(plan: Plan, visitor: Visitor) -> Replay:
    return replay(
        plan.gateway,
        visitor,
        origin=plan.origin,
        channel=plan.channel,
        headers=headers_of(plan, visitor),
    )


def _explain_forbidden(plan: Plan, uri: str) -> str:
    found = inspect_route(plan.gateway, CONNECT, plan.timeout)
    if found:
        return found
    django = f"Django at {uri} has another gateway secret than the integration of $connect sends"
    refused = "an authorizer, IAM or an API key on the $connect route"
    if found is None:
        return (
            f"AWS does not say more to this process. Either {django}, or API Gateway itself "
            f"refuses: the stage is not deployed, or {refused}."
        )
    return f"What AWS has looks right. Either {django}, or API Gateway itself refuses: {refused}."
