"""Sessions that AWS has ended without a word are ended, and connections left open are closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    EndpointUnreachable,
    Throttled,
)
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    Delivery,
    ReapReport,
    WebSocketSession,
    reap_sessions,
)
from django_aws_api_gateway_websockets.protocol.events import DisconnectEvent
from django_aws_api_gateway_websockets.signals import connection_closed
from django_aws_api_gateway_websockets.transports import locmem

from ..connections import (
    closed_in_aws,
    connect,
    fail,
    open_rows,
    pending_rows,
    sent_to,
    transport_settings,
)
from ..settings import DB
from ..tasks import backend_settings, work
from .sending.test_pacing import Watch

__all__ = [
    "TestClosing",
    "TestEndingOutlived",
    "TestProbing",
    "TestReport",
    "TestTasks",
    "TestTelling",
    "TestTransport",
    "TestTwoAtOnce",
]

pytestmark = pytest.mark.django_db

CONSOLE = "django_aws_api_gateway_websockets.transports.console.ConsoleTransport"
OUTLIVED = timedelta(seconds=7600)
QUIET = timedelta(minutes=12)
TASKS = 2  # queries for what was enqueued and may have got lost


@pytest.fixture
def told() -> Iterator[list[DisconnectEvent]]:
    """Return the events that receivers of ``connection_closed`` are told of, for any sender."""
    events: list[DisconnectEvent] = []

    def receive(*, event: DisconnectEvent, **kwargs: Any) -> None:
        events.append(event)

    connection_closed.connect(receive)
    yield events
    connection_closed.disconnect(receive)


def reap(**options: Any) -> ReapReport:
    """Reap, on a clock that goes on only while somebody sleeps."""
    watch = Watch()
    return reap_sessions(clock=watch, sleep=watch.sleep, **options)


def report(**counts: Any) -> ReapReport:
    """Return a report with these counts and no others."""
    names = ["outlived", "expired", "closed", "not_ready", "gone", "alive"]
    return ReapReport(**{**dict.fromkeys(names, 0), "failed": {}, **counts})


def before_updates(change: Callable[[], object]) -> Callable[..., Any]:
    """Return a wrapper of statements: ``change`` happens before the first UPDATE of sessions."""
    todo = [change]

    def execute_after(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and todo:
            todo.pop()()
        return execute(sql, *rest)

    return execute_after


class TestEndingOutlived:
    def test_ends_what_no_connection_can_have(self) -> None:
        """What AWS may still hold stays connected."""
        connect("old", age=OUTLIVED)
        connect("young")

        assert reap() == report(outlived=1)
        assert open_rows() == ["young"]

    def test_notes_when(self) -> None:
        """Clean-up by age counts from here."""
        connect("old", age=OUTLIVED)
        before = timezone.now()

        reap()

        assert WebSocketSession.objects.get().updated_on >= before

    def test_asks_nobody(self, gateway: ApiGateway) -> None:
        """The age says everything."""
        connect("a", age=OUTLIVED, api_gateway=gateway)
        connect("b", age=OUTLIVED, api_gateway=gateway, connected=False, close_code="revoked")
        locmem.failures.update(dict.fromkeys("ab", AccessDenied()))

        assert reap(probe=True) == report(outlived=1, expired=1)

    def test_forgets_closes_that_time_has_done(self) -> None:
        """They need not be closed any more, and keep the time of their end."""
        ended = connect("a", age=OUTLIVED, connected=False, close_code="revoked").updated_on

        assert reap() == report(expired=1)
        assert pending_rows() == {}
        assert WebSocketSession.objects.get().updated_on == ended

    def test_does_nothing_twice(self) -> None:
        """The second run finds nothing."""
        connect("a", age=OUTLIVED)
        connect("b", age=OUTLIVED, connected=False, close_code="revoked")
        reap()

        assert reap() == report()

    def test_works_in_batches(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """A batch is a look-up and an update; each of the three kinds ends with a look-up."""
        for name in "abcde":
            connect(name, age=OUTLIVED)

        with django_assert_num_queries(3 * 2 + 3 + TASKS):
            assert reap(batch_size=2) == report(outlived=5)


class TestClosing:
    def test_closes_what_was_left_open(self, gateway: ApiGateway) -> None:
        """The client is told the code of its row, and the row needs AWS no more."""
        connect("a", connected=False, close_code="logged_out", api_gateway=gateway)
        connect("b", connected=False, close_code="revoked", api_gateway=gateway)

        assert reap() == report(closed=2)
        assert closed_in_aws() == ["a", "b"]
        assert sorted(m.json["code"] for m in locmem.outbox) == ["logged_out", "revoked"]
        assert pending_rows() == {}

    def test_confirms_what_has_ended(self, gateway: ApiGateway) -> None:
        """A connection that is gone is as good as closed."""
        connect("a", connected=False, close_code="revoked", api_gateway=gateway)
        locmem.gone.add("a")

        assert reap() == report(closed=1)
        assert pending_rows() == {}

    def test_leaves_the_young(self, gateway: ApiGateway) -> None:
        """AWS may not know them yet."""
        age = timedelta(0)
        connect("a", age=age, connected=False, close_code="revoked", api_gateway=gateway)
        locmem.gone.add("a")

        assert reap() == report(not_ready=1)
        assert pending_rows() == {"a": "revoked"}

    def test_leaves_what_fails(self, gateway: ApiGateway) -> None:
        """Failures are counted by their class, and tried again by the next run."""
        for name in "abc":
            connect(name, connected=False, close_code="revoked", api_gateway=gateway)
        fail("a", Throttled)
        fail("b", AccessDenied)

        assert reap() == report(closed=1, failed={"Throttled": 1, "AccessDenied": 1})
        assert pending_rows() == {"a": "revoked", "b": "revoked"}

    def test_takes_two_requests_each(self, gateway: ApiGateway) -> None:
        """A farewell and a close count against the rate."""
        connect("a", connected=False, close_code="revoked", api_gateway=gateway)
        connect("b", connected=False, close_code="revoked", api_gateway=gateway)
        watch = Watch()

        reap_sessions(rate=4, clock=watch, sleep=watch.sleep)

        assert watch.now == 100.5

    def test_confirms_in_one_statement_per_code(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The number of sessions does not matter."""
        for name in "abcd":
            connect(name, connected=False, close_code="revoked", api_gateway=gateway)

        with django_assert_num_queries(2 + 2 + 1 + TASKS):
            assert reap() == report(closed=4)

    @override_settings(WEBSOCKETS=transport_settings("tests.connections.DeafTransport"))
    def test_is_left_out_when_nobody_can(self, gateway: ApiGateway) -> None:
        """The rest is done with a transport that closes nothing."""
        connect("a", connected=False, close_code="revoked", api_gateway=gateway)
        connect("b", age=OUTLIVED)

        assert reap() == report(outlived=1)
        assert pending_rows() == {"a": "revoked"}


class TestProbing:
    def test_ends_what_aws_does_not_know(self, gateway: ApiGateway) -> None:
        """What is open stays as it is."""
        connect("gone", age=QUIET, api_gateway=gateway)
        alive = connect("open", age=QUIET, api_gateway=gateway)
        locmem.gone.add("gone")

        assert reap(probe=True) == report(gone=1, alive=1)
        assert open_rows() == ["open"]
        assert WebSocketSession.objects.get(pk=alive.pk).updated_on == alive.updated_on
        assert sent_to() == []

    def test_happens_only_when_asked_for(self, gateway: ApiGateway) -> None:
        """Requests to AWS cost something."""
        connect("gone", age=QUIET, api_gateway=gateway)
        locmem.gone.add("gone")

        assert reap() == report()

    @pytest.mark.parametrize(("seconds", "asked"), [(650, 0), (670, 1)])
    def test_leaves_out_who_has_just_spoken(
        self, gateway: ApiGateway, seconds: int, asked: int
    ) -> None:
        """After 10 minutes and some slack a session is quiet."""
        connect("a", age=timedelta(seconds=seconds), api_gateway=gateway)

        assert reap(probe=True) == report(alive=asked)

    def test_takes_another_silence(self, gateway: ApiGateway) -> None:
        """A project may know better."""
        connect("a", age=timedelta(seconds=40), api_gateway=gateway)

        assert reap(probe=True, quiet_seconds=30) == report(alive=1)

    def test_leaves_the_young(self, gateway: ApiGateway) -> None:
        """AWS does not know a connection while it is being opened."""
        connect("a", age=timedelta(0), api_gateway=gateway)
        locmem.gone.add("a")

        assert reap(probe=True, quiet_seconds=0) == report(not_ready=1)
        assert open_rows() == ["a"]

    def test_leaves_what_fails(self, gateway: ApiGateway) -> None:
        """Nothing is concluded from an error."""
        connect("a", age=QUIET, api_gateway=gateway)
        connect("b", age=QUIET, api_gateway=gateway)
        fail("a", EndpointUnreachable)

        assert reap(probe=True) == report(alive=1, failed={"EndpointUnreachable": 1})
        assert open_rows() == ["a", "b"]

    def test_leaves_gateways_without_an_api(self) -> None:
        """There is no address to ask at."""
        connect("a", age=QUIET, api_gateway=ApiGateway.objects.create(api_name="New"))

        assert reap(probe=True) == report(failed={"RuntimeError": 1})
        assert open_rows() == ["a"]

    def test_ends_in_one_statement(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The number of sessions does not matter."""
        for name in "abcd":
            connect(name, age=QUIET, api_gateway=gateway)
        locmem.gone.update("abcd")

        with django_assert_num_queries(3 + 1 + 1 + 1 + TASKS):
            assert reap(probe=True) == report(gone=4)

    def test_changes_nothing_when_all_are_open(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """No statement is for nothing."""
        connect("a", age=QUIET, api_gateway=gateway)

        with django_assert_num_queries(3 + 2 + TASKS):
            assert reap(probe=True) == report(alive=1)


class TestTelling:
    def test_names_the_connection_and_its_api(
        self, gateway: ApiGateway, told: list[DisconnectEvent]
    ) -> None:
        """Receivers learn of the end as if AWS had reported it."""
        connect("a", age=OUTLIVED, api_gateway=gateway)

        reap()

        assert [(event.connection_id, event.api_id) for event in told] == [("a", "abc123defg")]
        assert told[0].type == "DISCONNECT"

    def test_names_no_api_without_a_gateway(self, told: list[DisconnectEvent]) -> None:
        """The API is an empty string then."""
        connect("a", age=OUTLIVED)

        reap()

        assert [(event.connection_id, event.api_id) for event in told] == [("a", "")]

    def test_tells_of_the_quiet(self, gateway: ApiGateway, told: list[DisconnectEvent]) -> None:
        """The row is closed by then."""
        connect("a", age=QUIET, api_gateway=gateway)
        locmem.gone.add("a")

        reap(probe=True)

        assert [event.connection_id for event in told] == ["a"]

    def test_does_not_tell_of_rows_that_had_ended(
        self, gateway: ApiGateway, told: list[DisconnectEvent]
    ) -> None:
        """AWS reports a connection that is closed here."""
        connect("a", connected=False, close_code="revoked", api_gateway=gateway)
        connect("b", age=OUTLIVED, connected=False, close_code="revoked", api_gateway=gateway)

        reap()

        assert told == []

    def test_does_not_tell_of_what_another_has_ended(self, told: list[DisconnectEvent]) -> None:
        """Of two runs at once, each tells of what it has ended itself."""
        connect("a", age=OUTLIVED)
        connect("b", age=OUTLIVED)
        other = WebSocketSession.objects.filter(connection_id="a")

        with connection.execute_wrapper(before_updates(other.mark_closed)):
            assert reap() == report(outlived=1)

        assert [event.connection_id for event in told] == ["b"]

    def test_takes_one_statement_more(
        self, told: list[DisconnectEvent], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The number of sessions does not matter."""
        for name in "abcd":
            connect(name, age=OUTLIVED)

        with django_assert_num_queries(2 + 1 + 3 + TASKS):
            reap()

        assert len(told) == 4

    def test_sends_for_the_model(self) -> None:
        """Receivers of one view hear nothing of it, since no view is concerned."""
        connect("a", age=OUTLIVED)
        senders: list[object] = []

        def receive(*, sender: object, **kwargs: Any) -> None:
            senders.append(sender)

        connection_closed.connect(receive, sender=WebSocketSession)
        try:
            reap()
        finally:
            connection_closed.disconnect(receive, sender=WebSocketSession)

        assert senders == [WebSocketSession]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(DB == "sqlite", reason="SQLite lets one writer in at a time")
class TestTwoAtOnce:
    def test_share_the_work(self, told: list[DisconnectEvent]) -> None:
        """Each session is ended, counted and told of once."""
        names = sorted(f"c{number}" for number in range(60))
        WebSocketSession.objects.bulk_create(WebSocketSession(connection_id=n) for n in names)
        WebSocketSession.objects.update(created_on=timezone.now() - OUTLIVED)
        barrier = Barrier(4)

        def run(_: int) -> int:
            barrier.wait(10)
            ended = reap(batch_size=5).outlived
            connections.close_all()
            return ended

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(run, range(4))) == 60

        assert sorted(event.connection_id for event in told) == names


class TestTasks:
    def test_are_made_again(self, gateway: ApiGateway, settings: Settings) -> None:
        """What was enqueued gets there, even if the broker has lost it."""
        settings.TASKS = {"default": backend_settings()}
        delivery = Delivery.objects.create(payload=b"{}", database="default")
        delivery.shards.create(
            keys=[connect("a", api_gateway=gateway).pk],
            enqueued_on=timezone.now() - timedelta(hours=1),
        )

        assert reap() == report(requeued=1)
        work()
        assert sent_to() == ["a"]

    def test_are_given_up(self) -> None:
        """What nobody can get any more is not enqueued first."""
        delivery = Delivery.objects.create(payload=b"{}", database="default")
        delivery.shards.create(keys=[1], enqueued_on=timezone.now() - OUTLIVED)
        Delivery.objects.update(created_on=timezone.now() - OUTLIVED)

        assert reap() == report(dropped=1)


class TestTransport:
    @override_settings(WEBSOCKETS=transport_settings(CONSOLE))
    def test_must_be_able_to_describe(self) -> None:
        """It says so before anything has changed."""
        connect("a", age=OUTLIVED)

        with pytest.raises(ImproperlyConfigured) as caught:
            reap(probe=True)

        assert str(caught.value) == (
            'WEBSOCKETS["transport"]: ConsoleTransport cannot describe connections.'
        )
        assert open_rows() == ["a"]

    @override_settings(WEBSOCKETS=transport_settings(CONSOLE))
    def test_need_not_describe_without_a_probe(self) -> None:
        """Age alone needs no transport."""
        connect("a", age=OUTLIVED)

        assert reap() == report(outlived=1)


class TestReport:
    @pytest.mark.parametrize(
        "counts",
        [
            {},
            {"outlived": 1, "expired": 1},
            {"closed": 1, "failed": {"AccessDenied": 1}},
            {"not_ready": 1, "failed": {"AccessDenied": 1}},
            {"gone": 1, "failed": {"AccessDenied": 1}},
            {"alive": 1, "failed": {"AccessDenied": 1}},
            {"failed": {"AccessDenied": 1, "Throttled": 1}},
        ],
    )
    def test_has_heard_of_aws(self, counts: dict[str, Any]) -> None:
        """One answer is enough, and so is no question."""
        assert not report(**counts).nothing_heard

    def test_has_heard_nothing(self) -> None:
        """Not one request got through; what time has done says nothing of AWS."""
        assert report(outlived=1, expired=1, failed={"AccessDenied": 1}).nothing_heard
