"""Route keys, route-selection expressions and what an integration sends to Django."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, NoReturn

__all__ = [
    "CONNECT",
    "CONNECTION_ID_HEADER",
    "CONTEXT_HEADERS",
    "DEFAULT",
    "DISCONNECT",
    "SECRET_HEADER",
    "evaluate_selection",
    "integration_uri",
    "request_parameters",
    "select_route",
]

CONNECT: Final = "$connect"
DISCONNECT: Final = "$disconnect"
DEFAULT: Final = "$default"

CONNECTION_ID_HEADER: Final = "connectionId"
"""Header that carries the connection id; API Gateway sends none unless it is mapped."""

SECRET_HEADER: Final = "X-Ws-Gateway-Secret"
"""Header that carries the secret shared by the gateway and Django."""

CONTEXT_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "X-Ws-Event-Type": "context.eventType",
        "X-Ws-Source-Ip": "context.identity.sourceIp",
        "X-Ws-Route-Key": "context.routeKey",
        "X-Ws-Connected-At": "context.connectedAt",
        "X-Ws-Request-Id": "context.requestId",
        "X-Ws-Message-Id": "context.messageId",
        "X-Ws-Api-Stage": "context.stage",
    }
)
"""Headers that every integration maps, and the context variable of each.

Source: API Gateway Developer Guide, "API Gateway WebSocket API mapping template reference".
"""

_TOKEN = re.compile(r"\\\$|\$\{(?P<braced>[^}]*)\}|\$(?P<bare>[\w.\-\[\]'\"]+)")
_STEP = re.compile(
    r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]|\[(?P<quote>['\"])(?P<key>.*?)(?P=quote)\]"
)
_BODY: Final = "request.body"


def evaluate_selection(expression: str, body: str) -> str:
    """Return what a selection expression makes of a message.

    Args:
        expression: for example ``$request.body.action``, ``${request.body.a}/${request.body.b}``,
            a static ``action`` or ``\\$default``.
        body: the message's text.

    A path that the message lacks, and every path of a text that is not JSON, gives an empty string;
    an array gives ``[item1, item2]``. Source: API Gateway Developer Guide, "Selection expressions".
    """
    result = _evaluate(expression, body)
    return _render_expression(expression, _MISSING) if result is None else result


def select_route(expression: str, body: str, route_keys: Collection[str]) -> str | None:
    """Return the key of the route that a message takes, or None when the API has none for it.

    Args:
        expression: the API's route selection expression.
        body: the message's text; one that is not JSON goes to ``$default``.
        route_keys: the keys of the routes of the API.

    A message never selects ``$connect`` or ``$disconnect``, whatever it says.
    Source: API Gateway Developer Guide, "Set up WebSocket API routes".
    """
    key = _evaluate(expression, body)
    if key in route_keys and key not in (CONNECT, DISCONNECT):
        return key
    return DEFAULT if DEFAULT in route_keys else None


def integration_uri(base: str, name: str) -> str:
    """Return the URI that an integration calls.

    Args:
        base: the gateway's target base endpoint, with or without a trailing slash.
        name: ``connect``, ``disconnect``, ``default`` or another name; a leading ``$`` is dropped.
    """
    return f"{base.rstrip('/')}/{name.removeprefix('$')}"


def request_parameters(secret: str | None) -> dict[str, str]:
    """Return the ``RequestParameters`` that every integration of a gateway has.

    A client can send any header that is not mapped, so all headers that Django trusts are here.

    Args:
        secret: the shared secret, sent as a static value; None or an empty one is left out.
    """
    headers = {CONNECTION_ID_HEADER: "context.connectionId", **CONTEXT_HEADERS}
    if secret:
        headers[SECRET_HEADER] = f"'{secret}'"
    return {f"integration.request.header.{name}": source for name, source in headers.items()}


_MISSING: Final = object()


def _evaluate(expression: str, body: str) -> str | None:
    """Return the expression's value, or None when the body is no JSON that can be handled."""
    try:
        return _render_expression(expression, json.loads(body, parse_constant=_refuse_constant))
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which JSON does not know."""
    raise ValueError(f"{name} is not JSON.")


def _render_expression(expression: str, document: Any) -> str:
    """Replace the variables of an expression by their values."""
    return _TOKEN.sub(lambda match: _render_variable(match, document), expression)


def _render_variable(match: re.Match[str], document: Any) -> str:
    """Return the text of one variable, or the dollar sign of an escaped one."""
    variable = match["braced"] or match["bare"]
    if variable is None:
        return "$" if match[0] == r"\$" else ""
    if not variable.startswith(_BODY):
        return ""
    value = _look_up(variable.removeprefix(_BODY), document)
    return "" if value is _MISSING or value is None else _to_text(value)


def _look_up(path: str, document: Any) -> Any:
    """Follow a JSONPath such as ``.a.b[0]['c']``; _MISSING when it leads nowhere."""
    if _STEP.sub("", path):
        return _MISSING
    for step in _STEP.finditer(path):
        document = _take_step(step, document)
    return document


def _take_step(step: re.Match[str], value: Any) -> Any:
    """Return a member of an object or an item of an array."""
    if step["index"] is not None:
        index = int(step["index"])
        return value[index] if isinstance(value, list) and index < len(value) else _MISSING
    name = step["name"] or step["key"]
    return value.get(name, _MISSING) if isinstance(value, dict) else _MISSING


def _to_text(value: Any) -> str:
    """Return a JSON value as API Gateway writes it: strings bare, arrays as ``[a, b]``."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(_to_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_to_text(item)}' for key, item in value.items())}}}"
    return json.dumps(value)
