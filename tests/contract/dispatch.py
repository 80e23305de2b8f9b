"""The contract's table 3.4, with what section 10 changes: from any event to its answer."""

from __future__ import annotations

from collections.abc import Mapping

from ..inbound import EVENT_HEADERS
from .world import (
    CONNECTED,
    SECRET,
    Row,
    believed,
    changed_password,
    closed_session,
    deactivated,
    each,
    of_another_gateway,
    passed,
    refused,
    secret,
    two_way,
    unprovisioned,
    unusable_secret,
    without_row,
)

__all__ = ["DISPATCH"]

WRONG_SECRET = refused(403, "Invalid request", "invalid_secret", gateway="unknown")
WRONG_HEADERS = refused(400, "Invalid request headers", "missing_headers", gateway="unknown")
WRONG_GATEWAY = refused(400, "Invalid request headers", "unknown_gateway", gateway="unknown")
WRONG_TYPE = refused(400, "Invalid request headers", "event_type_mismatch")
NOT_FOUND = refused(400, "Invalid connection ID", "session_not_found")
LOGIN_ENDED = refused(400, "Invalid connection ID", "login_ended")
NO_FORMAT = refused(400, "Invalid request format (1)", "invalid_format")

DISPATCH: Mapping[str, Row] = {
    # 1. Gateway secret, only if configured.
    **each("3.4/1 no secret", given=(secret,), **WRONG_SECRET),
    **each(
        "3.4/1 wrong secret",
        given=(secret,),
        headers={"X-Ws-Gateway-Secret": "t" * 32},
        **WRONG_SECRET,
    ),
    **each(
        "3.4/1 11/4 unusable secret",
        given=(unusable_secret,),
        headers={"X-Ws-Gateway-Secret": "7"},
        **WRONG_SECRET,
    ),
    "3.4/1 right secret": Row(
        route="connect", given=(secret,), headers={"X-Ws-Gateway-Secret": SECRET}, **CONNECTED
    ),
    # 2. Required headers, presence only.
    **{
        name: row
        for header in sorted(EVENT_HEADERS.keys() - {"X-Forwarded-Port"})
        for name, row in each(
            f"3.4/2 10 no {header}", headers={header: None}, **WRONG_HEADERS
        ).items()
    },
    "3.4/2 empty header": Row(route="connect", headers={"User-Agent": ""}, **CONNECTED),
    "3.4/2 10 no X-Real-Ip, no X-Forwarded-Port": Row(
        route="connect", headers={"X-Forwarded-Port": None}, **CONNECTED
    ),
    # 3. Gateway.
    **each("3.4/3 no row", headers={"X-Amzn-Apigateway-Api-Id": "unknown"}, **WRONG_GATEWAY),
    **each(
        "3.4/3 10 empty id",
        given=(unprovisioned,),
        headers={"X-Amzn-Apigateway-Api-Id": ""},
        **WRONG_GATEWAY,
    ),
    **each("3.4/3 pinned to another", having={"aws_api_gateway_id": "two"}, **WRONG_GATEWAY),
    "3.4/3 pinned without row (connect)": Row(
        route="connect",
        given=(without_row,),
        having={"aws_api_gateway_id": EVENT_HEADERS["X-Amzn-Apigateway-Api-Id"]},
        **CONNECTED,
    ),
    "3.4/3 pinned without row (message)": Row(
        route="message",
        given=(without_row,),
        having={"aws_api_gateway_id": EVENT_HEADERS["X-Amzn-Apigateway-Api-Id"]},
        **passed('{"said": true}'),
    ),
    "3.4/3 pinned without row (disconnect)": Row(
        route="disconnect",
        given=(without_row,),
        having={"aws_api_gateway_id": EVENT_HEADERS["X-Amzn-Apigateway-Api-Id"]},
        **passed(),
    ),
    # 4. Method.
    **{
        name: row
        for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
        for name, row in each(f"3.4/4 10 {method}", method=method, status=405, text="").items()
    },
    # 5. Connects and disconnects.
    "3.4/5 user agent": Row(
        route="connect",
        having={"CHECK_CONNECT_USERAGENT": True},
        headers={"User-Agent": "curl/8"},
        **refused(400, "Unexpected Useragent", "unexpected_useragent"),
    ),
    "3.4/5 user agent, not checked by default": Row(
        route="connect", headers={"User-Agent": "curl/8"}, **CONNECTED
    ),
    "3.4/5 user agent, not checked on messages": Row(
        route="message",
        having={"CHECK_CONNECT_USERAGENT": True},
        headers={"User-Agent": "curl/8"},
        **passed('{"said": true}'),
    ),
    "3.4/5 known disconnect": Row(route="disconnect", **passed()),
    "3.4/5 repeated disconnect": Row(route="disconnect", given=(closed_session,), **passed()),
    "3.4/5 unknown disconnect": Row(
        route="disconnect", headers={"connectionId": "unknown"}, **NOT_FOUND
    ),
    "3.4/5 disconnect of another gateway": Row(
        route="disconnect", given=(of_another_gateway,), **NOT_FOUND
    ),
    # 6. Messages that name a handler.
    "3.4/6 unknown session": Row(route="message", headers={"connectionId": "no"}, **NOT_FOUND),
    "3.4/6 closed session": Row(route="message", given=(closed_session,), **NOT_FOUND),
    "3.4/6 session of another gateway": Row(
        route="message", given=(of_another_gateway,), **NOT_FOUND
    ),
    "3.4/6 deactivated user": Row(route="message", given=(deactivated,), **LOGIN_ENDED),
    "3.4/6 changed password": Row(route="message", given=(changed_password,), **LOGIN_ENDED),
    "3.4/6 view permissions": Row(
        route="message",
        having={"permissions_required": ["auth.view_group"]},
        **refused(403, "Permission Denied", "permission_denied"),
    ),
    # 7. Messages that name none.
    "3.4/7 neither key": Row(route="message", message={"text": "x"}, **NO_FORMAT),
    "3.4/7 no JSON object": Row(route="message", message=[1], **NO_FORMAT),
    "3.4/7 before the session": Row(
        route="message", message={}, headers={"connectionId": "unknown"}, **NO_FORMAT
    ),
    # 8. The handler's answer.
    "3.4/8 nothing": Row(route="message", message={"action": "default"}, **passed()),
    "3.4/8 10 nothing, two-way": Row(
        route="message", given=(two_way,), message={"action": "default"}, **passed("")
    ),
    "3.4/8 10 dictionary": Row(route="message", **passed('{"said": true}')),
    # Differences without a row of their own in 3.4.
    "10 handler wins": Row(
        route="message", message={"handler": "default", "action": "say"}, **passed()
    ),
    "10 unknown handler": Row(
        route="message", message={"handler": "bad", "action": "say"}, **passed()
    ),
    "10 unknown handler, strict": Row(
        route="message",
        having={"STRICT_HANDLERS": True},
        message={"handler": "bad"},
        **refused(400, "Unknown handler", "unknown_handler"),
    ),
    **each(
        "D6 URL of another event",
        given=(believed,),
        headers={"X-Ws-Gateway-Secret": SECRET, "X-Ws-Event-Type": "OTHER"},
        **WRONG_TYPE,
    ),
}
