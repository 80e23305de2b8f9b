"""An event in the form of a list, and whole."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator import LogRecord
from django_aws_api_gateway_websockets.emulator.inspector.entries import Answered, Asked, Entry

BARE = Entry(record=LogRecord(kind="control", at=1.5))
FULL = Entry(
    record=LogRecord(kind="message", at=1.5, status=200),
    asked=Asked(method="POST", url="/x", headers=(("A", "b"),), body=b"y" * 200),
    answered=Answered(status=200, body=b"\xff"),
)


class TestSummary:
    """What a list shows."""

    def test_leaves_out_what_says_nothing(self) -> None:
        """A record is mostly empty."""
        assert BARE.summary(7) == {"number": 7, "kind": "control", "at": 1.5}

    def test_begins_the_body(self) -> None:
        """So that messages can be told apart."""
        assert FULL.summary(7)["said"] == "y" * 160

    def test_shows_the_path_without_a_body(self) -> None:
        """So that it is seen what was asked for."""
        record = LogRecord(kind="connect", at=1.5)
        entry = Entry(record, Asked(method="GET", url="http://127.0.0.1:9000/a/dev?b=1"))

        assert entry.summary(7)["said"] == "/a/dev?b=1"


class TestDetail:
    """Everything about one."""

    def test_has_both_sides(self) -> None:
        """Bodies are text, as far as they are."""
        detail = FULL.detail(7)

        assert detail["asked"]["headers"] == (("A", "b"),)
        assert (detail["asked"]["body"], detail["answered"]["body"]) == ("y" * 200, "�")
        assert (detail["asked"]["kept"], detail["answered"]["kept"]) == (200, 1)

    def test_has_what_there_is(self) -> None:
        """Not every event has sides."""
        assert BARE.detail(7) == {**BARE.summary(7), "asked": None, "answered": None}


class TestWeight:
    """What it takes to keep one."""

    def test_counts_what_may_be_large(self) -> None:
        """The URL, the headers and both bodies."""
        assert FULL.weight - BARE.weight == 2 + 2 + 200 + 1

    def test_counts_what_is_there(self) -> None:
        """Not every event has sides."""
        answered = Answered(status=200, headers=(("Set-Cookie", "x"),))

        assert Entry(BARE.record, None, answered).weight - BARE.weight == 11
