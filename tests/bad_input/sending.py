"""What anyone can send to a view: a request that is as it should be, but for a part or two."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from ..inbound import CONNECTION_ID, EVENT_HEADERS, HANDSHAKE_HEADERS

__all__ = ["COOKIE", "SECRET", "TOKEN", "Sent", "request", "requests"]

COOKIE = "sessionid=<session key>"
"""The cookie of the login session; whoever sends the request knows its key."""

SECRET = "s" * 32
TOKEN = "<token>"
"""The token; whoever sends the request knows one."""

KINDS = {"connect": "CONNECT", "disconnect": "DISCONNECT", "message": "MESSAGE"}
NEW_CONNECTION_ID = "newConnectionId="
MAPPED_HEADERS = {
    "X-Ws-Api-Stage": "production",
    "X-Ws-Connected-At": "1700000000000",
    "X-Ws-Gateway-Secret": SECRET,
    "X-Ws-Message-Id": "L0SM9cOFvHcCIhw=",
    "X-Ws-Request-Id": "L0SM9cOFvHcCIhw=",
    "X-Ws-Route-Key": "$default",
    "X-Ws-Source-Ip": "203.0.113.7",
}
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as a server hands it on.

    Args:
        view: which view it is for.
        route: what the URL names; text, for servers decode paths.
        query: the bytes of the query string, as text of Latin-1.
        headers: by their names; text of Latin-1, for servers decode them so.
    """

    view: str
    method: str
    route: str
    query: str
    headers: dict[str, str]
    body: bytes


# What servers let through: any byte but those that would end the header.
HEADER_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\0\r\n"), max_size=20)
TEXT = st.text(max_size=20)
LONE_SURROGATE = st.sampled_from(["\ud800", "room_\udfff", "\udc00\ud800"])
NUL = st.sampled_from(["\0", "room\0", "\0" * 128])
LONG = st.sampled_from(["x" * 128, "x" * 129, "x" * 8_000, "\U0001f600" * 2_000])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | LONE_SURROGATE | NUL | LONG,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=4,
)

METHODS = st.sampled_from(
    ["BREW", "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT", "TRACE", "post"]
)
ROUTES = TEXT | NUL | LONG | st.sampled_from(["", "Connect", "connect/", "$connect", "\n"])
CONNECTION_IDS = (
    st.sampled_from([CONNECTION_ID, NEW_CONNECTION_ID, "=", "-", "_", "-_=", "x" * 128, "x" * 129])
    | st.sampled_from(["\0", "a\0", "\xe9", f"{CONNECTION_ID},{CONNECTION_ID}", " ", "a b", "%00"])
    | HEADER_TEXT
)


def _header_changes(value: str) -> st.SearchStrategy[str | None]:
    """Return what may become of a header: missing, empty, doubled, long, foreign or anything."""
    changed = ["", f"{value},{value}", f"{value}," + "x" * 8_000, "x" * 8_000]
    foreign = [f"{value}\xe9", "\xff\xfe", f"{value},", f",{value}", f"{value}, evil.example"]
    return st.none() | st.sampled_from([*changed, *foreign]) | HEADER_TEXT


CONTENT_TYPES = st.sampled_from(
    [f"application/json; charset={name}" for name in ("utf-8", "latin-1", "utf-16", "utf-7", "x")]
    + ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/plain"]
)
"""Django decodes the query string as this header says; it fails itself where that is no text."""

CONTENT_LENGTHS = st.sampled_from([None, "", "0", "1", "100000"])
"""A server lets no others through."""

# Query strings.

ENCODED = (
    st.sampled_from([TOKEN, "room_1", "", "%00", "%ED%A0%80", "%zz", "%", "%ff", "+", "room%0a"])
    | (TEXT | LONG).map(quote)
    | st.binary(max_size=20).map(lambda data: data.decode("latin-1"))
)
PAIRS = st.tuples(st.sampled_from(["channel", "ws_token", "x", "", "%00", "ws_token[]"]), ENCODED)
QUERIES = st.lists(PAIRS.map("=".join), max_size=6).map("&".join) | st.sampled_from(
    [
        "channel=" + "x" * 65_536,
        "ws_token=" + "%00" * 21_845,
        f"ws_token={TOKEN}&ws_token={TOKEN}&channel=a&channel=b",
        "&" * 999,
        "=" * 65_536,
    ]
)

# Bodies.

HANDLERS = st.sampled_from(["default", "echo", "change_channel", "connect", "_private", "__init__"])
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "action": HANDLERS | JSON,
    "handler": HANDLERS | JSON,
    "id": st.just("c7") | JSON,
    "channel": st.just("room_2") | JSON,
    "value": JSON,
    "ws": st.just("ping") | JSON,
}
OBJECTS = st.fixed_dictionaries({}, optional=MEMBERS).map(lambda data: json.dumps(data).encode())
EXTREMES = st.sampled_from(
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        '{"action": "é"}'.encode("latin-1"),
        '{"action": "é"}'.encode("utf-16"),
        b'{"action": "x"}'.ljust(131_072),
        b'{"action": "x"}'.ljust(131_073),
        b'{"action": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"action": "x", "value": ' + b'{"a": ' * 10_000 + b"1" + b"}" * 10_001,
        b'{"action": NaN, "handler": -Infinity, "id": 1e999}',
        b'{"action": "default", "action": "change_channel", "handler": {}, "handler": []}',
        rb'{"action": "\ud800", "handler": "\udfff", "id": "\ud800", "channel": "\ud800"}',
        b'{"action": ' + b"9" * 5_000 + b', "handler": -' + b"9" * 4_000 + b"}",
    ]
)
BODIES = OBJECTS | EXTREMES | JSON.map(lambda data: json.dumps(data).encode()) | st.binary()


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """Return requests that are as API Gateway's are, but for at most three parts."""
    view = draw(st.sampled_from(["plain", "many"]))
    sent = _usual(view, draw(st.sampled_from(sorted(KINDS))))
    for part in draw(st.lists(st.sampled_from(_PARTS), max_size=3, unique=True)):
        part(draw, sent)
    return _finished(sent)


def request(kind: str, *, headers: Mapping[str, str] = _NONE, **parts: Any) -> Sent:
    """Return one that is as API Gateway's are, but for what is given."""
    sent = {**_usual("plain", kind), **parts}
    sent["headers"].update(headers)
    return _finished(sent)


def _usual(view: str, kind: str) -> dict[str, Any]:
    return {
        "view": view,
        "method": "POST",
        "route": kind,
        "query": f"ws_token={TOKEN}&channel=room_1" if kind == "connect" else "",
        "headers": _headers_of(kind),
        "body": b'{"action": "chat"}' if kind == "message" else b"",
    }


def _finished(sent: dict[str, Any]) -> Sent:
    sent["headers"].setdefault("Content-Length", str(len(sent["body"])))
    present = {name: value for name, value in sent["headers"].items() if value is not None}
    return Sent(**{**sent, "headers": present})


def _headers_of(kind: str) -> dict[str, str | None]:
    common = {**EVENT_HEADERS, **MAPPED_HEADERS, "X-Ws-Event-Type": KINDS[kind]}
    if kind != "connect":
        return {**common}
    handshake = {**HANDSHAKE_HEADERS, "Cookie": COOKIE, "connectionId": NEW_CONNECTION_ID}
    return {**common, **handshake}


def _break_header(draw: st.DrawFn, sent: dict[str, Any]) -> None:
    names = {*sent["headers"], "Origin", "Cookie", "X-Forwarded-Host"} - _WITH_VALUES_OF_ITS_OWN
    name = draw(st.sampled_from(sorted(names)))
    sent["headers"][name] = draw(_header_changes(sent["headers"].get(name) or ""))


def _breaking(part: str, values: st.SearchStrategy[Any]) -> Callable[..., None]:
    def change(draw: st.DrawFn, sent: dict[str, Any]) -> None:
        sent[part] = draw(values)

    return change


def _breaking_header(name: str, values: st.SearchStrategy[Any]) -> Callable[..., None]:
    def change(draw: st.DrawFn, sent: dict[str, Any]) -> None:
        sent["headers"][name] = draw(values)

    return change


_WITH_VALUES_OF_ITS_OWN = {"connectionId", "Content-Length", "Content-Type"}
_PARTS = (
    _break_header,
    _breaking_header("connectionId", CONNECTION_IDS),
    _breaking_header("Content-Length", CONTENT_LENGTHS),
    _breaking_header("Content-Type", CONTENT_TYPES),
    _breaking("body", BODIES),
    _breaking("method", METHODS),
    _breaking("query", QUERIES),
    _breaking("route", ROUTES),
)
