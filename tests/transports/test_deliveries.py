"""One message to many: what the fan-out settles, what boto3 is asked, and when all is given up."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import NamedTuple

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    Throttled,
    TransportError,
)
from django_aws_api_gateway_websockets.transports.apigateway import APIGatewayTransport
from django_aws_api_gateway_websockets.transports.fanout.loop import get_fanout

from .sink import ACCEPT, GONE, Answer, End, Post, Sink, answer, refuse

__all__ = ["TestFallback", "TestGivingUp", "TestOutcomes", "TestPace"]

THROTTLED = refuse(429, "LimitExceededException")
BROKEN = refuse(500, "InternalServerErrorException")


class Someone(NamedTuple):
    """A recipient."""

    management_url: str
    connection_id: str


def people(url: str, count: int = 1) -> list[Someone]:
    """Return as many recipients of one stage."""
    return [Someone(url, f"c{number}") for number in range(count)]


def send(
    recipients: Sequence[Someone],
    transport: APIGatewayTransport | None = None,
    payload: bytes = b"{}",
    **options: int,
) -> dict[str, Exception | None]:
    """Send to all, ten in a chunk; return what went wrong by connection."""
    chunks = [recipients[at : at + 10] for at in range(0, len(recipients), 10)]
    transport = transport or APIGatewayTransport(max_retries=0)
    sent = list(transport.send_many(chunks, payload, **options))
    assert sorted(recipient for recipient, _ in sent) == sorted(recipients)
    return {recipient.connection_id: error for recipient, error in sent}


def in_turn(*answers: Answer) -> Callable[[Post], Answer]:
    """Return what gives these answers, the last of them for ever."""
    left = list(answers)
    return lambda post: left.pop(0) if len(left) > 1 else left[0]


def who_asked(sink: Sink) -> list[str]:
    """Return by whom the posts came."""
    return ["fan-out" if post.is_fast else "boto3" for post in sink.posts]


class Deaf(Sink):
    """Takes connections, and reads nothing."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wait for the end of the test."""
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        self.writers.append(writer)
        await writer.wait_closed()


class Gauge:
    """Counts the posts that are under way."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = Lock()

    def chunks(self, recipients: Sequence[Someone]) -> Iterator[list[Someone]]:
        """Yield each recipient alone."""
        for recipient in recipients:
            with self._lock:
                self._now += 1
                self.most = max(self.most, self._now)
            yield [recipient]

    def done(self) -> None:
        """Take note of an answer."""
        with self._lock:
            self._now -= 1


class TestOutcomes:
    """What the fan-out finds out by itself."""

    def test_accepted(self) -> None:
        """All get the message, and boto3 is not asked."""
        with Sink() as sink:
            errors = send(people(sink.url, 25))

        assert set(errors.values()) == {None}
        assert sorted(post.connection_id for post in sink.posts) == sorted(errors)
        assert {post.body for post in sink.posts} == {b"{}"}
        assert set(who_asked(sink)) == {"fan-out"}

    def test_over_tls(self, server_context: ssl.SSLContext, trusted: None) -> None:
        """The server is who it should be."""
        with Sink(context=server_context) as sink:
            errors = send(people(sink.url, 25))

        assert (set(errors.values()), set(who_asked(sink))) == ({None}, {"fan-out"})

    @pytest.mark.parametrize(("reply", "kind"), [(GONE, ConnectionGone), (THROTTLED, Throttled)])
    def test_refused(self, reply: Answer, kind: type[TransportError]) -> None:
        """What is clear is not asked again; the error names the connection."""
        with Sink(lambda post: reply) as sink:
            errors = send(people(sink.url))

        error = errors["c0"]
        assert isinstance(error, kind)
        assert (error.connection_id, who_asked(sink)) == ("c0", ["fan-out"])

    def test_of_several_stages(self) -> None:
        """Each has its own lane."""
        with Sink() as one, Sink(lambda post: GONE) as other:
            errors = send([Someone(one.url, "a"), Someone(other.url, "b"), Someone(one.url, "c")])

        assert (errors["a"], errors["c"], type(errors["b"])) == (None, None, ConnectionGone)

    def test_accepted_in_an_unusual_way(self) -> None:
        """Who says 200 has the message, however strange the rest: it is not sent again."""
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        with Sink(lambda post: Answer(parts=(chunked,))) as sink:
            errors = send(people(sink.url, 3))

        assert (set(errors.values()), len(sink.posts)) == ({None}, 3)

    def test_accepted_for_the_last_time(
        self, server_context: ssl.SSLContext, trusted: None
    ) -> None:
        """An answer counts that comes together with the end of the connection."""
        last = answer(200, "Connection: close", end=End.CLOSE)
        with Sink(lambda post: last, server_context) as sink:
            errors = send(people(sink.url, 100))

        assert (set(errors.values()), len(sink.posts)) == ({None}, 100)

    def test_accepted_before_the_end(self) -> None:
        """An answer that is cut off after its head says enough."""
        cut = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        with Sink(lambda post: Answer(parts=(cut,), end=End.CLOSE)) as sink:
            errors = send(people(sink.url))

        assert (errors, len(sink.posts)) == ({"c0": None}, 1)


class TestFallback:
    """What boto3 finds out."""

    @pytest.mark.parametrize(
        "first",
        [
            BROKEN,
            answer(403),
            Answer(end=End.CLOSE),
            Answer(end=End.RESET),
            Answer(parts=(b"HTTP/1.1 200",), end=End.CLOSE),
            Answer(parts=(b"SSH-2.0-OpenSSH\r\n\r\n",)),
        ],
    )
    def test_asks_again(self, first: Answer) -> None:
        """Where the first answer does not settle it, the second does."""
        with Sink(in_turn(first, ACCEPT)) as sink:
            errors = send(people(sink.url))

        assert (errors, who_asked(sink)) == ({"c0": None}, ["fan-out", "boto3"])

    def test_goes_on_when_the_fan_out_has_ended(self) -> None:
        """Whoever ends it loses no message of other threads."""

        def chunks() -> Iterator[list[Someone]]:
            yield people(sink.url, 3)
            get_fanout().close()
            yield people(sink.url, 2)

        with Sink() as sink:
            sent = list(APIGatewayTransport().send_many(chunks(), b"{}"))

        assert [error for _, error in sent] == [None] * 5
        assert who_asked(sink)[-2:] == ["boto3"] * 2

    def test_says_what_is_wrong(self) -> None:
        """Its errors are those of a single message."""
        with Sink(lambda post: refuse(403, "ForbiddenException")) as sink:
            errors = send(people(sink.url))

        assert isinstance(errors["c0"], AccessDenied)

    def test_is_all_there_is(self) -> None:
        """The option turns the fan-out off."""
        with Sink() as sink:
            errors = send(people(sink.url, 3), APIGatewayTransport(fast=False))

        assert (set(errors.values()), set(who_asked(sink))) == ({None}, {"boto3"})

    def test_goes_through_the_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who needs a proxy is not posted to past it."""
        with Sink() as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
            errors = send(people("http://abc.execute-api.eu-west-1.amazonaws.com/live"))

        assert (errors, who_asked(proxy)) == ({"c0": None}, ["boto3"])

    def test_says_that_there_is_no_region(self, settings: Settings) -> None:
        """What the fan-out cannot know, boto3 cannot either."""
        settings.AWS_GATEWAY_REGION_NAME = None

        errors = send(people("https://ws.example.com"))

        assert isinstance(errors["c0"], RuntimeError)

    def test_takes_ids_that_have_no_path(self) -> None:
        """An id that would be another path is not posted to by the fan-out."""
        with Sink() as sink:
            errors = send([Someone(sink.url, ".."), Someone(sink.url, "a")])

        assert (set(errors.values()), set(who_asked(sink))) == ({None}, {"boto3"})

    def test_lets_misconfiguration_through(self, settings: Settings) -> None:
        """Nothing can be sent to anybody, so nobody is counted."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "endpoint_url": "http://127.0.0.1:9000"}

        with pytest.raises(ImproperlyConfigured):
            send(people("https://abc.execute-api.eu-west-1.amazonaws.com/live"))


class TestGivingUp:
    """A gateway that does not answer keeps nobody waiting for long."""

    def test_where_nobody_listens(self) -> None:
        """All fail, after a few attempts."""
        with Sink() as sink:
            url = sink.url
        begun = time.monotonic()

        errors = send(people(url, 2000))

        assert {type(error) for error in errors.values()} == {EndpointUnreachable}
        assert time.monotonic() - begun < 20  # 2,000 attempts of boto3 would take longer

    def test_where_nothing_is_said(self) -> None:
        """Posts that wait behind silent ones are not begun."""
        with Sink(lambda post: Answer(end=End.HANG)) as sink:
            errors = send(people(sink.url, 500), APIGatewayTransport(max_retries=0, read_timeout=1))

        assert {type(error) for error in errors.values()} == {EndpointUnreachable}
        assert len(sink.posts) < 300

    def test_where_nothing_is_read(self) -> None:
        """A server that takes in nothing is as silent as one that says nothing."""
        with Deaf() as sink:
            transport = APIGatewayTransport(max_retries=0, read_timeout=1)
            errors = send(people(sink.url, 20), transport, b"x" * 131_072)

        assert {type(error) for error in errors.values()} == {EndpointUnreachable}

    def test_where_someone_else_answers(self, server_context: ssl.SSLContext) -> None:
        """A certificate that nobody trusts is no way to be posted to."""
        with Sink(context=server_context) as sink:
            errors = send(people(sink.url, 500))

        assert {type(error) for error in errors.values()} == {EndpointUnreachable}
        assert (sink.posts, sink.opened < 300) == ([], True)

    def test_ends_with_an_answer(self) -> None:
        """As long as some get through, all are tried."""
        replies = [Answer(end=End.CLOSE)] * 9 + [ACCEPT]

        with Sink(lambda post: replies[int(post.connection_id[1:]) % 10]) as sink:
            errors = send(people(sink.url, 100))

        assert list(errors.values()).count(None) == 10
        assert len(sink.posts) == 190


class TestPace:
    """How many posts are under way."""

    def test_keeps_to_the_number_asked_for(self) -> None:
        """The next recipient is not asked for before one is done."""
        gauge = Gauge()
        with Sink() as sink:
            transport = APIGatewayTransport()
            for _ in transport.send_many(gauge.chunks(people(sink.url, 50)), b"{}", max_workers=3):
                gauge.done()

        assert gauge.most <= 4  # three, and the one that was asked for

    def test_keeps_to_so_many_sockets(self) -> None:
        """Slow answers make the fan-out open more connections, and never more than that."""
        with Sink(lambda post: Answer(parts=ACCEPT.parts, seconds=0.05)) as sink:
            send(people(sink.url, 600), concurrency=40)

        assert sink.opened == 40

    def test_ends_when_the_caller_does(self) -> None:
        """What is left of the recipients is not posted to."""
        with Sink() as sink:
            chunks = ([recipient] for recipient in people(sink.url, 10_000))
            sending = APIGatewayTransport().send_many(chunks, b"{}")
            next(sending)
            sending.close()  # type: ignore[attr-defined]

        assert len(sink.posts) < 10_000
