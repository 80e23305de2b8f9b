"""Very many posts to a server that misbehaves at random, and each recipient is counted once."""

from __future__ import annotations

import os
import random
import ssl
from collections import Counter
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession
from django_aws_api_gateway_websockets.testing import create_gateway

from .sink import ACCEPT, GONE, Answer, End, Post, Sink, answer, refuse

__all__ = ["TestChaos"]

COUNT = int(os.environ.get("CHAOS_POSTS", "2000"))
SEED = 5
BACKEND = "django_aws_api_gateway_websockets.transports.apigateway.APIGatewayTransport"
SETTINGS = {"transport": {"BACKEND": BACKEND, "OPTIONS": {"read_timeout": 4}}}

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
HEAD, TAIL = b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 0\r\n\r\n"
LYING = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}"
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n"

#: What happens to a post, how often in a thousand, and whether its message arrives all the same.
DELIVERED = {
    answer(200, "Connection: close", end=End.CLOSE): 10,
    Answer(parts=(HEAD, TAIL)): 20,
    Answer(parts=(CHUNKED,)): 10,
    Answer(parts=(ENDLESS,)): 10,
    Answer(parts=(LYING,), end=End.CLOSE): 5,
    Answer(parts=(HEAD,), end=End.RESET): 5,
    Answer(end=End.RESET): 5,
    Answer(end=End.CLOSE): 5,
    Answer(end=End.HANG): 2,
}
"""The message arrives, whatever the answer says."""

WHOLE = {reply for reply in DELIVERED if b"Content-Length: 0\r\n\r\n" in b"".join(reply.parts)}
"""The answer says so in full."""

LOST = {
    refuse(500, "InternalServerErrorException"): 10,
    refuse(503, "ServiceUnavailableException"): 5,
    refuse(429, "LimitExceededException"): 10,
    Answer(parts=(b"SSH-2.0-OpenSSH\r\n",), end=End.CLOSE): 2,
}
"""The message does not arrive."""


class Chaos:
    """Decides by chance, and keeps who has got how many messages."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.unclear: set[str] = set()
        self._random = random.Random(SEED)
        answers = {**DELIVERED, **LOST}
        self._answers = [*answers, ACCEPT]
        self._weights = [*answers.values(), 1000 - sum(answers.values())]

    def reply(self, post: Post) -> Answer:
        """Answer a post."""
        if is_gone(post.connection_id):
            return GONE
        [reply] = self._random.choices(self._answers, self._weights)
        if reply not in LOST:
            self.arrived[post.connection_id] += 1
        if reply in DELIVERED and reply not in WHOLE:
            self.unclear.add(post.connection_id)
        return reply


def is_gone(connection_id: str) -> bool:
    """Return whether the sink has no such connection."""
    return connection_id.endswith("7")


@pytest.mark.usefixtures("db", "trusted")
class TestChaos:
    def test_counts_everybody_once(self, server_context: ssl.SSLContext) -> None:
        """Who can be reached is, once unless an answer was lost, and all numbers add up."""
        chaos = Chaos()
        with Sink(chaos.reply, server_context) as sink, override_settings(WEBSOCKETS=SETTINGS):
            gateway = create_gateway(api_endpoint=f"wss://127.0.0.1:{sink.port}", stage_name="live")
            connect_many(gateway)
            report = WebSocketSession.objects.send_message({})

        everybody = {f"c{number}" for number in range(COUNT)}
        gone = {name for name in everybody if is_gone(name)}
        assert (report.sent, report.gone) == (COUNT - len(gone), len(gone))
        assert report.failed + report.not_ready + report.skipped == 0
        assert chaos.arrived.keys() == everybody - gone
        assert {name for name, times in chaos.arrived.items() if times > 1} <= chaos.unclear
        assert WebSocketSession.objects.filter(connected=True).count() == report.sent


def connect_many(gateway: ApiGateway) -> None:
    """Store connections that have been open for long."""
    WebSocketSession.objects.bulk_create(
        WebSocketSession(connection_id=f"c{number}", api_gateway=gateway) for number in range(COUNT)
    )
    WebSocketSession.objects.update(created_on=timezone.now() - timedelta(minutes=5))
