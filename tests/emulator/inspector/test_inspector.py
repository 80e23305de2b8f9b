"""What is kept of the log."""

from __future__ import annotations

from contextvars import copy_context

from django_aws_api_gateway_websockets.emulator import LogRecord, ManualClock
from django_aws_api_gateway_websockets.emulator.inspector import Inspector, Keyring
from django_aws_api_gateway_websockets.emulator.inspector.exchanges import (
    CALL,
    CURRENT,
    Call,
    Exchange,
)
from django_aws_api_gateway_websockets.emulator.inspector.masking import Masker
from django_aws_api_gateway_websockets.emulator.store import Store

from ..samples import make_api
from ..support import Journal
from .support import BrokenKeyring, BrokenMasker, tired

__all__ = ["TestExchanges", "TestFailures", "TestLog"]

DOOR = "integration.request.header.X-Door"
MESSAGE = LogRecord(kind="message", at=1.0)
ERROR = LogRecord(kind="error", at=1.0)
POST = LogRecord(kind="post", at=1.0)


def make_inspector(journal: Journal) -> Inspector:
    """Return an inspector of a gateway with nothing in it."""
    clock = ManualClock(wall=1.0)
    return Inspector(journal, Keyring(Store()), lambda: "http://127.0.0.1:9000", clock)


def said(inspector: Inspector) -> list[str]:
    """Return what was said in each event that is kept."""
    return [entry.summary(0)["said"] for _, entry in inspector.ring.after(0, 9) if entry.asked]


class TestLog:
    """Records pass through."""

    def test_hands_on(self) -> None:
        """Whoever listens to the log hears everything."""
        journal = Journal()
        inspector = make_inspector(journal)

        copy_context().run(inspector.log, MESSAGE)
        inspector.log(ERROR)

        assert journal.records == [MESSAGE, ERROR]
        assert inspector.ring.last == 2

    def test_exchange_is_told_once(self) -> None:
        """It belongs to the event that ends with it, and to no other."""
        inspector = make_inspector(Journal())
        exchange = Exchange(Masker())
        exchange.say("hello")
        context = copy_context()
        context.run(CURRENT.set, exchange)

        context.run(inspector.log, ERROR)
        context.run(inspector.log, MESSAGE)
        context.run(inspector.log, MESSAGE)

        assert (said(inspector), inspector.ring.last) == (["hello"], 3)

    def test_call_holds_its_record(self) -> None:
        """It is kept when the answer is known."""
        journal = Journal()
        inspector, call = make_inspector(journal), Call()
        context = copy_context()
        context.run(CALL.set, call)

        context.run(inspector.log, POST)

        assert (call.record, journal.records, inspector.ring.last) == (POST, [POST], 0)


class TestExchanges:
    """What belongs to an event."""

    def test_keep_no_secret(self) -> None:
        """A constant of a mapping is hidden."""
        inspector = make_inspector(Journal())
        inspector.keyring.store.apis["abcdefghij"] = make_api()
        integrations = inspector.keyring.store.apis["abcdefghij"].integrations
        integrations["int1"]["RequestParameters"] = {DOOR: "'opensesame'"}

        exchange = inspector.exchange()
        assert exchange is not None
        exchange.say("opensesame")

        assert exchange.asked is not None
        assert exchange.asked.body == b"***"

    def test_not_wanted(self) -> None:
        """Nobody looks, and there is too much to keep it all."""
        inspector = make_inspector(Journal())
        inspector.attention = tired()

        assert inspector.exchange() is None


class TestFailures:
    """A note that cannot be taken."""

    def test_of_an_exchange(self) -> None:
        """There is none, as if nobody looked, but a record that says why."""
        journal = Journal()
        inspector = Inspector(journal, BrokenKeyring(), lambda: "", ManualClock(wall=1.0))

        assert inspector.exchange() is None
        assert journal.records == [
            LogRecord(kind="error", at=1.0, detail="The inspector could not take note: KeyError.")
        ]
        assert inspector.ring.last == 1

    def test_of_a_note(self) -> None:
        """Nothing of it is kept."""
        inspector = make_inspector(Journal())
        exchange = Exchange(BrokenMasker())

        with inspector.noting():
            exchange.say("hello")

        assert (exchange.asked, inspector.ring.last) == (None, 1)
