"""Attempts to connect, counted and forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import ConnectionRateLimit
from django_aws_api_gateway_websockets.models.limits.rate_limits import ConnectionLimit

__all__ = ["TestCheck", "TestCleanup", "TestLimit", "TestPurge", "TestRecord", "TestText"]

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "192.0.2.1", "2001:db8::1"


@pytest.fixture
def ada() -> User:
    """Return a stored user."""
    return User.objects.create(username="ada")


@pytest.fixture
def lucky(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every recorded attempt one of those that also delete old ones."""
    monkeypatch.setattr(secrets, "randbelow", lambda bound: 0)


def attempts(count: int, age: timedelta = timedelta(0), **fields: Any) -> None:
    """Store attempts of some age."""
    for _ in range(count):
        row = ConnectionRateLimit.objects.create(**{"ip_address": HERE, **fields})
        moment = timezone.now() - age
        ConnectionRateLimit.objects.filter(pk=row.pk).update(attempt_time=moment)


def refuse_deletes(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Fail every DELETE, as a database without space or permission does."""
    if sql.startswith("DELETE"):
        raise DatabaseError("no deletes today")
    return execute(sql, *rest)


class TestCheck:
    def test_allows_the_first(self) -> None:
        """Without attempts there is nothing to count."""
        assert ConnectionRateLimit.check_rate_limit(HERE) == (True, 0)

    def test_allows_below_the_limit(self) -> None:
        """The limit itself is not reached yet."""
        attempts(2)

        assert ConnectionRateLimit.check_rate_limit(HERE, max_attempts=3) == (True, 2)

    @pytest.mark.parametrize("successful", [True, False])
    def test_refuses_at_the_limit(self, successful: bool) -> None:
        """Attempts count whether they succeeded or not."""
        attempts(3, successful=successful)

        assert ConnectionRateLimit.check_rate_limit(HERE, max_attempts=3) == (False, 3)

    def test_counts_only_its_window(self) -> None:
        """What is older than the window does not count."""
        attempts(3, age=timedelta(minutes=2))

        assert ConnectionRateLimit.check_rate_limit(HERE, max_attempts=3, window_minutes=1) == (
            True,
            0,
        )

    def test_counts_a_user_at_any_address(self, ada: User) -> None:
        """A user who changes addresses meets the limit; the count is that of the user."""
        attempts(3, user=ada)

        assert ConnectionRateLimit.check_rate_limit(ELSEWHERE, ada, max_attempts=3) == (False, 3)

    def test_tests_the_address_first(self, ada: User) -> None:
        """When both are over, the count of the address is told."""
        attempts(3, user=ada)
        attempts(1)

        assert ConnectionRateLimit.check_rate_limit(HERE, ada, max_attempts=3) == (False, 4)

    def test_tells_the_count_of_the_address_when_it_allows(self, ada: User) -> None:
        """The user's own count is not told while it is below the limit."""
        attempts(1, user=ada)

        assert ConnectionRateLimit.check_rate_limit(ELSEWHERE, ada, max_attempts=3) == (True, 0)

    def test_does_not_count_attempts_of_nobody_for_a_user(self, ada: User) -> None:
        """Attempts without a user belong to no user."""
        attempts(3)

        assert ConnectionRateLimit.check_rate_limit(ELSEWHERE, ada, max_attempts=3) == (True, 0)

    def test_takes_an_anonymous_user_for_nobody(self) -> None:
        """Attempts without a user at other addresses do not count."""
        attempts(3)

        assert ConnectionRateLimit.check_rate_limit(ELSEWHERE, AnonymousUser(), max_attempts=3) == (
            True,
            0,
        )

    def test_knows_an_ipv6_address_in_any_spelling(self) -> None:
        """Two spellings are one address."""
        attempts(3, ip_address="2001:db8::1")

        assert ConnectionRateLimit.check_rate_limit("2001:DB8:0:0:0:0:0:1", max_attempts=3) == (
            False,
            3,
        )

    def test_takes_one_query(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Address and user are counted together."""
        with django_assert_num_queries(1):
            ConnectionRateLimit.check_rate_limit(HERE, ada)


class TestRecord:
    def test_keeps_address_user_and_outcome(self, ada: User) -> None:
        """The row holds what it was told."""
        row = ConnectionRateLimit.record_attempt(HERE, ada, successful=True)

        row.refresh_from_db()
        assert (row.ip_address, row.user, row.successful) == (HERE, ada, True)

    @pytest.mark.parametrize("user", [None, AnonymousUser()])
    def test_keeps_no_user_for_nobody(self, user: AnonymousUser | None) -> None:
        """An anonymous user is no user, and an attempt fails unless it is said not to."""
        row = ConnectionRateLimit.record_attempt(HERE, user)

        row.refresh_from_db()
        assert (row.user, row.successful) == (None, False)

    def test_can_be_found_from_the_user(self, ada: User) -> None:
        """A user knows the attempts."""
        row = ConnectionRateLimit.record_attempt(HERE, ada)

        assert list(ada.connection_attempts.all()) == [row]


class TestPurge:
    def test_deletes_what_is_past_its_retention(self, lucky: None) -> None:
        """Attempts of more than seven days go, younger ones stay."""
        attempts(2, age=timedelta(days=8))
        attempts(1, age=timedelta(days=6))

        ConnectionRateLimit.record_attempt(HERE)

        assert ConnectionRateLimit.objects.count() == 2

    def test_deletes_only_so_many_at_once(self, lucky: None) -> None:
        """One connection does not wait for the deletion of a whole table."""
        ConnectionRateLimit.objects.bulk_create(
            ConnectionRateLimit(ip_address=HERE) for _ in range(501)
        )
        ConnectionRateLimit.objects.update(attempt_time=timezone.now() - timedelta(days=8))

        ConnectionRateLimit.record_attempt(HERE)

        assert ConnectionRateLimit.objects.count() == 2

    def test_is_rare(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One attempt in a hundred deletes, and the others do not."""
        monkeypatch.setattr(secrets, "randbelow", {100: 1}.__getitem__)
        attempts(1, age=timedelta(days=8))

        ConnectionRateLimit.record_attempt(HERE)

        assert ConnectionRateLimit.objects.count() == 2

    def test_does_not_fail_the_attempt(self, lucky: None, caplog: pytest.LogCaptureFixture) -> None:
        """When the deletion fails, the attempt is recorded, and the log tells."""
        attempts(1, age=timedelta(days=8))

        with connection.execute_wrapper(refuse_deletes):
            row = ConnectionRateLimit.record_attempt(HERE)

        assert row.pk
        assert caplog.messages == ["Old connection attempts could not be deleted"]

    def test_leaves_the_transaction_of_its_caller_usable(self, lucky: None) -> None:
        """What the caller does after a failed deletion is stored."""
        attempts(1, age=timedelta(days=8))

        with transaction.atomic():
            with connection.execute_wrapper(refuse_deletes):
                ConnectionRateLimit.record_attempt(HERE)
            ConnectionRateLimit.objects.create(ip_address=ELSEWHERE)

        assert ConnectionRateLimit.objects.filter(ip_address=ELSEWHERE).exists()


class TestCleanup:
    def test_deletes_by_age(self) -> None:
        """What is older than so many days goes, and Django's counts are returned."""
        attempts(2, age=timedelta(days=3))
        attempts(1, age=timedelta(days=1))

        deleted = ConnectionRateLimit.cleanup_old_records(days=2)

        assert deleted == (2, {"django_aws_api_gateway_websockets.ConnectionRateLimit": 2})

    def test_keeps_a_week_by_default(self) -> None:
        """Without a number, attempts are kept for seven days."""
        attempts(1, age=timedelta(days=8))
        attempts(1, age=timedelta(days=6))

        count, _ = ConnectionRateLimit.cleanup_old_records()

        assert count == 1


class TestText:
    def test_names_address_and_time(self) -> None:
        """An attempt reads as a line of a log."""
        moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

        row = ConnectionRateLimit(ip_address=HERE, attempt_time=moment)

        assert str(row) == f"{HERE} at 2026-01-02 03:04:05"


class TestLimit:
    @pytest.fixture
    def limit(self, ada: User) -> ConnectionLimit:
        """Return the limit of a user at an address: two attempts a minute."""
        return ConnectionLimit(ip_address=HERE, user=ada, max_attempts=2, window_minutes=1)

    def test_lets_so_many_pass(self, limit: ConnectionLimit) -> None:
        """The third within the window is refused."""
        passed = [limit.claim(limit.look()) is not None for _ in range(3)]

        assert passed == [True, True, False]

    def test_lets_one_pass_of_two_who_saw_the_same(self, limit: ConnectionLimit) -> None:
        """Both saw room for one."""
        attempts(1)
        seen = limit.look()

        assert limit.claim(seen)
        assert limit.claim(seen) is None

    def test_follows_the_newest_of_both(self, limit: ConnectionLimit, ada: User) -> None:
        """Address and user have a chain each."""
        there = ConnectionLimit(ip_address=ELSEWHERE, user=ada, max_attempts=9, window_minutes=1)
        first = there.claim(there.look())
        assert first

        second = limit.claim(limit.look())

        assert second
        assert (second.previous_of_address, second.previous_of_user) == (0, first.pk)

    def test_follows_one_outside_the_window(self, limit: ConnectionLimit) -> None:
        """An old attempt does not count, but is still the one before."""
        first = limit.claim(limit.look())
        ConnectionRateLimit.objects.update(attempt_time=timezone.now() - timedelta(days=1))
        assert first

        second = limit.claim(limit.look())

        assert second
        assert second.previous_of_address == first.pk

    def test_begins_anew_after_a_purge(self, limit: ConnectionLimit) -> None:
        """When every attempt is deleted there is nothing to follow."""
        limit.claim(limit.look())
        ConnectionRateLimit.objects.all().delete()

        assert limit.claim(limit.look())

    def test_is_full_at_twice_the_limit(self, limit: ConnectionLimit) -> None:
        """From then on a refusal need not be recorded."""
        attempts(3)
        assert not limit.look().is_full

        attempts(1)
        assert limit.look().is_full

    def test_marks_what_failed_after_all(self, limit: ConnectionLimit) -> None:
        """An attempt that passed may still be refused for another reason."""
        attempt = limit.claim(limit.look())
        assert attempt

        attempt.mark_failed()

        attempt.refresh_from_db()
        assert attempt.successful is False
