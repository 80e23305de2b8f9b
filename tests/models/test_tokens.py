"""Single-use tokens, and the hashes that sessions are recognised by."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.models.tokens import (
    hash_session_key,
    hash_token,
    hash_user_auth,
    login_is_current,
    session_key_hashes,
    user_auth_hashes,
)

__all__ = [
    "TestCleanup",
    "TestConsume",
    "TestFind",
    "TestGenerate",
    "TestLogin",
    "TestRateLimit",
    "TestSecretKeyRotation",
    "TestStoredFormats",
    "TestValidateAndConsume",
]

KEY = "key-of-the-login-session"
ROTATED = {"SECRET_KEY": "the-new-key", "SECRET_KEY_FALLBACKS": ["older", "the-old-key"]}


@pytest.fixture
def ada(db: None) -> User:
    """Return a stored user."""
    return User.objects.create(username="ada")


def clear_token(user: User) -> str:
    """Return the value of a new token."""
    return WebSocketToken.generate_token(user, KEY).token


def age_tokens(seconds: int) -> None:
    """Make every token older."""
    WebSocketToken.objects.update(created_at=timezone.now() - timedelta(seconds=seconds))


class TestGenerate:
    def test_returns_the_clear_value(self, ada: User) -> None:
        """The value is 64 hexadecimal digits, and the database holds its hash."""
        token = WebSocketToken.generate_token(ada, KEY)

        token.clean_fields()
        assert WebSocketToken.objects.get().token == hash_token(token.token) != token.token

    def test_returns_another_value_each_time(self, ada: User) -> None:
        """No two tokens are alike."""
        assert clear_token(ada) != clear_token(ada)

    def test_stores_no_session_key(self, ada: User) -> None:
        """The login session is known by its hash."""
        clear_token(ada)

        assert WebSocketToken.objects.get().session_key == hash_session_key(KEY)

    def test_starts_unused(self, ada: User) -> None:
        """A new token is good for one connection of its user."""
        token = WebSocketToken.generate_token(ada, KEY)

        assert (token.used, list(ada.websocket_tokens.all())) == (False, [token])

    def test_shows_its_value_nowhere(self, ada: User) -> None:
        """A token in a log or a traceback tells its number."""
        token = WebSocketToken.generate_token(ada, KEY)

        assert str(token) == f"Token {token.pk}"
        assert repr(token) == f"<WebSocketToken: Token {token.pk}>"

    def test_takes_one_query(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The row is inserted, and nothing is read."""
        with django_assert_num_queries(1):
            clear_token(ada)

    @pytest.mark.parametrize("value", ["a" * 63, "g" * 64, "A" * 64, "a" * 64 + "\n"])
    def test_has_one_format(self, value: str) -> None:
        """Anything but 64 lower-case hexadecimal digits is no token."""
        with pytest.raises(ValidationError) as caught:
            WebSocketToken(token=value).clean_fields(exclude=["user", "session_key"])

        assert "Invalid token format" in caught.value.messages


class TestFind:
    def test_finds_a_token_with_its_user(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Value, login session and age are checked, and the user loaded, in one query."""
        value = clear_token(ada)

        with django_assert_num_queries(1):
            token = WebSocketToken.find(value, KEY)
            assert token is not None
            assert token.user == ada

    def test_leaves_the_token_unused(self, ada: User) -> None:
        """Looking does not use it up."""
        value = clear_token(ada)

        WebSocketToken.find(value, KEY)

        assert WebSocketToken.find(value, KEY)

    @pytest.mark.parametrize("value", ["", "0" * 64, "é", "\ud800"])
    def test_refuses_another_value(self, ada: User, value: str) -> None:
        """Any text that a client may send is looked up, and is no token."""
        clear_token(ada)

        assert WebSocketToken.find(value, KEY) is None

    def test_refuses_what_is_stored(self, ada: User) -> None:
        """Who reads the database has no token."""
        clear_token(ada)

        assert WebSocketToken.find(WebSocketToken.objects.get().token, KEY) is None

    def test_refuses_another_login_session(self, ada: User) -> None:
        """A stolen token opens nothing elsewhere."""
        assert WebSocketToken.find(clear_token(ada), "another") is None

    def test_finds_a_used_token(self, ada: User) -> None:
        """A handshake that is delivered twice brings the same token twice."""
        value = clear_token(ada)
        WebSocketToken.objects.update(used=True)

        token = WebSocketToken.find(value, KEY)

        assert token is not None
        assert token.used is True

    def test_finds_the_token_of_any_login_session(self, ada: User) -> None:
        """Where the token alone counts, no login session is asked for."""
        assert WebSocketToken.find(clear_token(ada), None)

    @pytest.mark.django_db
    def test_finds_the_token_of_a_visitor(self) -> None:
        """A token may belong to nobody, and to no login session."""
        value = WebSocketToken.generate_token(None, "").token

        token = WebSocketToken.find(value, "")

        assert token is not None
        assert (token.user, token.session_key) == (None, "")

    def test_takes_no_login_session_for_no_match(self, ada: User) -> None:
        """A token that is bound to a login session is not found without one."""
        assert WebSocketToken.find(clear_token(ada), "") is None

    def test_refuses_an_old_token(self, ada: User) -> None:
        """A token lives for a minute."""
        value = clear_token(ada)
        age_tokens(61)

        assert WebSocketToken.find(value, KEY) is None

    def test_takes_the_age_that_it_is_told(self, ada: User) -> None:
        """The caller says how long a token lives."""
        value = clear_token(ada)
        age_tokens(61)

        assert WebSocketToken.find(value, KEY, max_age_seconds=120)

    def test_refuses_an_inactive_user(self, ada: User) -> None:
        """Who was deactivated since gets no connection."""
        value = clear_token(ada)
        User.objects.update(is_active=False)

        assert WebSocketToken.find(value, KEY) is None


class TestValidateAndConsume:
    def test_returns_the_user_once(self, ada: User) -> None:
        """The second time the token is used up."""
        value = clear_token(ada)

        assert WebSocketToken.validate_and_consume(value, KEY) == ada
        assert WebSocketToken.validate_and_consume(value, KEY) is None

    def test_does_not_use_up_what_it_refuses(self, ada: User) -> None:
        """A try with the wrong login session costs the user nothing."""
        value = clear_token(ada)

        assert WebSocketToken.validate_and_consume(value, "another") is None
        assert WebSocketToken.validate_and_consume(value, KEY) == ada

    def test_takes_the_age_that_it_is_told(self, ada: User) -> None:
        """The caller says how long a token lives."""
        value = clear_token(ada)
        age_tokens(31)

        assert WebSocketToken.validate_and_consume(value, KEY, max_age_seconds=30) is None


class TestConsume:
    def test_tells_one_of_two_that_it_won(self, ada: User) -> None:
        """Two requests that both found the token valid cannot both have it."""
        value = clear_token(ada)
        first = WebSocketToken.find(value, KEY)
        second = WebSocketToken.find(value, KEY)
        assert first
        assert second

        assert [first.consume(), second.consume()] == [True, False]
        assert (first.used, second.used) == (True, True)

    def test_takes_one_query(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A conditional update decides."""
        token = WebSocketToken.generate_token(ada, KEY)

        with django_assert_num_queries(1):
            token.consume()


class TestCleanup:
    @pytest.mark.parametrize("used", [True, False])
    def test_deletes_by_age(self, ada: User, used: bool) -> None:
        """Used or not, an old token goes, and Django's counts are returned."""
        clear_token(ada)
        WebSocketToken.objects.update(used=used)
        age_tokens(301)
        clear_token(ada)

        deleted = WebSocketToken.cleanup_expired()

        assert deleted == (1, {"django_aws_api_gateway_websockets.WebSocketToken": 1})

    def test_takes_the_age_that_it_is_told(self, ada: User) -> None:
        """The caller says what is old."""
        clear_token(ada)
        age_tokens(11)

        assert WebSocketToken.cleanup_expired(max_age_seconds=10)[0] == 1


class TestRateLimit:
    def test_allows_below_the_limit(self, ada: User) -> None:
        """One more token may be had."""
        clear_token(ada)

        assert WebSocketToken.check_rate_limit(ada, max_tokens_per_minute=2)

    def test_refuses_at_the_limit(self, ada: User) -> None:
        """Tokens count whether they were used or not."""
        clear_token(ada)
        clear_token(ada)
        WebSocketToken.objects.update(used=True)

        assert not WebSocketToken.check_rate_limit(ada, max_tokens_per_minute=2)

    def test_counts_ten_within_a_minute_by_default(self, ada: User) -> None:
        """The tenth token is the last of its minute."""
        WebSocketToken.objects.bulk_create(
            WebSocketToken(token=str(number), user=ada) for number in range(10)
        )

        assert not WebSocketToken.check_rate_limit(ada)

    def test_forgets_after_a_minute(self, ada: User) -> None:
        """Older tokens do not count."""
        clear_token(ada)
        age_tokens(61)

        assert WebSocketToken.check_rate_limit(ada, max_tokens_per_minute=1)

    def test_counts_each_user_alone(self, ada: User) -> None:
        """Tokens of others do not count."""
        clear_token(User.objects.create(username="grace"))

        assert WebSocketToken.check_rate_limit(ada, max_tokens_per_minute=1)

    def test_takes_one_query(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Tokens are counted by the database."""
        with django_assert_num_queries(1):
            WebSocketToken.check_rate_limit(ada)


class TestSecretKeyRotation:
    def test_keeps_tokens_valid(self, ada: User) -> None:
        """A token of before the rotation opens its connection after it."""
        with override_settings(SECRET_KEY="the-old-key"):
            value = clear_token(ada)

        with override_settings(**ROTATED):
            assert WebSocketToken.validate_and_consume(value, KEY) == ada

    def test_ends_tokens_of_a_key_that_is_no_fallback(self, ada: User) -> None:
        """Taking a key out of the fallbacks takes its tokens with it."""
        with override_settings(SECRET_KEY="the-old-key"):
            value = clear_token(ada)

        with override_settings(SECRET_KEY="the-new-key", SECRET_KEY_FALLBACKS=[]):
            assert WebSocketToken.validate_and_consume(value, KEY) is None

    def test_finds_login_sessions(self) -> None:
        """The current key's hash comes first, then those of the fallbacks in their order."""
        with override_settings(SECRET_KEY="the-old-key"):
            old = hash_session_key(KEY)

        with override_settings(**ROTATED):
            hashes = list(session_key_hashes(KEY))
            assert (hashes[0], hashes[2]) == (hash_session_key(KEY), old)

    def test_finds_logins(self) -> None:
        """A user's hash of before the rotation is among those of after it."""
        user = User(password="hashed")
        with override_settings(SECRET_KEY="the-old-key"):
            old = hash_user_auth(user)

        with override_settings(**ROTATED):
            hashes = list(user_auth_hashes(user))
            assert (hashes[0], hashes[2]) == (hash_user_auth(user), old)


class TestStoredFormats:
    """Stored sessions depend on these: a change would end every connection of a running site."""

    @override_settings(SECRET_KEY="frozen")
    def test_session_keys(self) -> None:
        """The hash of a login session's key never changes."""
        assert hash_session_key("abc") == (
            "56a7d9598f0837be40ff06509a0cab1760dba932f49e78922eab27ac259bb2ea"
        )

    @override_settings(SECRET_KEY="frozen")
    def test_logins(self) -> None:
        """The hash of a user's login never changes."""
        assert hash_user_auth(User(password="hashed")) == (
            "906d3ad6a907f076798abbe0016b31dc2ae2d9deaac0620fb0cc8375209ddd76"
        )

    def test_change_of_password(self) -> None:
        """Another password is another hash."""
        assert hash_user_auth(User(password="one")) != hash_user_auth(User(password="two"))

    def test_users_without_a_password(self) -> None:
        """A user model that knows no such hash has an empty one."""
        assert hash_user_auth(object()) == ""
        assert list(user_auth_hashes(object())) == [""]


class TestLogin:
    def test_of_users_who_cannot_be_inactive(self) -> None:
        """A model of users need not say who is active."""
        assert login_is_current(SimpleNamespace(), "")

    def test_of_nobody(self) -> None:
        """A visitor has no login that could end."""
        assert login_is_current(None, "")
