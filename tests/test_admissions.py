"""Sessions end when their users may no longer be in the channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core import serializers
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ChannelPermission,
    ChannelPermissionRule,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.testing import create_gateway
from django_aws_api_gateway_websockets.transports import locmem

from .connections import closed_in_aws, connect, open_rows, pending_rows

__all__ = ["TestAdmin", "TestCosts", "TestPermissions", "TestRules", "TestTransactions"]

pytestmark = pytest.mark.django_db

Access = ChannelPermission.Access


@pytest.fixture(autouse=True)
def empty_outbox() -> None:
    """Forget what earlier tests sent."""
    locmem.reset()


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is deployed."""
    return create_gateway()


def list_channel(access: str, *rules: str) -> ChannelPermission:
    """Return a stored channel, with one rule of one permission for each code name."""
    channel = ChannelPermission.objects.create(channel_name="room", access=access)
    for codename in rules:
        channel.rules.create().permissions.add(permission(codename))
    return channel


def permission(codename: str) -> Permission:
    """Return a permission of users."""
    return Permission.objects.get(codename=codename)


def join(name: str, *codenames: str, channel: str = "room", **fields: Any) -> User:
    """Return a user with permissions, who is connected to a channel under the same name."""
    user = User.objects.create(username=name, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    connect(name, user=user, channel_name=channel)
    return user


class TestPermissions:
    @pytest.mark.parametrize(
        ("access", "expected"),
        [
            ("allow_all", ["member", "staff", "super", "visitor"]),
            ("staff_only", ["staff", "super"]),
            ("superuser_only", ["super"]),
            ("permissions", ["super"]),
            ("unknown", []),
        ],
    )
    def test_close_who_is_not_allowed(self, access: str, expected: list[str]) -> None:
        """A new level of access leaves those whom it lets in."""
        join("member")
        join("staff", is_staff=True)
        join("super", is_superuser=True)
        connect("visitor", channel_name="room")

        list_channel(access)

        assert open_rows() == expected

    def test_close_every_session_of_who_is_not_allowed(self) -> None:
        """Two pages of one user end together."""
        member = join("member")
        connect("second", user=member, channel_name="room")

        list_channel(Access.STAFF_ONLY)

        assert open_rows() == []

    def test_close_who_is_inactive(self) -> None:
        """A user whom ``update()`` has deactivated is not let in either."""
        join("staff", is_staff=True)
        User.objects.update(is_active=False)

        list_channel(Access.STAFF_ONLY)

        assert open_rows() == []

    def test_leave_other_channels(self) -> None:
        """Who is elsewhere stays."""
        join("member", channel="hall")

        list_channel(Access.STAFF_ONLY)

        assert open_rows() == ["member"]

    def test_close_connections_after_the_commit(
        self,
        gateway: ApiGateway,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """The client is told why, and AWS ends the connection."""
        join("member")
        WebSocketSession.objects.update(api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            list_channel(Access.STAFF_ONLY)

        assert locmem.outbox[0].json == {
            "ws": "close",
            "code": "channel_denied",
            "reconnect": False,
        }
        assert (closed_in_aws(), pending_rows()) == (["member"], {})

    def test_close_nobody_when_deleted(self) -> None:
        """What is unlisted is each view's own decision."""
        channel = list_channel(Access.PERMISSIONS, "view_user")
        join("member", "view_user")

        channel.delete()

        assert open_rows() == ["member"]

    def test_close_nobody_when_deleted_in_bulk(self) -> None:
        """The same holds when a queryset is deleted."""
        list_channel(Access.PERMISSIONS, "view_user")
        join("member", "view_user")

        ChannelPermission.objects.all().delete()

        assert open_rows() == ["member"]

    def test_take_nothing_for_other_fields(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A description lets nobody in or out."""
        channel = list_channel(Access.STAFF_ONLY)

        with django_assert_num_queries(1):
            channel.save(update_fields=["description"])

    def test_close_who_is_in_the_channel_of_a_new_name(self) -> None:
        """A permission that is given another name holds there."""
        channel = list_channel(Access.STAFF_ONLY)
        join("member", channel="hall")
        channel.channel_name = "hall"

        channel.save(update_fields=["channel_name"])

        assert open_rows() == []

    def test_are_left_alone_when_loaded_from_a_fixture(self) -> None:
        """The rules may come later in the file."""
        channel = list_channel(Access.ALLOW_ALL)
        join("member")
        channel.access = Access.STAFF_ONLY
        (loaded,) = serializers.deserialize("json", serializers.serialize("json", [channel]))

        loaded.save()

        assert open_rows() == ["member"]


class TestRules:
    def test_close_when_deleted(self) -> None:
        """Whom another rule lets in stays."""
        channel = list_channel(Access.PERMISSIONS, "view_user", "change_user")
        join("viewer", "view_user")
        join("editor", "change_user")

        channel.rules.get(permissions__codename="view_user").delete()

        assert open_rows() == ["editor"]

    def test_close_when_deleted_in_bulk(self) -> None:
        """The same holds when a queryset is deleted."""
        channel = list_channel(Access.PERMISSIONS, "view_user")
        join("viewer", "view_user")

        channel.rules.all().delete()

        assert open_rows() == []

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (lambda rule: rule.permissions.add(permission("change_user")), ["both"]),
            (lambda rule: rule.permissions.set([permission("change_user")]), ["both"]),
            (lambda rule: rule.permissions.remove(permission("view_user")), []),
            (lambda rule: rule.permissions.clear(), []),
            (
                lambda rule: permission("change_user").channel_permission_rules.add(rule),
                ["both"],
            ),
            (lambda rule: permission("view_user").channel_permission_rules.remove(rule), []),
            (lambda rule: permission("view_user").channel_permission_rules.clear(), []),
        ],
    )
    def test_close_when_permissions_change(
        self, change: Callable[[ChannelPermissionRule], None], expected: list[str]
    ) -> None:
        """From either side, each way; whom the rule still lets in stays."""
        channel = list_channel(Access.PERMISSIONS, "view_user")
        join("viewer", "view_user")
        join("both", "view_user", "change_user")

        change(channel.rules.get())

        assert open_rows() == expected

    def test_let_nobody_out_when_moved_here(self) -> None:
        """A rule that comes from another channel lets more people in."""
        channel = list_channel(Access.PERMISSIONS, "view_user")
        other = ChannelPermission.objects.create(channel_name="hall", access=Access.PERMISSIONS)
        join("viewer", "view_user", channel="hall")
        rule = channel.rules.get()
        rule.channel_permission = other

        rule.save()

        assert open_rows() == ["viewer"]

    def test_count_on_their_level_alone(self) -> None:
        """A channel that asks for something else has rules to no effect."""
        channel = list_channel(Access.STAFF_ONLY, "view_user")
        join("staff", is_staff=True)

        channel.rules.all().delete()

        assert open_rows() == ["staff"]

    def test_are_left_alone_when_loaded_from_a_fixture(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Their permissions come after them."""
        rule = list_channel(Access.PERMISSIONS, "view_user").rules.get()
        (loaded,) = serializers.deserialize("json", serializers.serialize("json", [rule]))

        with django_assert_num_queries(1):
            loaded.save(save_m2m=False)


class TestTransactions:
    def test_let_in_whom_a_later_change_lets_in(
        self,
        gateway: ApiGateway,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        """A channel that is closed and then given a rule keeps whom the rule lets in."""
        join("member")
        join("viewer", "view_user")
        WebSocketSession.objects.update(api_gateway=gateway)

        with django_capture_on_commit_callbacks(execute=True):
            list_channel(Access.PERMISSIONS, "view_user")

        assert open_rows() == ["viewer"]
        assert (closed_in_aws(), pending_rows()) == (["member"], {})

    def test_let_in_everybody_who_is_still_connected(self) -> None:
        """A channel that is opened again reopens what AWS has not closed."""
        channel = list_channel(Access.ALLOW_ALL)
        join("member")
        connect("banned", channel_name="room", connected=False, close_code="revoked")
        connect("gone", channel_name="room", connected=False)
        channel.access = Access.STAFF_ONLY
        channel.save()
        channel.access = Access.ALLOW_ALL

        channel.save()

        assert (open_rows(), pending_rows()) == (["member"], {"banned": "revoked"})

    def test_close_nothing_after_a_rollback(self) -> None:
        """What did not happen has no consequence."""
        join("member")

        with transaction.atomic():
            list_channel(Access.STAFF_ONLY)
            assert open_rows() == []
            transaction.set_rollback(True)

        assert open_rows() == ["member"]


class TestCosts:
    @pytest.mark.parametrize(
        ("access", "statements"),
        [("allow_all", 4), ("staff_only", 6), ("superuser_only", 6)],
    )
    def test_do_not_grow_with_the_sessions(self, access: str, statements: int) -> None:
        """Levels that ask for no permission take the same statements for any number of users."""
        channel = list_channel(access)
        join("a")
        first = statements_of(channel.save)
        for name in "bcdefgh":
            join(name)
            connect(f"{name}2", channel_name="room")
        WebSocketSession.objects.update(connected=True, close_code=None)

        assert statements_of(channel.save) == first == statements

    def test_grow_with_the_users_of_rules(self) -> None:
        """Rules are loaded once; each user takes the two statements of Django's permissions."""
        channel = list_channel(Access.PERMISSIONS, "view_user")
        join("viewer", "view_user")
        alone = statements_of(channel.save)
        for name in "abc":
            user = join(name, "view_user")
            connect(f"{name}2", user=user, channel_name="room")

        assert statements_of(channel.save) - alone == 3 * 2


def statements_of(action: Callable[[], Any]) -> int:
    """Return how many statements something takes."""
    with CaptureQueriesContext(connection) as queries:
        action()
    return len(queries)


class TestAdmin:
    def test_closes_those_whom_the_edited_rule_shuts_out(self) -> None:
        """The form stores channel, rule and permissions one after the other, and the end counts."""
        join("member")
        join("viewer", "view_user")
        join("editor", "view_user", "change_user")
        admin = Client()
        admin.force_login(User.objects.create_superuser("root"))

        response = admin.post(
            "/admin/django_aws_api_gateway_websockets/channelpermission/add/",
            {
                "channel_name": "room",
                "access": "permissions",
                "description": "",
                "rules-TOTAL_FORMS": "1",
                "rules-INITIAL_FORMS": "0",
                "rules-0-permissions": [
                    str(permission("view_user").pk),
                    str(permission("change_user").pk),
                ],
            },
        )

        assert response.status_code == 302
        assert open_rows() == ["editor"]
