"""One passes of several who saw the same, and the others look again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import IntegrityError, OperationalError

from django_aws_api_gateway_websockets.models import ConnectionRateLimit
from django_aws_api_gateway_websockets.models.limits.claims import claim

__all__ = ["TestClaim", "TestDeadlock"]

pytestmark = pytest.mark.django_db

HERE = "192.0.2.1"


@dataclass(frozen=True)
class Seen:
    """How many there are, of at most two; the newest has the number of all."""

    count: int

    @property
    def is_open(self) -> bool:
        """Whether one more may pass."""
        return self.count < 2


def store(seen: Seen) -> ConnectionRateLimit:
    """Store an attempt that follows as many as were seen."""
    return ConnectionRateLimit.objects.create(ip_address=HERE, previous_of_address=seen.count)


def look() -> Seen:
    """Count."""
    return Seen(ConnectionRateLimit.objects.count())


def stored() -> list[int | None]:
    """Return what each attempt follows."""
    rows = ConnectionRateLimit.objects.order_by("pk")
    return list(rows.values_list("previous_of_address", flat=True))


class TestClaim:
    def test_passes(self) -> None:
        """Who is within the limit stores a row, and gets it."""
        row = claim(ConnectionRateLimit, Seen(0), look=look, store=store)

        assert row == ConnectionRateLimit.objects.get()

    def test_looks_again_after_another_one(self) -> None:
        """A row that another one follows already makes the caller look, and follow that one."""
        store(Seen(0))

        assert claim(ConnectionRateLimit, Seen(0), look=look, store=store)
        assert stored() == [0, 1]

    def test_refuses_when_others_used_the_limit_up(self) -> None:
        """Whoever looks again may find the limit reached."""
        store(Seen(0))
        store(Seen(1))

        assert claim(ConnectionRateLimit, Seen(0), look=look, store=store) is None
        assert stored() == [0, 1]

    def test_refuses_at_the_limit(self) -> None:
        """Whoever saw the limit reached stores nothing."""
        assert claim(ConnectionRateLimit, Seen(2), look=look, store=store) is None
        assert stored() == []

    def test_raises_what_is_no_race(self) -> None:
        """A row that cannot be stored though nobody came between is an error."""
        store(Seen(0))

        with pytest.raises(IntegrityError):
            claim(ConnectionRateLimit, Seen(0), look=lambda: Seen(0), store=store)


class Deadlock:
    """Fails the first attempts to store a row, as a database that has to end a deadlock."""

    def __init__(self, error: OperationalError) -> None:
        self._errors = [error]

    def __call__(self, seen: Seen) -> ConnectionRateLimit:
        """Store an attempt, once the errors are used up."""
        if self._errors:
            raise self._errors.pop()
        return store(seen)


class TestDeadlock:
    @pytest.mark.django_db(transaction=True)
    def test_is_tried_again(self) -> None:
        """Of several who follow one row, InnoDB may pick one as its victim."""
        storing = Deadlock(OperationalError(1213, "Deadlock found when trying to get lock"))

        assert claim(ConnectionRateLimit, Seen(0), look=look, store=storing)
        assert stored() == [0]

    def test_is_raised_in_a_transaction(self) -> None:
        """The whole transaction is undone, so there is nothing to go on with."""
        storing = Deadlock(OperationalError(1213, "Deadlock found when trying to get lock"))

        with pytest.raises(OperationalError):
            claim(ConnectionRateLimit, Seen(0), look=look, store=storing)

    @pytest.mark.django_db(transaction=True)
    def test_is_no_other_failure(self) -> None:
        """What else the database does is no reason to try again."""
        storing = Deadlock(OperationalError(2006, "Server has gone away"))

        with pytest.raises(OperationalError, match="gone away"):
            claim(ConnectionRateLimit, Seen(0), look=look, store=storing)
