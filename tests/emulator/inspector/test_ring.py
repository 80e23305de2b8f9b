"""The latest entries."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator import LogRecord
from django_aws_api_gateway_websockets.emulator.inspector.entries import Asked, Entry
from django_aws_api_gateway_websockets.emulator.inspector.ring import Ring


def entry(body: bytes = b"") -> Entry:
    """Return an entry of some weight."""
    return Entry(record=LogRecord(kind="message", at=0), asked=Asked(body=body))


def filled(*entries: Entry, most_entries: int = 3, most_bytes: int = 1_000_000) -> Ring:
    """Return a ring with entries."""
    ring = Ring(most_entries=most_entries, most_bytes=most_bytes)
    for one in entries:
        ring.add(one)
    return ring


def numbers(ring: Ring, after: int, most: int = 10) -> list[int]:
    """Return the numbers of entries."""
    return [number for number, _ in ring.after(after, most)]


class TestNumbers:
    """Entries are numbered from 1 on."""

    def test_after(self) -> None:
        """Oldest first."""
        ring = filled(entry(), entry(), entry())

        assert (numbers(ring, 0), numbers(ring, 2), numbers(ring, 3)) == ([1, 2, 3], [3], [])

    def test_after_what_never_was(self) -> None:
        """Whoever knows more than there is gets nothing."""
        assert numbers(filled(entry()), 9) == []

    def test_no_more_than_asked_for(self) -> None:
        """The latest then."""
        assert numbers(filled(entry(), entry(), entry()), 0, 2) == [2, 3]

    def test_find(self) -> None:
        """One by its number."""
        first, second = entry(b"1"), entry(b"2")
        ring = filled(first, second)

        assert [ring.find(1), ring.find(2), ring.find(3)] == [first, second, None]


class TestForgetting:
    """There are never too many."""

    def test_by_count(self) -> None:
        """The oldest goes, and the others keep their numbers."""
        ring = filled(*[entry()] * 5)

        assert (numbers(ring, 0), ring.find(2), ring.last) == ([3, 4, 5], None, 5)

    def test_by_weight(self) -> None:
        """Large bodies push out more than one."""
        ring = filled(entry(), entry(), entry(b"x" * 900), most_bytes=2_000)

        assert numbers(ring, 0) == [3]

    def test_keeps_one(self) -> None:
        """The latest stays, whatever it weighs, until there is another."""
        ring = filled(entry(b"x" * 5_000), most_bytes=2_000)

        assert numbers(ring, 0) == [1]

        ring.add(entry())

        assert numbers(ring, 0) == [2]
