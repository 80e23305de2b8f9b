"""The benchmark of broadcasts runs in each of its modes, and does not believe what it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from . import fanout
from .limit import post_all, sign_all
from .modes import Bench
from .recipients import connection_ids
from .sink import Sink, nginx_sink
from .test_inbound import DATABASE, run
from .test_sink import needs_nginx

__all__ = ["TestCounts", "TestLatency", "TestLimit", "TestMemory", "TestSpeed"]

MODULE = fanout.__name__
SCRIPT = "tests/benchmarks/fanout.py"
COST = {
    "posts",
    "seconds",
    "posts_per_second",
    "cpu_microseconds_per_post",
    "peak_rss_mb",
    "rss_above_idle_mb",
}
RUN = {"python", "django", "load_average", "database", "rounds"}


@pytest.fixture(scope="module")
def speed() -> Any:
    """Return the figures of a round with few recipients."""
    return run("-m", MODULE, "--rounds", "1", "--recipients", "50", "--database", DATABASE)


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    """Run nginx."""
    with nginx_sink() as running:
        yield running


@needs_nginx
class TestSpeed:
    """Each way to post has its figures."""

    @pytest.mark.parametrize("side", ["boto3", "limit", "ours"])
    def test_side(self, speed: Any, side: str) -> None:
        """They are those of the posts after the warm-up."""
        assert speed[side].keys() == COST
        assert speed[side]["posts"] == 50
        assert speed[side]["posts_per_second"] > 0
        assert speed[side]["peak_rss_mb"] > speed[side]["rss_above_idle_mb"] >= 0

    def test_run(self, speed: Any) -> None:
        """What was asked for is told."""
        assert speed.keys() == RUN | {"recipients", "boto3", "limit", "ours", "bounds"}
        assert (speed["rounds"], speed["recipients"], speed["database"]) == (1, 50, DATABASE)

    @pytest.mark.parametrize(
        ("name", "kind", "bound"),
        [
            ("ours_to_boto3", "at_least", 14),
            ("ours_to_limit", "at_least", 0.45),
            ("cpu_microseconds_per_post", "at_most", 90),
        ],
    )
    def test_bound(self, speed: Any, name: str, kind: str, bound: float) -> None:
        """It says what is bounded, and whether it holds."""
        assert speed["bounds"].keys() == {
            "ours_to_boto3",
            "ours_to_limit",
            "cpu_microseconds_per_post",
        }
        assert speed["bounds"][name].keys() == {"value", kind, "holds"}
        assert speed["bounds"][name][kind] == bound


class TestLatency:
    """Answers may come late."""

    def test_shape(self) -> None:
        """There are figures of ours, and a bound of the seconds it takes."""
        printed = run(
            SCRIPT, "--latency", "30", "--recipients", "20", "--rounds", "1", "--database", DATABASE
        )

        assert printed.keys() == RUN | {"recipients", "latency", "ours", "bounds"}
        assert (printed["latency"], printed["ours"]["posts"]) == (30, 20)
        assert printed["bounds"].keys() == {"seconds"}


@needs_nginx
class TestMemory:
    """The recipients may be few among many rows."""

    def test_shape(self) -> None:
        """There are figures of ours, and a bound of its memory."""
        printed = run("-m", MODULE, "--rows", "95", "--rounds", "1", "--database", DATABASE)

        assert printed.keys() == RUN | {"rows", "recipients", "ours", "bounds"}
        assert (printed["rows"], printed["recipients"], printed["ours"]["posts"]) == (95, 10, 10)
        assert printed["bounds"].keys() == {"rss_above_idle_mb"}


class Forgetful(Sink):
    """A sink that has forgotten all posts."""

    def posts(self) -> int:
        return 0


@needs_nginx
class TestCounts:
    """What is counted and what has come must agree."""

    def test_sink(self, sink: Sink) -> None:
        """Posts that have not come are an error."""
        forgetful = Forgetful(sink.port, sink.authority)
        bench = Bench(sink=forgetful, engine=DATABASE, database="")

        expected = r"^Of 1 posts 1 went well; in all 3 did, and 0 came\.$"
        with pytest.raises(RuntimeError, match=expected):
            bench.run("limit", 1)


@needs_nginx
class TestLimit:
    """The loop of the limit reads answers as simply as is right."""

    def post(self, sink: Sink, *requests: bytes) -> None:
        """Write requests to two connections."""
        posting = post_all(
            sink.management_url,
            list(requests),
            authority=str(sink.authority),
            concurrency=2,
            measuring=nullcontext,
        )
        asyncio.run(posting)

    def test_posts(self, sink: Sink) -> None:
        """Each request is written once."""
        before = sink.posts()
        requests = sign_all(sink.management_url, connection_ids(5), b"{}", moment=time.time())

        self.post(sink, *requests)

        assert sink.posts() - before == 5

    def test_refusal(self, sink: Sink) -> None:
        """An answer that is not a 200 ends it."""
        with pytest.raises(RuntimeError, match=r"^Not a 200: b'HTTP/1\.1 404 Not Found"):
            self.post(sink, b"GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def test_end(self, sink: Sink) -> None:
        """So does a connection that ends before its answer does."""
        request = b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

        with pytest.raises(RuntimeError, match=r"^A connection ended before all requests were"):
            self.post(sink, request)
