"""The fan-out: one loop in a process, which ends without being asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer
from django_aws_api_gateway_websockets.transports.fanout.batches import UNSETTLED, Batch
from django_aws_api_gateway_websockets.transports.fanout.loop import (
    Fanout,
    FanoutHolder,
    get_fanout,
    threads_are_real,
)

from ..sink import Answer, End, Sink
from .test_pool import target_of

__all__ = ["TestFanout", "TestProcess"]

SIGNER = Signer(Credentials(access_key="local", secret_key="local"), "local")


@pytest.fixture
def fanout() -> Iterator[Fanout]:
    """Return one that nobody else uses."""
    fanout = Fanout()
    yield fanout
    fanout.close()


def begin(fanout: Fanout, sink: Sink, count: int = 1) -> SimpleQueue[Batch]:
    """Send so many posts; return where they come to when they are done."""
    done: SimpleQueue[Batch] = SimpleQueue()
    batch = Batch(
        parts=["c0"] * count,
        encoder=PostEncoder(
            host="localhost", connections="/live/@connections", body=b"{}", signer=SIGNER
        ),
        done=done.put,
    )
    fanout.submit(target_of(sink), batch, 256)
    return done


class TestFanout:
    def test_sends(self, fanout: Fanout) -> None:
        """Batches are sent in another thread."""
        with Sink() as sink:
            first = begin(fanout, sink, 3).get(timeout=5)
            second = begin(fanout, sink, 3).get(timeout=5)

        assert (first.statuses, second.statuses, sink.opened) == ([200] * 3, [200] * 3, 3)

    def test_sends_to_several_hosts(self, fanout: Fanout) -> None:
        """Each has its own connections."""
        with Sink() as one, Sink() as other:
            begin(fanout, one).get(timeout=5)
            begin(fanout, other).get(timeout=5)

        assert (one.opened, other.opened) == (1, 1)

    def test_leaves_nothing_behind(self) -> None:
        """What is in flight when it is closed is unsettled; the thread ends."""
        before = threading.active_count()
        fanout = Fanout()
        with Sink(lambda post: Answer(end=End.HANG)) as sink:
            done = begin(fanout, sink, 2)
            sink.await_posts(2)
            fanout.close()
            batch = done.get(timeout=5)

        assert (batch.statuses, threading.active_count()) == ([UNSETTLED] * 2, before)

    def test_takes_nothing_when_it_is_closed(self, fanout: Fanout) -> None:
        """Whoever still has it is told so."""
        fanout.close()

        with Sink() as sink:
            assert begin(fanout, sink).empty()
        assert fanout.is_closed
        assert not sink.posts


class TestProcess:
    def test_has_one(self) -> None:
        """All of a process share it."""
        assert get_fanout() is get_fanout()

    def test_has_another_when_one_is_closed(self) -> None:
        """Messages that come later are sent as well."""
        get_fanout().close()

        with Sink() as sink:
            assert begin(get_fanout(), sink).get(timeout=5).statuses == [200]

    def test_does_not_share_it_with_its_children(self) -> None:
        """After a fork there is another one, and the old one is left alone."""
        holder = FanoutHolder()
        old = holder.get()
        holder.leave_to_parent()
        new = holder.get()

        holder.close()

        with Sink() as sink:
            assert begin(old, sink).get(timeout=5).statuses == [200]
        assert new is not old
        old.close()

    def test_may_have_none(self) -> None:
        """Who has sent nothing has nothing to end, and nothing to leave."""
        holder = FanoutHolder()
        before = threading.active_count()

        holder.leave_to_parent()
        holder.close()

        assert threading.active_count() == before

    def test_ends_with_a_block(self) -> None:
        """What is first needed inside is not there outside."""
        holder = FanoutHolder()
        before = threading.active_count()

        with holder.ends():
            holder.get()

        assert threading.active_count() == before

    def test_ends_with_a_block_that_came_after_another(self) -> None:
        """One that is closed already does not count as there."""
        holder = FanoutHolder()
        holder.get().close()
        before = threading.active_count()

        with holder.ends():
            holder.get()

        assert threading.active_count() == before

    def test_outlives_a_block_that_did_not_make_it(self) -> None:
        """Who had it before goes on with it."""
        holder = FanoutHolder()
        fanout = holder.get()

        with holder.ends():
            assert holder.get() is fanout

        with Sink() as sink:
            assert begin(fanout, sink).get(timeout=5).statuses == [200]
        holder.close()

    def test_has_threads(self) -> None:
        """No greenlets stand in for them here."""
        assert threads_are_real()
