"""Shards are sent by one run at a time, and a run goes on where an earlier one stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from django_aws_api_gateway_websockets.exceptions import AccessDenied
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    Delivery,
    DeliveryReport,
    DeliveryShard,
    Payload,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.models.shards import CHUNK_SIZE, LEASE, run_shard
from django_aws_api_gateway_websockets.signals import delivery_finished
from django_aws_api_gateway_websockets.transports import locmem

from ..connections import fail, sent_to
from ..settings import DB

__all__ = ["TestClaims", "TestResuming", "TestSending", "TestTwoAtOnce"]

pytestmark = pytest.mark.django_db


def open_connections(gateway: ApiGateway, count: int) -> list[int]:
    """Store so many connections, named by their numbers; return their keys in that order."""
    WebSocketSession.objects.bulk_create(
        WebSocketSession(connection_id=str(number), api_gateway=gateway) for number in range(count)
    )
    return list(WebSocketSession.objects.order_by("pk").values_list("pk", flat=True))


def store(keys: list[int], max_workers: int | None = None, **fields: Any) -> DeliveryShard:
    """Return a stored shard for these sessions."""
    delivery = Delivery.objects.create(
        payload=Payload({"n": 1}).content, database="default", max_workers=max_workers
    )
    return delivery.shards.create(keys=keys, **fields)


@contextmanager
def after_each_chunk(act: Callable[[], object]) -> Iterator[None]:
    """Do something when a chunk has been sent, before that is written down."""

    def receive(*, report: DeliveryReport, **kwargs: Any) -> None:
        act()

    delivery_finished.connect(receive)
    try:
        yield
    finally:
        delivery_finished.disconnect(receive)


def keep_claims(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Answer no statement that gives a claim back."""
    if sql.startswith("UPDATE") and " = NULL" in sql:
        raise DatabaseError("server closed the connection unexpectedly")
    return execute(sql, *rest)


class TestSending:
    def test_sends_to_all(self, gateway: ApiGateway) -> None:
        """The message is what it was when it was stored."""
        shard = store(open_connections(gateway, 3))

        run_shard(shard.pk)

        assert Counter(sent_to()) == {"0": 1, "1": 1, "2": 1}
        assert {message.text for message in locmem.outbox} == {'{"n": 1}'}

    def test_sends_as_many_at_once_as_was_asked_for(self, gateway: ApiGateway) -> None:
        """One after the other, they come in order."""
        shard = store(open_connections(gateway, 20), max_workers=1)

        run_shard(shard.pk)

        assert sent_to() == [str(number) for number in range(20)]

    def test_leaves_no_row(self, gateway: ApiGateway) -> None:
        """The message goes with its last shard."""
        first = store(open_connections(gateway, 2))
        second = first.delivery.shards.create(keys=[])

        run_shard(first.pk)
        assert Delivery.objects.exists()
        run_shard(second.pk)

        assert not Delivery.objects.exists()

    def test_tells_of_each_chunk(self, gateway: ApiGateway) -> None:
        """The signal comes with the count of each."""
        chunks: list[int] = []
        shard = store(open_connections(gateway, CHUNK_SIZE + 1))

        with after_each_chunk(lambda: chunks.append(len(locmem.outbox))):
            run_shard(shard.pk)

        assert chunks == [CHUNK_SIZE, CHUNK_SIZE + 1]

    def test_leaves_out_who_has_closed(self, gateway: ApiGateway) -> None:
        """Between the message and the worker, pages are left."""
        shard = store(open_connections(gateway, 2))
        WebSocketSession.objects.filter(connection_id="0").update(connected=False)

        run_shard(shard.pk)

        assert sent_to() == ["1"]

    def test_is_done_with_what_aws_refused(self, gateway: ApiGateway) -> None:
        """Another run would be refused too."""
        shard = store(open_connections(gateway, 2))
        fail("0", AccessDenied)

        run_shard(shard.pk)

        assert sent_to() == ["1"]
        assert not Delivery.objects.exists()

    def test_finds_sessions_where_they_were_chosen(self, gateway: ApiGateway) -> None:
        """The same keys mean others in another database."""
        shard = store(open_connections(gateway, 1))
        Delivery.objects.update(database="elsewhere")

        with pytest.raises(ConnectionDoesNotExist):
            run_shard(shard.pk)

    def test_does_nothing_when_it_is_gone(self) -> None:
        """The second task of a shard finds no row."""
        run_shard(1)

        assert sent_to() == []


class TestResuming:
    def test_sends_only_the_rest(self, gateway: ApiGateway) -> None:
        """Who was sent to in an earlier chunk is not sent to again; who never was, is."""
        shard = store(open_connections(gateway, 3 * CHUNK_SIZE))
        dies_at = str(CHUNK_SIZE + 7)
        locmem.failures[dies_at] = ImproperlyConfigured("The region is missing.")

        with pytest.raises(ImproperlyConfigured):
            run_shard(shard.pk)
        shard.refresh_from_db()
        locmem.failures.clear()
        run_shard(shard.pk)

        counts = Counter(sent_to())
        assert shard.position == CHUNK_SIZE
        assert len(counts) == 3 * CHUNK_SIZE
        repeated = {int(name) for name, count in counts.items() if count > 1}
        assert repeated <= set(range(CHUNK_SIZE, 2 * CHUNK_SIZE))

    def test_can_begin_at_once(self, gateway: ApiGateway) -> None:
        """A run that fails gives its claim back."""
        shard = store(open_connections(gateway, 1))
        locmem.failures["0"] = ImproperlyConfigured("The region is missing.")

        with pytest.raises(ImproperlyConfigured):
            run_shard(shard.pk)

        assert DeliveryShard.objects.get().claimed_until is None

    def test_can_begin_later_when_the_database_fails(self, gateway: ApiGateway) -> None:
        """What went wrong first is what the task shows."""
        shard = store(open_connections(gateway, 1))
        locmem.failures["0"] = ImproperlyConfigured("The region is missing.")

        with (
            connection.execute_wrapper(keep_claims),
            pytest.raises(ImproperlyConfigured, match="region"),
        ):
            run_shard(shard.pk)

    def test_goes_on_after_the_last_chunk(self, gateway: ApiGateway) -> None:
        """A run that died when all was sent leaves rows, which the next one removes."""
        shard = store(open_connections(gateway, 1), position=1)

        run_shard(shard.pk)

        assert sent_to() == []
        assert not Delivery.objects.exists()


class TestClaims:
    @pytest.mark.parametrize(("seconds", "expected"), [(60, []), (0, ["0"])])
    def test_keep_others_away_for_a_time(
        self, gateway: ApiGateway, seconds: int, expected: list[str]
    ) -> None:
        """Another run does nothing until the one that has the shard must be dead."""
        until = timezone.now() + timedelta(seconds=seconds)
        shard = store(open_connections(gateway, 1), claimed_until=until)

        run_shard(shard.pk)

        assert sent_to() == expected

    def test_last_longer_with_each_chunk(self, gateway: ApiGateway) -> None:
        """A shard may take longer than a claim, as long as it gets on."""
        claims: list[Any] = []
        shard = store(open_connections(gateway, 2 * CHUNK_SIZE))

        with after_each_chunk(lambda: claims.append(DeliveryShard.objects.get().claimed_until)):
            run_shard(shard.pk)

        assert timezone.now() < claims[0] < claims[1] <= timezone.now() + LEASE

    def test_are_lost_to_who_takes_over(self, gateway: ApiGateway) -> None:
        """A run that was away for too long leaves the rest to the other."""
        shard = store(open_connections(gateway, 2 * CHUNK_SIZE))
        later = timezone.now() + 2 * LEASE

        with after_each_chunk(lambda: DeliveryShard.objects.update(claimed_until=later)):
            run_shard(shard.pk)

        assert len(sent_to()) == CHUNK_SIZE
        assert DeliveryShard.objects.get().position == 0

    def test_end_when_the_delivery_is_dropped(self, gateway: ApiGateway) -> None:
        """A run whose row is gone stops."""
        shard = store(open_connections(gateway, 2 * CHUNK_SIZE))

        with after_each_chunk(lambda: Delivery.objects.all().delete()):
            run_shard(shard.pk)

        assert len(sent_to()) == CHUNK_SIZE


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(DB == "sqlite", reason="SQLite lets one writer in at a time")
class TestTwoAtOnce:
    def test_send_once(self, gateway: ApiGateway) -> None:
        """A broker that brings a task to several workers lets one of them send."""
        shard = store(open_connections(gateway, 3 * CHUNK_SIZE))
        barrier = Barrier(4)

        def run(key: int) -> None:
            try:
                barrier.wait(10)
                run_shard(key)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, [shard.pk] * 4))

        assert set(Counter(sent_to()).values()) == {1}
        assert not Delivery.objects.exists()
