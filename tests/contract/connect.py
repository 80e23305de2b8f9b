"""The contract's table 3.5, with what sections 10 and 11 change: the checks of a handshake."""

from __future__ import annotations

from collections.abc import Mapping

from .world import (
    CONNECTED,
    OPENED_ID,
    Closed,
    Row,
    connected_before,
    deactivated,
    default_channel,
    expired_token,
    listed_origins,
    other_hosts,
    other_login,
    passed,
    permitted_hosts,
    refused,
    staff_channel,
    taken,
    used_token,
    visitor,
)

__all__ = ["CONNECT"]

OPEN = {"USE_WS_TOKEN": False}
TOO_MANY = refused(400, "Too many connection attempts", "rate_limited", attempt="failed")
WRONG_ID = refused(400, "Invalid connection ID", "invalid_connection_id")
WRONG_HOST = refused(400, "Host is not in AllowedHosts", "host_not_allowed", attempt="failed")
WRONG_ORIGIN = refused(400, "Host is not in Origin", "origin_not_allowed", attempt="failed")
WRONG_CHANNEL = refused(400, "Invalid channel", "invalid_channel", attempt="failed")
WRONG_TOKEN = refused(400, "Invalid or expired token", "invalid_token", attempt="failed")
DENIED = refused(403, "Permission Denied", "channel_denied", attempt="failed")

CONNECT: Mapping[str, Row] = {
    # 1. Rate.
    "3.5/1 too many of an address": Row(
        route="connect",
        given=(connected_before, other_login),
        having={"RATE_LIMIT_MAX_ATTEMPTS": 1},
        **TOO_MANY,
    ),
    "3.5/1 too many of a user": Row(
        route="connect",
        given=(connected_before,),
        having={"RATE_LIMIT_MAX_ATTEMPTS": 1},
        headers={"X-Forwarded-For": "198.51.100.4"},
        **TOO_MANY,
    ),
    "3.5/1 limit off": Row(
        route="connect",
        given=(connected_before,),
        having={"RATE_LIMIT_MAX_ATTEMPTS": 1, "RATE_LIMIT_ENABLED": False},
        **passed(),
    ),
    # 2. Headers of a handshake.
    "3.5/2 10 one missing": Row(
        route="connect",
        headers={"Sec-WebSocket-Key": None},
        **refused(400, "Missing 1 headers", "missing_connection_headers"),
    ),
    "3.5/2 10 two missing": Row(
        route="connect",
        headers={"Sec-WebSocket-Key": None, "Sec-WebSocket-Version": None},
        **refused(400, "Missing 2 headers", "missing_connection_headers"),
    ),
    "3.5/2 10 no Cookie, no Origin, no extensions": Row(
        route="connect", given=(visitor,), having=OPEN, headers={"Origin": None}, **CONNECTED
    ),
    # 3. Connection id.
    "3.5/3 empty id": Row(route="connect", headers={"connectionId": ""}, **WRONG_ID),
    "3.5/3 129 characters": Row(route="connect", headers={"connectionId": "x" * 129}, **WRONG_ID),
    "3.5/3 other character": Row(route="connect", headers={"connectionId": "a.b"}, **WRONG_ID),
    "3.5/3 128 characters": Row(
        route="connect", headers={"connectionId": "=_-".ljust(128, "x")}, **CONNECTED
    ),
    # 4. Host.
    "3.5/4 10 host": Row(
        route="connect", given=(other_hosts,), headers={"Host": "evil.example"}, **WRONG_HOST
    ),
    "3.5/4 10 host below a domain": Row(
        route="connect",
        given=(permitted_hosts,),
        headers={"Host": "www.example.com:8000", "Origin": "https://www.example.com:8000"},
        **CONNECTED,
    ),
    # 5. Origin.
    **{
        f"3.5/5 10 origin {origin}": Row(
            route="connect", headers={"Origin": origin}, **WRONG_ORIGIN
        )
        for origin in ("http://evil.example", "http://testserver:8000", "ftp://testserver", "null")
    },
    "3.5/5 10 no origin, but a cookie": Row(
        route="connect", headers={"Origin": None}, **WRONG_ORIGIN
    ),
    "3.5/5 10 other origin, without a cookie": Row(
        route="connect",
        given=(visitor,),
        having=OPEN,
        headers={"Origin": "http://evil.example"},
        **WRONG_ORIGIN,
    ),
    "3.5/5 origin below the host": Row(
        route="connect", headers={"Origin": "https://app.testserver"}, **CONNECTED
    ),
    "3.5/5 10 origin in the list": Row(
        route="connect",
        given=(listed_origins,),
        headers={"Origin": "https://www.example.com"},
        **CONNECTED,
    ),
    "3.5/5 10 host's origin, not in the list": Row(
        route="connect", given=(listed_origins,), **WRONG_ORIGIN
    ),
    # 6. Channel.
    "3.5/6 invalid channel": Row(route="connect", query={"channel": "a b"}, **WRONG_CHANNEL),
    "3.5/6 129 characters": Row(route="connect", query={"channel": "x" * 129}, **WRONG_CHANNEL),
    "3.5/6 11/3 line break": Row(route="connect", query={"channel": "room\n"}, **WRONG_CHANNEL),
    "3.5/6 invalid default channel": Row(
        route="connect", given=(default_channel,), query={"channel": ""}, **WRONG_CHANNEL
    ),
    "3.5/6 no channel": Row(route="connect", query={"channel": ""}, **CONNECTED),
    # 7. Login session.
    "3.5/7 no login session": Row(
        route="connect",
        given=(visitor,),
        **refused(400, "Invalid session", "no_login_session"),
    ),
    # 8. Token.
    "3.5/8 10 no token": Row(route="connect", query={"ws_token": ""}, **WRONG_TOKEN),
    "3.5/8 10 unknown token": Row(route="connect", query={"ws_token": "0" * 64}, **WRONG_TOKEN),
    "3.5/8 10 used token": Row(route="connect", given=(used_token,), **WRONG_TOKEN),
    "3.5/8 10 expired token": Row(route="connect", given=(expired_token,), **WRONG_TOKEN),
    "3.5/8 10 another login's token": Row(route="connect", given=(other_login,), **WRONG_TOKEN),
    "3.5/8 10 inactive user": Row(route="connect", given=(deactivated,), **WRONG_TOKEN),
    # 9. Permissions.
    "3.5/9 view permissions": Row(
        route="connect",
        having={
            "CHECK_PERMISSIONS_ON_CONNECT": True,
            "permissions_required": ["auth.view_group"],
        },
        **refused(403, "Permission Denied", "permission_denied", attempt="failed"),
    ),
    "3.5/9 view permissions, not checked by default": Row(
        route="connect", having={"permissions_required": ["auth.view_group"]}, **CONNECTED
    ),
    "3.5/9 channel": Row(route="connect", given=(staff_channel,), **DENIED),
    "3.5/9 unlisted channel": Row(
        route="connect", having={"ALLOW_UNLISTED_CHANNELS": False}, **DENIED
    ),
    # 10. The project's own checks.
    "3.5/10 additional check": Row(
        route="connect",
        view=Closed,
        **refused(400, "Come back tomorrow", "additional_check", attempt="failed"),
    ),
    # 11. The session.
    "3.5/11 accepted": Row(route="connect", **CONNECTED),
    "11/2 somebody else's connection": Row(
        route="connect",
        given=(taken,),
        headers={"connectionId": OPENED_ID},
        **refused(400, "Invalid connection ID", "connection_id_taken", attempt="failed"),
    ),
    "11/2 the same connection again": Row(
        route="connect", headers={"connectionId": OPENED_ID}, **CONNECTED
    ),
}
