"""How one message gets to many connections, and how what has to wait is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.exceptions import (
    AccessDenied,
    ConnectionGone,
    ConnectionNotReady,
    Throttled,
)
from django_aws_api_gateway_websockets.models import ApiGateway, DeliveryReport, WebSocketSession
from django_aws_api_gateway_websockets.models.opening import handling_connect
from django_aws_api_gateway_websockets.models.sending.broadcasts import Broadcast
from django_aws_api_gateway_websockets.signals import delivery_finished, sessions_gone
from django_aws_api_gateway_websockets.testing import Clock, failing_transport
from django_aws_api_gateway_websockets.transports import locmem

from ...connections import LOCMEM, connect, fail, open_rows, sent_to, transport_settings
from ..receiving import broken, received
from ..stopwatch import Stopwatch

__all__ = [
    "RealTransport",
    "TestGone",
    "TestOutcome",
    "TestOutlived",
    "TestPace",
    "TestReport",
    "TestSignals",
    "TestThrottled",
    "TestYoung",
]

pytestmark = pytest.mark.django_db

NEW = timedelta(0)


def broadcast(watch: Stopwatch) -> DeliveryReport:
    """Send to all connections, one after the other."""
    rows = WebSocketSession.objects.live().order_by("connection_id")
    return Broadcast(rows, b"{}", timer=watch.timer).run(max_workers=1)


@contextmanager
def on_post(call: Callable[[str], None]) -> Iterator[None]:
    """Let something happen before each post; it is told the connection."""
    locmem.interceptors.insert(0, call)
    yield
    locmem.interceptors.remove(call)


def connect_many(count: int, gateway: ApiGateway) -> None:
    """Store so many connections at once."""
    WebSocketSession.objects.bulk_create(
        WebSocketSession(connection_id=str(number), api_gateway=gateway) for number in range(count)
    )


class RealTransport(locmem.LocMemTransport):
    """Claims to reach clients."""

    supports_delivery = True


class TestOutcome:
    @pytest.mark.parametrize(
        ("kind", "age", "expected"),
        [
            (ConnectionGone, NEW, "not_ready"),
            (ConnectionGone, timedelta(minutes=1), "gone"),
            (ConnectionNotReady, NEW, "not_ready"),
            (Throttled, NEW, "failed"),
            (AccessDenied, NEW, "failed"),
        ],
    )
    def test_is_that_of_the_error(
        self, gateway: ApiGateway, kind: type[Throttled], age: timedelta, expected: str
    ) -> None:
        """Each failure counts under one heading."""
        connect("a", age, api_gateway=gateway)
        fail("a", kind)

        report = broadcast(Stopwatch())

        assert (getattr(report, expected), report.sent) == (1, 0)

    def test_is_sent(self, gateway: ApiGateway) -> None:
        """The transport has accepted the message."""
        connect("a", api_gateway=gateway)

        assert broadcast(Stopwatch()).sent == 1
        assert sent_to() == ["a"]

    def test_is_skipped_without_a_gateway(self) -> None:
        """There is nowhere to post to."""
        connect("a")

        assert broadcast(Stopwatch()).skipped == 1


class TestYoung:
    def test_is_reached_when_it_opens(self, gateway: ApiGateway) -> None:
        """A 410 of a young connection is tried again after a pause."""
        connect("a", NEW, api_gateway=gateway)
        watch = Stopwatch()

        with failing_transport(ConnectionGone, to="a", times=2):
            report = broadcast(watch)

        assert (report.sent, report.not_ready) == (1, 0)
        assert watch.pauses == [0.2, 0.4]

    def test_waits_for_all_others(self, gateway: ApiGateway) -> None:
        """Nobody gets a message later because of it."""
        connect("a", NEW, api_gateway=gateway)
        connect("b", api_gateway=gateway)

        with failing_transport(ConnectionGone, to="a", times=1):
            broadcast(Stopwatch())

        assert sent_to() == ["b", "a"]

    def test_is_left_connected_in_the_end(self, gateway: ApiGateway) -> None:
        """After three more tries it counts as not ready."""
        connect("a", NEW, api_gateway=gateway)
        fail("a", ConnectionGone)
        watch = Stopwatch()

        report = broadcast(watch)

        assert (report.not_ready, report.gone, open_rows()) == (1, 0, ["a"])
        assert watch.pauses == [0.2, 0.4, 0.8]

    def test_takes_no_longer_than_its_time(self, gateway: ApiGateway) -> None:
        """Slow answers leave room for fewer tries."""
        connect("a", NEW, api_gateway=gateway)
        fail("a", ConnectionGone)
        watch = Stopwatch()

        with on_post(lambda connection_id: watch.sleep(1.0)):
            assert broadcast(watch).not_ready == 1

        assert watch.pauses == [1.0, 0.2, 1.0]

    def test_is_not_waited_for_when_it_is_its_own_doing(self, gateway: ApiGateway) -> None:
        """A connection whose handshake waits for this broadcast cannot open meanwhile."""
        connect("a", NEW, api_gateway=gateway)
        fail("a", ConnectionNotReady)
        watch = Stopwatch()

        report = broadcast(watch)

        assert (report.not_ready, report.reasons, watch.pauses) == (1, {}, [])

    def test_is_not_posted_to_in_its_own_handshake(self, gateway: ApiGateway) -> None:
        """A broadcast of a handshake reaches the others, and keeps nobody waiting."""
        connect("a", NEW, api_gateway=gateway)
        connect("b", api_gateway=gateway)
        watch = Stopwatch()

        with handling_connect("a"):
            report = broadcast(watch)

        assert (report.sent, report.not_ready, report.failed) == (1, 1, 0)
        assert (sent_to(), watch.pauses) == (["b"], [])

    def test_is_gone_when_its_row_is_closed_meanwhile(self, gateway: ApiGateway) -> None:
        """What AWS has reported as ended is not posted to again."""
        connect("a", NEW, api_gateway=gateway)
        watch = Stopwatch(meanwhile=WebSocketSession.objects.all().mark_closed)

        with failing_transport(ConnectionGone, times=1):
            report = broadcast(watch)

        assert (report.gone, report.sent, sent_to()) == (1, 0, [])

    def test_is_gone_when_it_has_grown_up_meanwhile(self, gateway: ApiGateway) -> None:
        """Who was young when it was read is looked at once more before it counts."""
        connect("a", timedelta(seconds=9), api_gateway=gateway)
        fail("a", ConnectionGone)
        watch = Stopwatch()

        with Clock() as clock, on_post(lambda connection_id: clock.advance(seconds=2)):
            report = broadcast(watch)

        assert (report.gone, report.not_ready, watch.pauses, open_rows()) == (1, 0, [0.2], [])

    def test_is_throttled_once_it_is_open(self, gateway: ApiGateway) -> None:
        """It goes on to wait with the others that are."""
        connect("a", NEW, api_gateway=gateway)
        watch = Stopwatch()

        with failing_transport(Throttled, times=2), failing_transport(ConnectionGone, times=1):
            report = broadcast(watch)

        assert (report.sent, watch.pauses) == (1, [0.2, 0.5, 1.0])


class TestThrottled:
    def test_is_reached_when_there_is_room(self, gateway: ApiGateway) -> None:
        """A 429 is tried again, after all others."""
        connect("a", api_gateway=gateway)
        connect("b", api_gateway=gateway)
        watch = Stopwatch()

        with failing_transport(Throttled, to="a", times=2):
            report = broadcast(watch)

        assert (report.sent, report.reasons, sent_to()) == (2, {}, ["b", "a"])
        assert watch.pauses == [0.5, 1.0]

    def test_has_failed_in_the_end(self, gateway: ApiGateway) -> None:
        """After three more tries it counts under its name."""
        connect("a", api_gateway=gateway)
        fail("a", Throttled)
        watch = Stopwatch()

        report = broadcast(watch)

        assert (report.failed, report.reasons) == (1, {"Throttled": 1})
        assert (watch.pauses, open_rows()) == ([0.5, 1.0, 2.0], ["a"])

    def test_is_not_waited_for_twice(self, gateway: ApiGateway) -> None:
        """Who turns out not to be open in the end is counted, once."""
        connect("a", NEW, api_gateway=gateway)
        watch = Stopwatch()

        with failing_transport(ConnectionGone), failing_transport(Throttled, times=1):
            report = broadcast(watch)

        assert (report.not_ready, report.failed, watch.pauses) == (1, 0, [0.5])

    def test_is_gone_when_aws_says_so_later(self, gateway: ApiGateway) -> None:
        """Its row is closed as any other."""
        connect("a", api_gateway=gateway)

        with failing_transport(ConnectionGone), failing_transport(Throttled, times=1):
            report = broadcast(Stopwatch())

        assert (report.gone, open_rows()) == (1, [])

    def test_is_read_in_batches(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """So many are tried again with three statements, one for each hundred."""
        connect_many(250, gateway)

        with failing_transport(Throttled, times=250), django_assert_num_queries(4):
            report = broadcast(Stopwatch())

        assert (len(report), report.failed) == (250, 0)

    def test_is_left_when_time_is_over(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """What has had no further try is counted as well, and not read any more."""
        connect_many(250, gateway)
        watch = Stopwatch()
        slow = on_post(lambda connection_id: watch.sleep(0.1))

        with failing_transport(Throttled), slow, django_assert_num_queries(2):
            report = broadcast(watch)

        assert report.reasons == {"Throttled": 250}


class TestOutlived:
    def test_is_not_posted_to(self, gateway: ApiGateway) -> None:
        """Who becomes too old while a hundred others are sent to is gone, and closed."""
        connect_many(100, gateway)
        connect("old", timedelta(seconds=7490), api_gateway=gateway)

        with Clock() as clock, on_post(lambda connection_id: clock.advance(seconds=1)):
            report = broadcast(Stopwatch())

        assert (report.sent, report.gone) == (100, 1)
        assert "old" not in {*sent_to(), *open_rows()}


class TestSignals:
    def test_tell_of_the_end_of_a_delivery(self, gateway: ApiGateway) -> None:
        """Receivers get what the caller gets."""
        connect("a", api_gateway=gateway)

        with received(delivery_finished) as calls:
            report = broadcast(Stopwatch())

        assert calls == [{"sender": WebSocketSession, "report": report}]

    def test_tell_of_each_batch_of_gone_sessions(self, gateway: ApiGateway) -> None:
        """One call for those of a chunk, whose rows are closed by then."""
        rows = [connect(name, api_gateway=gateway) for name in ("a", "b", "c")]

        with received(sessions_gone) as calls, failing_transport(ConnectionGone, times=2):
            broadcast(Stopwatch())

        keys = (rows[0].pk, rows[1].pk)
        assert calls == [{"sender": WebSocketSession, "count": 2, "keys": keys}]

    def test_tell_of_nothing_that_was_known(self, gateway: ApiGateway) -> None:
        """What has been reported as ended meanwhile is no news."""
        connect("a", api_gateway=gateway, connected=False)
        fail("a", ConnectionGone)

        with received(sessions_gone) as calls:
            assert Broadcast(WebSocketSession.objects.all(), b"{}").run(1).gone == 1

        assert calls == []

    def test_cannot_keep_a_delivery_from_ending(self, gateway: ApiGateway) -> None:
        """What a receiver does wrong is its own."""
        connect("a", api_gateway=gateway)
        fail("a", ConnectionGone)

        with broken(sessions_gone), broken(delivery_finished):
            assert broadcast(Stopwatch()).gone == 1


class TestGone:
    def test_are_closed_in_batches(
        self, gateway: ApiGateway, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """No statement names more than 500 of them."""
        connect_many(501, gateway)
        WebSocketSession.objects.update(created_on=timezone.now() - timedelta(minutes=5))

        with failing_transport(ConnectionGone), django_assert_num_queries(3):
            report = broadcast(Stopwatch())

        assert (report.gone, open_rows()) == (501, [])


class TestPace:
    def test_is_that_of_the_settings(self, gateway: ApiGateway) -> None:
        """A tenth of a second's posts go out together, and the next tenth of a second later."""
        connect_many(12, gateway)
        settings = transport_settings(LOCMEM, delivery_max_per_second=50)

        with override_settings(WEBSOCKETS=settings):
            begun = time.monotonic()
            report = broadcast(Stopwatch())

        assert (report.sent, time.monotonic() - begun > 0.19) == (12, True)

    def test_needs_somebody(self, gateway: ApiGateway) -> None:
        """Nobody can send nothing."""
        with pytest.raises(ValueError, match=r"^max_workers must be greater than 0\.$"):
            Broadcast(WebSocketSession.objects.live(), b"{}").run(max_workers=0)


class TestReport:
    def test_says_how_long_all_took(self, gateway: ApiGateway) -> None:
        """Posts and pauses together."""
        connect("a", api_gateway=gateway)
        watch = Stopwatch()

        with failing_transport(Throttled, times=1):
            assert broadcast(watch).duration == 0.5

    @override_settings(
        WEBSOCKETS=transport_settings("tests.models.sending.test_broadcasts.RealTransport")
    )
    def test_takes_real_time_where_clients_are_reached(self, gateway: ApiGateway) -> None:
        """Without a timer, pauses are pauses."""
        connect("a", NEW, api_gateway=gateway)

        with failing_transport(ConnectionGone, times=1):
            report = WebSocketSession.objects.send_message({})

        assert (report.sent, report.duration >= 0.1) == (1, True)

    def test_takes_no_pause_where_nobody_is_reached(self, gateway: ApiGateway) -> None:
        """Tests need not wait for what is not there."""
        connect("a", api_gateway=gateway)
        fail("a", Throttled)

        report = WebSocketSession.objects.send_message({})

        assert (report.failed, report.duration < 0.5) == (1, True)
