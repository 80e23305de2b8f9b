"""Who may join a channel."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import ChannelPermission, ChannelPermissionRule

__all__ = ["TestAllows", "TestChannelName", "TestForChannel", "TestRules", "TestText"]

Access = ChannelPermission.Access


def listed(access: str) -> ChannelPermission:
    """Return a channel with a level of access that is not stored."""
    return ChannelPermission(channel_name="room", access=access)


def guarded(*rules: list[str]) -> ChannelPermission:
    """Return a channel that asks for permissions, with rules of their code names."""
    channel = ChannelPermission.objects.create(channel_name="room", access=Access.PERMISSIONS)
    for codenames in rules:
        permissions = Permission.objects.filter(codename__in=codenames)
        channel.rules.create().permissions.set(permissions)
    return channel


def member(*codenames: str) -> User:
    """Return a stored user with permissions."""
    user = User.objects.create(username="ada")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


class TestChannelName:
    @pytest.mark.parametrize("name", ["room", "room_1", "A-b_9", "x" * 128])
    def test_takes_what_clients_can_ask_for(self, name: str) -> None:
        """Letters, digits, hyphens and underscores make a name."""
        ChannelPermission(channel_name=name).clean_fields()

    @pytest.mark.parametrize("name", ["room 1", "room.1", "räume", "room\n"])
    def test_refuses_the_rest(self, name: str) -> None:
        """Nothing else does, and not even a line break at the end gets through."""
        with pytest.raises(ValidationError) as caught:
            ChannelPermission(channel_name=name).clean_fields()

        assert caught.value.message_dict == {
            "channel_name": ["Use letters, digits, hyphens and underscores only."]
        }

    def test_is_at_most_128_characters(self) -> None:
        """A longer name is refused."""
        with pytest.raises(ValidationError, match="at most 128 characters"):
            ChannelPermission(channel_name="x" * 129).clean_fields()

    @pytest.mark.django_db
    def test_is_given_once(self) -> None:
        """Two rows for one channel cannot exist."""
        ChannelPermission.objects.create(channel_name="room")

        with pytest.raises(IntegrityError):
            ChannelPermission.objects.create(channel_name="room")


@pytest.mark.django_db
class TestForChannel:
    def test_finds_a_listed_channel(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The row is found in one query."""
        row = ChannelPermission.objects.create(channel_name="room")

        with django_assert_num_queries(1):
            assert ChannelPermission.for_channel("room") == row

    def test_finds_nothing_for_an_unlisted_channel(self) -> None:
        """A channel without a row is None."""
        assert ChannelPermission.for_channel("room") is None


class TestAllows:
    @pytest.mark.parametrize("user", [None, AnonymousUser(), User(is_active=False), User()])
    def test_everybody_into_an_open_channel(self, user: User | AnonymousUser | None) -> None:
        """The default level asks for nothing, not even a user."""
        assert ChannelPermission(channel_name="room").allows(user)

    @pytest.mark.parametrize("access", ["superuser_only", "staff_only", "permissions"])
    @pytest.mark.parametrize(
        "user", [None, AnonymousUser(), User(is_superuser=True, is_staff=True, is_active=False)]
    )
    def test_nobody_without_a_login(self, access: str, user: User | AnonymousUser | None) -> None:
        """The other levels ask for an active user, whatever else that is."""
        assert not listed(access).allows(user)

    @pytest.mark.parametrize("access", ["superuser_only", "staff_only", "permissions"])
    def test_superusers(self, access: str) -> None:
        """A superuser passes on every level."""
        assert listed(access).allows(User(is_superuser=True))

    def test_no_staff_where_superusers_meet(self) -> None:
        """Staff is not enough for the level of superusers."""
        assert not listed("superuser_only").allows(User(is_staff=True))

    @pytest.mark.parametrize("is_staff", [True, False])
    def test_staff_where_staff_meets(self, is_staff: bool) -> None:
        """The level of staff asks for the flag."""
        assert listed("staff_only").allows(User(is_staff=is_staff)) is is_staff

    @pytest.mark.parametrize("user", [None, User(), User(is_superuser=True)])
    def test_nobody_on_an_unknown_level(self, user: User | None) -> None:
        """A level that this version does not know lets nobody in."""
        assert not listed("by_moonlight").allows(user)

    @pytest.mark.django_db
    def test_whoever_satisfies_one_rule(self) -> None:
        """One of several rules is enough."""
        channel = guarded(["add_user", "view_user"], ["view_group"])

        assert channel.allows(member("view_group"))

    @pytest.mark.django_db
    def test_nobody_who_satisfies_a_rule_in_part(self) -> None:
        """A rule asks for all its permissions."""
        channel = guarded(["add_user", "view_user"], ["view_group"])

        assert not channel.allows(member("view_user"))

    @pytest.mark.django_db
    @pytest.mark.parametrize("rules", [[], [[]]])
    def test_nobody_by_an_empty_rule(self, rules: list[list[str]]) -> None:
        """Neither no rule nor a rule without permissions lets anybody in."""
        assert not guarded(*rules).allows(member("view_user"))

    @pytest.mark.django_db
    def test_loads_any_number_of_rules_in_two_queries(self) -> None:
        """Rules take two queries, and the permissions of the user two more."""
        channel, user = guarded(*[["view_user"]] * 5), member("view_group")

        with CaptureQueriesContext(connection) as queries:
            channel.allows(user)

        assert len(queries) == 4


@pytest.mark.django_db
class TestRules:
    def test_are_ordered_as_they_were_made(self) -> None:
        """The oldest rule comes first."""
        channel = guarded(["view_user"], ["view_group"])

        assert [str(rule) for rule in channel.rules.all()] == ["auth.view_user", "auth.view_group"]

    def test_go_with_their_channel(self) -> None:
        """Rules of a deleted channel are deleted."""
        guarded(["view_user"]).delete()

        assert not ChannelPermissionRule.objects.exists()

    def test_can_be_found_from_a_permission(self) -> None:
        """A permission knows the rules that ask for it."""
        (rule,) = guarded(["view_user"]).rules.all()

        permission = Permission.objects.get(codename="view_user")
        assert list(permission.channel_permission_rules.all()) == [rule]

    def test_say_what_they_ask_for(self) -> None:
        """Permissions are joined by AND."""
        (rule,) = guarded(["add_user", "view_user"]).rules.all()

        assert str(rule) == "auth.add_user AND auth.view_user"

    def test_say_that_they_ask_for_nothing(self) -> None:
        """A rule without permissions says so."""
        (rule,) = guarded([]).rules.all()

        assert str(rule) == "(no permissions)"


class TestText:
    def test_names_channel_and_level(self) -> None:
        """The label of the level stands behind the name."""
        assert str(listed("superuser_only")) == "room (Super admin only)"

    @pytest.mark.django_db
    def test_channels_are_sorted_by_name(self) -> None:
        """Lists of channels are alphabetical."""
        ChannelPermission.objects.create(channel_name="b")
        ChannelPermission.objects.create(channel_name="a")

        assert [row.channel_name for row in ChannelPermission.objects.all()] == ["a", "b"]
