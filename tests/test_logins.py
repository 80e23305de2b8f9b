"""Sessions end with the login that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends.db import SessionStore
from django.core import serializers
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from django_aws_api_gateway_websockets import receivers
from django_aws_api_gateway_websockets.exceptions import EndpointUnreachable
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    WebSocketSession,
    WebSocketToken,
)
from django_aws_api_gateway_websockets.models.tokens import hash_session_key, hash_user_auth
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.transports import locmem

from .connections import closed_in_aws, connect, fail, open_rows, pending_rows, sent_to

__all__ = ["TestDeletedUsers", "TestLogout", "TestSavedUsers"]

LABEL = "django_aws_api_gateway_websockets"

proxies: list[type[User]] = []


@pytest.fixture
def proxy(ada: User) -> Iterator[type[User]]:
    """Define a proxy of the user model, as an app that is installed might."""

    class Member(User):
        class Meta:
            app_label = "tests"
            proxy = True

    proxies.append(Member)  # a signal knows its senders by their ids
    receivers.connect(apps.get_app_config(LABEL))
    yield Member
    del apps.all_models["tests"]["member"]
    apps.clear_cache()


@pytest.fixture(autouse=True)
def empty_outbox() -> None:
    """Forget what earlier tests sent."""
    locmem.reset()


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is deployed."""
    return create_gateway()


@pytest.fixture
def ada() -> User:
    """Return a user with a password."""
    return User.objects.create_user("ada", password="one")


def connect_as(user: User, connection_id: str, **fields: Any) -> WebSocketSession:
    """Return a connection that a user has opened."""
    return connect(connection_id, user=user, auth_hash=hash_user_auth(user), **fields)


def key_hash(client: Client) -> str:
    """Return the hash of a login session as connections have it."""
    return hash_session_key(str(client.session.session_key))


def request(session: Any) -> HttpRequest:
    """Return a request with this login session."""
    with_session = HttpRequest()
    with_session.session = session
    return with_session


def refuse_sessions(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Fail every update of a session."""
    if sql.startswith("UPDATE") and "websocketsession" in sql:
        raise DatabaseError("no updates today")
    return execute(sql, *rest)


@pytest.mark.django_db(transaction=True)
class TestLogout:
    def test_ends_the_sessions_of_the_login(
        self, client: Client, ada: User, gateway: ApiGateway
    ) -> None:
        """Sessions that the login opened are closed, those of another login are not."""
        client.force_login(ada)
        connect_as(ada, "a", session_key_hash=key_hash(client), api_gateway=gateway)
        connect_as(ada, "b", session_key_hash=hash_session_key("another"))
        connect("c")

        client.logout()

        assert open_rows() == ["b", "c"]
        assert locmem.outbox[0].json == {"ws": "close", "code": "logged_out", "reconnect": False}
        assert (closed_in_aws(), pending_rows()) == (["a"], {})

    def test_ends_who_comes_back_at_once(
        self, client: Client, ada: User, gateway: ApiGateway
    ) -> None:
        """Until the login session is gone for everybody, a page that connects again gets in."""
        client.force_login(ada)
        of_login = {"session_key_hash": key_hash(client), "api_gateway": gateway}
        connect_as(ada, "a", **of_login)

        with transaction.atomic():
            client.logout()
            connect_as(ada, "b", **of_login)

        assert closed_in_aws() == ["a"]
        assert (open_rows(), pending_rows()) == ([], {"b": "logged_out"})

    def test_ends_them_after_key_rotation(
        self, client: Client, ada: User, settings: Settings
    ) -> None:
        """Sessions that were stored under the previous ``SECRET_KEY`` are closed too."""
        client.force_login(ada)
        connect("a", session_key_hash=key_hash(client))
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "rotated-" + "y" * 50

        user_logged_out.send(User, request=request(client.session), user=None)

        assert open_rows() == []

    def test_ends_those_from_before_a_new_password(self, client: Client, ada: User) -> None:
        """A new password gives the login another key, and has closed the earlier sessions then."""
        client.force_login(ada)
        connect_as(ada, "a", session_key_hash=key_hash(client))
        with_login = request(client.session)
        with_login.user = ada
        ada.set_password("two")
        ada.save()
        update_session_auth_hash(with_login, ada)
        connect_as(ada, "b", session_key_hash=hash_session_key(str(with_login.session.session_key)))
        assert open_rows() == ["b"]

        user_logged_out.send(User, request=with_login, user=ada)

        assert open_rows() == []

    def test_succeeds_while_aws_cannot_be_reached(
        self, client: Client, ada: User, gateway: ApiGateway
    ) -> None:
        """The login is over, and the connection is still to be closed."""
        client.force_login(ada)
        connect_as(ada, "a", session_key_hash=key_hash(client), api_gateway=gateway)
        fail("a", EndpointUnreachable)

        client.logout()

        assert "_auth_user_id" not in client.session
        assert (open_rows(), pending_rows()) == ([], {"a": "logged_out"})

    def test_succeeds_when_the_database_does_not(self, client: Client, ada: User) -> None:
        """A statement of ours that fails does not keep the login alive."""
        client.force_login(ada)
        connect_as(ada, "a", session_key_hash=key_hash(client))

        with connection.execute_wrapper(refuse_sessions):
            client.logout()

        assert "_auth_user_id" not in client.session
        assert open_rows() == ["a"]

    def test_ends_what_another_reason_is_to_close(
        self, client: Client, ada: User, gateway: ApiGateway
    ) -> None:
        """A session that AWS could not be asked to close is not opened again for anybody."""
        client.force_login(ada)
        fields = {"session_key_hash": key_hash(client), "channel_name": "room"}
        fail("a", EndpointUnreachable)
        connect_as(ada, "a", api_gateway=gateway, **fields)
        permission = ChannelPermission.objects.create(channel_name="room", access="staff_only")
        assert pending_rows() == {"a": "channel_denied"}

        client.logout()
        permission.access = "allow_all"
        permission.save()

        assert (open_rows(), pending_rows()) == ([], {"a": "logged_out"})

    def test_spends_the_tokens_of_the_login(self, client: Client, ada: User) -> None:
        """A token that was fetched before the logout opens nothing after it; others do."""
        client.force_login(ada)
        fetched = WebSocketToken.generate_token(ada, client.session.session_key or "")
        elsewhere = WebSocketToken.generate_token(ada, "another")

        client.logout()

        used = dict(WebSocketToken.objects.values_list("pk", "used"))
        assert used == {fetched.pk: True, elsewhere.pk: False}

    def test_is_two_statements_for_who_has_no_session(
        self, client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Most people who log out have no page open that is connected."""
        client.force_login(ada)
        with_login = request(client.session)

        with django_assert_num_queries(2 + 2, info="two are a savepoint"):
            user_logged_out.send(User, request=with_login, user=ada)

    @pytest.mark.parametrize(
        "anonymous",
        [None, HttpRequest(), SimpleNamespace(session=None), SimpleNamespace(session={})],
    )
    def test_without_a_login_session(
        self, anonymous: Any, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A logout that has no login session has nothing to close."""
        with django_assert_num_queries(0):
            user_logged_out.send(User, request=anonymous, user=None)

    def test_before_the_login_session_is_stored(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A login session without a key has opened nothing."""
        with django_assert_num_queries(0):
            user_logged_out.send(User, request=request(SessionStore()), user=None)


@pytest.mark.django_db
class TestSavedUsers:
    def test_lose_all_when_deactivated(
        self,
        ada: User,
        gateway: ApiGateway,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """An inactive user's sessions are closed, however they began; nobody else's are."""
        connect_as(ada, "a", api_gateway=gateway)
        connect("b", user=ada, api_gateway=gateway)
        connect_as(User.objects.create_user("grace"), "c")
        ada.is_active = False

        with django_capture_on_commit_callbacks(execute=True):
            ada.save()

        assert (open_rows(), closed_in_aws(), pending_rows()) == (["c"], ["a", "b"], {})
        assert locmem.outbox[0].json["code"] == "login_ended"

    def test_lose_what_began_with_another_password(self, ada: User) -> None:
        """Sessions of the old password end; those whose password is not known stay."""
        connect_as(ada, "a")
        connect("b", user=ada)
        ada.set_password("two")
        connect_as(ada, "c")

        ada.save()

        assert open_rows() == ["b", "c"]

    def test_keep_what_began_under_another_secret_key(self, ada: User, settings: Settings) -> None:
        """The rotation of ``SECRET_KEY`` ends no session."""
        connect_as(ada, "a")
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "rotated-" + "y" * 50

        ada.save()

        assert open_rows() == ["a"]

    def test_take_two_statements_more(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A new password costs two updates, of tokens and of sessions, whoever is connected."""
        ada.set_password("two")

        with django_assert_num_queries(3):
            ada.save()

    def test_take_nothing_more_for_anything_else(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A user who is saved with the same login costs what a save costs."""
        connect_as(ada, "a")
        ada.email = "ada@example.com"

        with django_assert_num_queries(1):
            ada.save()

    def test_are_asked_about_when_it_is_not_known(self, ada: User) -> None:
        """A field that was not loaded may have changed."""
        connect_as(ada, "a")
        partial = User.objects.defer("is_active").get()
        User.objects.update(is_active=False)
        partial.refresh_from_db(fields=["is_active"])

        partial.save()

        assert open_rows() == []

    def test_spends_their_tokens(self, ada: User) -> None:
        """A token of the old password opens nothing more, and one of the new password does."""
        old = WebSocketToken.generate_token(ada, "key")
        ada.set_password("two")
        new = WebSocketToken.generate_token(ada, "key")

        ada.save()

        used = dict(WebSocketToken.objects.values_list("pk", "used"))
        assert used == {old.pk: True, new.pk: False}

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            (["last_login"], ["a"]),
            (["password"], ["a"]),
            (["is_active", "last_login"], []),
        ],
    )
    def test_are_asked_about_when_the_login_changes(
        self, ada: User, fields: list[str], expected: list[str]
    ) -> None:
        """What is not stored, as a login stores one field alone, is none of our business."""
        connect_as(ada, "a")
        ada.is_active = False

        ada.save(update_fields=fields)

        assert open_rows() == expected

    def test_are_asked_about_once_it_is_stored(self, ada: User) -> None:
        """A change that an earlier save left out is seen by the one that stores it."""
        connect_as(ada, "a")
        ada.is_active = False
        ada.save(update_fields=["last_login"])

        ada.save()

        assert open_rows() == []

    def test_take_nothing_for_other_fields(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Not even a statement."""
        with django_assert_num_queries(1):
            ada.save(update_fields=["last_login"])

    def test_take_nothing_when_new(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """Who has just been created has no session."""
        with django_assert_num_queries(1):
            User.objects.create(username="grace", is_active=False)

    def test_are_left_alone_when_loaded_from_a_fixture(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Nothing is concluded from rows whose neighbours may be missing yet."""
        connect_as(ada, "a")
        ada.is_active = False
        (loaded,) = serializers.deserialize("json", serializers.serialize("json", [ada]))

        loaded.save()

        assert open_rows() == ["a"]

    def test_are_known_by_a_proxy(self, ada: User, proxy: type[User]) -> None:
        """A proxy of the user model, which is a sender of its own, ends sessions too."""
        connect_as(ada, "a")
        member = proxy.objects.get()
        member.is_active = False

        member.save()

        assert open_rows() == []

    def test_lose_nothing_after_a_rollback(self, ada: User) -> None:
        """A deactivation that is rolled back has closed nothing."""
        connect_as(ada, "a")
        ada.is_active = False

        with transaction.atomic():
            ada.save()
            assert open_rows() == []
            transaction.set_rollback(True)

        assert open_rows() == ["a"]

    @pytest.mark.django_db(transaction=True)
    def test_lose_all_when_it_is_tried_again(self, ada: User) -> None:
        """A user who is saved once more after a rollback is deactivated like any other."""
        connect_as(ada, "a")
        ada.is_active = False
        with transaction.atomic():
            ada.save()
            transaction.set_rollback(True)

        ada.save()

        assert open_rows() == []

    @pytest.mark.django_db(transaction=True)
    def test_take_nothing_more_once_it_is_committed(
        self, ada: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The change is known then, and a later save costs what a save costs."""
        ada.is_active = False
        ada.save()

        with django_assert_num_queries(1):
            ada.save()

    def test_by_the_command_for_passwords(self, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
        """``manage.py changepassword`` ends sessions as any other new password does."""
        connect_as(ada, "a")
        monkeypatch.setattr("getpass.getpass", lambda prompt: "a-new-passphrase")

        call_command("changepassword", "ada", verbosity=0)

        assert open_rows() == []


@pytest.mark.django_db
class TestDeletedUsers:
    def test_lose_their_connections(
        self,
        ada: User,
        gateway: ApiGateway,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """The rows go with the user, and the connections after the commit."""
        connect_as(ada, "a", api_gateway=gateway)
        connect("b", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            ada.delete()
            assert sent_to() == []

        assert [session.connection_id for session in WebSocketSession.objects.all()] == ["b"]
        assert (closed_in_aws(), locmem.outbox[0].json["code"]) == (["a"], "login_ended")

    def test_lose_them_in_bulk(
        self,
        ada: User,
        gateway: ApiGateway,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """The same holds when a queryset is deleted."""
        connect_as(ada, "a", api_gateway=gateway)
        connect_as(User.objects.create_user("grace"), "b", api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            User.objects.all().delete()

        assert closed_in_aws() == ["a", "b"]
