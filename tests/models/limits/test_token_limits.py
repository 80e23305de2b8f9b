"""How many tokens a user gets, and an address for its visitors."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketToken
from django_aws_api_gateway_websockets.models.limits.token_limits import TokenLimit, TokenStanding
from django_aws_api_gateway_websockets.testing import create_gateway

from ...inbound import statements

__all__ = ["TestIssue", "TestLook", "TestPurge", "TestRetryAfter"]

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "192.0.2.1", "2001:db8::1"


@pytest.fixture
def ada() -> User:
    """Return a stored user."""
    return User.objects.create(username="ada")


@pytest.fixture
def limit(ada: User) -> TokenLimit:
    """Return the limit of a user: two tokens a minute."""
    return TokenLimit(user=ada, max_per_minute=2)


def issue(limit: TokenLimit, number: int = 1) -> None:
    """Issue tokens."""
    for _ in range(number):
        assert limit.issue("key", limit.look())


def age(seconds: int) -> None:
    """Move all tokens back in time."""
    moment = timezone.now() - timedelta(seconds=seconds)
    WebSocketToken.objects.update(created_at=moment)


class TestLook:
    def test_finds_nothing(self, limit: TokenLimit) -> None:
        """At first there is no token."""
        assert limit.look() == TokenStanding(recent=0, last=None, max_per_minute=2)

    def test_counts_the_minute(self, limit: TokenLimit, ada: User) -> None:
        """What is older does not count, but may be the newest that was issued."""
        issue(limit)
        age(61)
        issued = WebSocketToken.objects.get()
        WebSocketToken.generate_token(ada, "key")

        assert limit.look() == TokenStanding(recent=1, last=issued.pk, max_per_minute=2)

    def test_leaves_out_others(self, limit: TokenLimit) -> None:
        """Those of another user, and of visitors."""
        issue(TokenLimit(user=User.objects.create(username="bob"), max_per_minute=9))
        issue(TokenLimit(user=None, ip_address=HERE, max_per_minute=9))

        assert limit.look().recent == 0

    def test_counts_visitors_by_address(self, limit: TokenLimit) -> None:
        """Each address is for itself, and users behind it do not count."""
        issue(limit, 2)
        issue(TokenLimit(user=None, ip_address=HERE, max_per_minute=9), 3)

        assert TokenLimit(user=None, ip_address=HERE, max_per_minute=9).look().recent == 3
        assert TokenLimit(user=None, ip_address=ELSEWHERE, max_per_minute=9).look().recent == 0

    @pytest.mark.parametrize("number", [0, 2])
    def test_beside_other_rows(self, limit: TokenLimit, number: int) -> None:
        """The counts come along with rows that are loaded anyway."""
        create_gateway()
        issue(limit, number)
        age(10)

        with statements(1):
            (row,) = limit.look_beside(ApiGateway.objects.all())

        assert limit.standing(row) == limit.look()

    def test_takes_one_query(self, limit: TokenLimit) -> None:
        """Both numbers are counted together."""
        with statements(1):
            limit.look()


class TestIssue:
    def test_stops_at_the_limit(self, limit: TokenLimit) -> None:
        """The third within a minute is refused."""
        issue(limit, 2)

        assert limit.issue("key", limit.look()) is None
        assert WebSocketToken.objects.count() == 2

    def test_looks_again_when_another_was_faster(self, limit: TokenLimit) -> None:
        """Two requests that both saw one token left get one."""
        issue(limit)
        seen = limit.look()

        assert limit.issue("key", seen)
        assert limit.issue("key", seen) is None

    def test_goes_on_after_a_minute(self, limit: TokenLimit) -> None:
        """The window moves on."""
        issue(limit, 2)
        age(61)

        assert limit.issue("key", limit.look())

    def test_keeps_visitors_apart(self) -> None:
        """A visitor's token has an address, and no user."""
        token = TokenLimit(user=None, ip_address=HERE, max_per_minute=1)

        issue(token)

        row = WebSocketToken.objects.get()
        assert (row.user, row.ip_address) == (None, HERE)

    def test_takes_one_query(self, limit: TokenLimit, monkeypatch: pytest.MonkeyPatch) -> None:
        """The token is stored, and nothing else."""
        monkeypatch.setattr(secrets, "randbelow", lambda bound: 1)
        standing = limit.look()

        with statements(1):
            limit.issue("key", standing)


class TestRetryAfter:
    def test_tells_when_the_oldest_is_out(self, limit: TokenLimit) -> None:
        """The oldest of as many as are allowed has to leave the minute."""
        issue(limit)
        age(50)
        issue(limit)

        assert limit.retry_after() in (10, 11)

    def test_counts_the_newest(self, limit: TokenLimit, ada: User) -> None:
        """More than are allowed may be there, as another version stored them."""
        for seconds in (0, 30, 55):
            WebSocketToken.generate_token(ada, "key")
            age(seconds)

        assert limit.retry_after() <= 60

    def test_is_never_less_than_a_second(self, limit: TokenLimit) -> None:
        """A client whose token is free already waits a moment all the same."""
        assert limit.retry_after() == 1


class TestPurge:
    @pytest.mark.parametrize(("expiry", "kept"), [(60, 1), (900, 2)])
    def test_deletes_what_nobody_can_use(
        self,
        limit: TokenLimit,
        monkeypatch: pytest.MonkeyPatch,
        settings: Settings,
        expiry: int,
        kept: int,
    ) -> None:
        """Now and then an issued token takes old ones along, but none that can be valid."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "token_expiry_seconds": expiry}
        monkeypatch.setattr(secrets, "randbelow", lambda bound: 0)
        issue(limit)
        age(301)

        issue(limit)

        assert WebSocketToken.objects.count() == kept
