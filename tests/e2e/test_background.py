"""A message to many is sent by a worker, and by another one when the first is killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from django_aws_api_gateway_websockets.emulator import Clock, LogRecord
from django_aws_api_gateway_websockets.emulator.faults import Switchboard
from django_aws_api_gateway_websockets.models.shards import CHUNK_SIZE

from ..emulator.support import Journal, RawSocket, World, until
from ..management.site import PATIENCE, Site

__all__ = ["TestWorker"]

COUNT = CHUNK_SIZE + 60
WORKERS = 8
FATAL = CHUNK_SIZE + 20
"""Posts that are answered before the gateway stalls, in the middle of the second chunk."""

LEAVERS = frozenset(range(5, COUNT, 20))
"""Those whose sockets have ended without a ``$disconnect``."""

FAULTS = {"disconnect-lost": "", "post-429": "4x", "post-503": "8x", "post-delay": "0-0.02"}

ENQUEUE = """
from datetime import timedelta
from django.utils import timezone
gateway = ApiGateway.objects.create(
    api_name="Chat", api_id="{api_id}", api_endpoint="{endpoint}", stage_name="dev"
)
WebSocketSession.objects.bulk_create(
    WebSocketSession(connection_id=connection_id, api_gateway=gateway)
    for connection_id in {connection_ids}
)
WebSocketSession.objects.update(created_on=timezone.now() - timedelta(minutes=1))
WebSocketSession.objects.enqueue_message({{"n": 1}}, max_workers={workers})
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
print("open:", WebSocketSession.objects.filter(connected=True).count())
"""
WORK = ("db_worker", "--batch", "--interval=0", "--no-startup-delay", "--no-reload")


class Stalling(Journal):
    """The log of a gateway, which answers no post once it has answered so many."""

    switchboard: Switchboard

    def __init__(self) -> None:
        super().__init__()
        self.posts, self.stalled = 0, Event()

    def __call__(self, record: LogRecord) -> None:
        super().__call__(record)
        if record.kind == "post" and record.status in (200, 410):
            self.posts += 1
            if self.posts == FATAL:
                self.switchboard.set("post-delay", PATIENCE)
                self.stalled.set()


@pytest.fixture
def journal() -> Stalling:
    """Return the log of the gateway."""
    return Stalling()


@pytest.fixture
def world(journal: Stalling) -> Iterator[World]:
    """Serve an API on a bad day."""
    with World(clock=Clock(), journal=journal) as world:
        journal.switchboard = world.thread.switchboard
        world.provision()
        for name, value in FAULTS.items():
            world.thread.switchboard.set(name, value)
        yield world


@pytest.fixture
def sockets(world: World) -> Iterator[list[RawSocket]]:
    """Open sockets, some of which are gone when they are."""
    with ExitStack() as stack:
        sockets = []
        for _ in range(COUNT):
            sockets.append(stack.enter_context(world.connect_raw()))
            sockets[-1].read_head()
        for number in LEAVERS:
            sockets[number].socket.close()
        until(lambda: world.thread.switchboard.fired("disconnect-lost") == len(LEAVERS))
        yield sockets


def enqueue(site: Site, world: World) -> None:
    """Store all connections, as those of a minute ago, and a message to them."""
    lines = ENQUEUE.format(
        api_id=world.api_id,
        endpoint=world.thread.endpoints[world.api_id],
        connection_ids=[record.connection_id for record in world.journal.of("connect")],
        workers=WORKERS,
    )
    site.python(lines)


class TestWorker:
    def test_goes_on_where_another_was_killed(
        self, world: World, journal: Stalling, sockets: list[RawSocket], tmp_path: Path
    ) -> None:
        """All get the message, and none twice but some of those who were being sent to."""
        site = Site(tmp_path, settings="tests.e2e.worker_settings", SITE_ENDPOINT=world.thread.url)
        enqueue(site, world)

        with site.start(*WORK) as worker:
            assert journal.stalled.wait(PATIENCE), worker.output
            worker.interrupt(signal.SIGKILL)
        world.thread.switchboard.set("post-delay", FAULTS["post-delay"])
        said = site.python(TEN_MINUTES_LATER)
        world.thread.stop()

        stayed = [number for number in range(COUNT) if number not in LEAVERS]
        counts = {number: sockets[number].read_to_end().count(b'{"n": 1}') for number in stayed}
        repeated = {number for number, count in counts.items() if count == 2}
        assert said == f"made again: 1\nleft: 0\nopen: {len(stayed)}\n"
        assert set(counts.values()) == {1, 2}
        assert repeated <= set(range(CHUNK_SIZE, COUNT))
