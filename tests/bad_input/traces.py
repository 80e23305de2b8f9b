"""What a request may be answered with, and what it may leave behind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django_aws_api_gateway_websockets.models import (
    ConnectionRateLimit,
    WebSocketSession,
    WebSocketToken,
)

from .sending import Sent

__all__ = ["Rows", "examine"]

REFUSED = {
    (400, "Invalid request headers"),
    (400, "Invalid connection ID"),
    (403, "Invalid request"),
    (405, ""),
}
CONNECT_REFUSED = REFUSED | {
    (400, "Host is not in AllowedHosts"),
    (400, "Host is not in Origin"),
    (400, "Invalid channel"),
    (400, "Invalid or expired token"),
    (400, "Invalid session"),
    (400, "Missing 1 headers"),
    (400, "Missing 2 headers"),
}
MESSAGE_REFUSED = REFUSED | {(400, "Invalid request format (1)")}
MESSAGE_REFUSED_IN_REPLY = {"invalid_format", "session_not_found", "event_type_mismatch"}
HANDLER_REFUSED = {(400, "Invalid channel")}
HANDLER_REFUSED_IN_REPLY = {"invalid_channel"}
"""What a handler of these views refuses: the message was accepted, and is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What events can change."""

    sessions: list[dict[str, Any]]
    tokens: list[bool]
    attempts: int

    @classmethod
    def now(cls) -> Rows:
        """Return what the database has now."""
        names = ("connection_id", "channel_name", "connected", "request_count", "user__username")
        return cls(
            sessions=list(WebSocketSession.objects.order_by("pk").values(*names)),
            tokens=list(WebSocketToken.objects.order_by("pk").values_list("used", flat=True)),
            attempts=ConnectionRateLimit.objects.count(),
        )


def examine(sent: Sent, answer: tuple[int, str], before: Rows, after: Rows) -> None:
    """Hold an answer and what is left of the request against what there may be."""
    if sent.method.upper() != "POST":
        examine_other_method(answer, before, after)
    elif sent.route == "connect":
        examine_connect(sent, answer, before, after)
    elif sent.route == "disconnect":
        examine_disconnect(answer, before, after)
    else:
        examine_message(answer, before, after)


def examine_other_method(answer: tuple[int, str], before: Rows, after: Rows) -> None:
    """What is not posted is no event."""
    assert answer in REFUSED or answer in {(400, ""), (403, "")}  # to HEAD
    assert after == before


def examine_connect(sent: Sent, answer: tuple[int, str], before: Rows, after: Rows) -> None:
    """A refused handshake leaves at most an attempt; an accepted one a session besides."""
    assert 0 <= after.attempts - before.attempts <= 1
    if answer in CONNECT_REFUSED:
        assert (after.sessions, after.tokens) == (before.sessions, before.tokens)
    else:
        assert answer == (200, "{}")
        assert after.sessions[:1] == before.sessions
        assert len(after.sessions) <= 2
        assert after.tokens == [sent.view == "plain"]
        assert after.attempts == before.attempts + 1


def examine_disconnect(answer: tuple[int, str], before: Rows, after: Rows) -> None:
    """A disconnect closes the one session, or leaves all as it is."""
    assert (after.tokens, after.attempts) == (before.tokens, before.attempts)
    if answer in REFUSED:
        assert after.sessions == before.sessions
    else:
        assert answer == (200, "{}")
        assert after.sessions == [{**before.sessions[0], "connected": False}]


def examine_message(answer: tuple[int, str], before: Rows, after: Rows) -> None:
    """A message that is accepted is counted, and may change its session's channel."""
    assert (after.tokens, after.attempts) == (before.tokens, before.attempts)
    code = error_in_reply(answer)
    if answer in MESSAGE_REFUSED or code in MESSAGE_REFUSED_IN_REPLY:
        assert after.sessions == before.sessions
        return
    assert answer[0] == 200 or answer in HANDLER_REFUSED
    assert code in ("", *HANDLER_REFUSED_IN_REPLY)
    assert after.sessions[0]["channel_name"] in ("", "room_2")
    changed = {"channel_name": after.sessions[0]["channel_name"], "request_count": 2}
    assert after.sessions == [{**before.sessions[0], **changed}]


def error_in_reply(answer: tuple[int, str]) -> str:
    """Return the code of an error that goes to a client which awaits a reply, or ""."""
    status, text = answer
    envelope: Any = json.loads(text) if status == 200 and text else None
    is_error = isinstance(envelope, dict) and envelope.get("ws") == "reply" and "error" in envelope
    return envelope["error"]["code"] if is_error else ""
