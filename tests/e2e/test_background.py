"""A message to many is sent by a worker, and by another one when the first is killed."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest

from django_aws_api_gateway_websockets.models.shards import CHUNK_SIZE

from ..aws.peer import Answer, Peer
from ..management.site import Site

__all__ = ["TestWorker"]

COUNT = 3 * CHUNK_SIZE
FATAL = CHUNK_SIZE + 50

ENQUEUE = f"""
gateway = ApiGateway.objects.create(api_name="Chat", api_id="a", api_endpoint="{{url}}")
WebSocketSession.objects.bulk_create(
    WebSocketSession(connection_id=f"c{{{{number}}}}", api_gateway=gateway)
    for number in range({COUNT})
)
WebSocketSession.objects.enqueue_message({{{{"n": 1}}}})
"""
TEN_MINUTES_LATER = """
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
moment = timezone.now()
DeliveryShard.objects.update(claimed_until=moment, enqueued_on=moment - timedelta(minutes=10))
print("made again:", reap_sessions().requeued)
call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)
print("left:", Delivery.objects.count() + DeliveryShard.objects.count())
"""
WORK = ("db_worker", "--batch", "--interval=0", "--no-startup-delay", "--no-reload")


class Stalling(Peer):
    """AWS, which stops answering once it has got so many posts, until it is told to go on.

    Connections are kept, as AWS keeps them: an answer of HTTP/1.0 may be repeated.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stalled, self.go_on = Event(), Event()

    def take_answer(self) -> Answer:
        """Return the next answer, when it is time."""
        if len(self.received) >= FATAL:
            self.stalled.set()
            self.go_on.wait(20)
        return super().take_answer()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        handler = super()._handler()
        handler.protocol_version = "HTTP/1.1"
        return handler

    @property
    def recipients(self) -> list[int]:
        """The numbers of the connections that were posted to, in order."""
        return [int(post.target.rpartition("/c")[2]) for post in self.received]


@pytest.fixture
def aws() -> Iterator[Stalling]:
    """Return a stand-in for AWS."""
    with Stalling() as peer:
        yield peer
        peer.go_on.set()


class TestWorker:
    def test_goes_on_where_another_was_killed(self, aws: Stalling, tmp_path: Path) -> None:
        """All get the message, and none twice but some of those who were being sent to."""
        site = Site(tmp_path, settings="tests.e2e.worker_settings", SITE_ENDPOINT=aws.url)
        site.python(ENQUEUE.format(url=aws.url.replace("http", "ws")))

        with site.start(*WORK) as worker:
            assert aws.stalled.wait(20), worker.output
            worker.interrupt(signal.SIGKILL)
        aws.go_on.set()
        said = site.python(TEN_MINUTES_LATER)

        counts = Counter(aws.recipients)
        repeated = {number for number, count in counts.items() if count > 1}
        assert said == "made again: 1\nleft: 0\n"
        assert counts.keys() == set(range(COUNT))
        assert repeated <= set(range(CHUNK_SIZE, 2 * CHUNK_SIZE))
