"""Admin page of channel permissions."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import ChannelPermission

__all__ = ["TestChannelList", "TestChannelPage"]

pytestmark = pytest.mark.django_db

CHANNELS = "admin:django_aws_api_gateway_websockets_channelpermission"


def channel(name: str, *rules: list[str], access: str = "permissions") -> ChannelPermission:
    """Return a channel with rules, each a list of names of permissions on users."""
    row = ChannelPermission.objects.create(channel_name=name, access=access)
    for codenames in rules:
        permissions = Permission.objects.filter(codename__in=codenames)
        row.rules.create().permissions.set(permissions)
    return row


def summaries(client: Client) -> list[str]:
    """Return the column of rules."""
    changelist = client.get(reverse(f"{CHANNELS}_changelist")).context["cl"]
    return [changelist.model_admin.rules_summary(row) for row in changelist.result_list]


class TestChannelList:
    def test_sums_rules_up(self, admin_client: Client) -> None:
        """Permissions of a rule are joined by AND, rules by OR."""
        channel("staff", ["add_user", "view_user"], ["view_group"])

        assert summaries(admin_client) == [
            "(auth.add_user AND auth.view_user)  OR  (auth.view_group)"
        ]

    def test_says_that_a_rule_is_empty(self, admin_client: Client) -> None:
        """A rule that nobody can satisfy shows."""
        channel("staff", [])

        assert summaries(admin_client) == ["(no permissions)"]

    def test_leaves_out_rules_that_do_not_count(self, admin_client: Client) -> None:
        """Another level of access does not look at rules."""
        channel("staff", ["view_user"], access="staff_only")

        assert summaries(admin_client) == [""]

    def test_loads_all_rules_at_once(
        self, admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The number of queries does not grow with that of the channels."""
        for name in "abcdef":
            channel(name, ["view_user"], ["view_group"])

        with django_assert_max_num_queries(10):
            admin_client.get(reverse(f"{CHANNELS}_changelist"))


class TestChannelPage:
    def test_adds_a_channel_with_a_rule(self, admin_client: Client) -> None:
        """A rule is written down together with its channel."""
        permission = Permission.objects.get(codename="view_user")
        data: dict[str, Any] = {
            "channel_name": "staff",
            "access": "permissions",
            "rules-TOTAL_FORMS": 1,
            "rules-INITIAL_FORMS": 0,
            "rules-0-permissions": [permission.pk],
        }

        admin_client.post(reverse(f"{CHANNELS}_add"), data)

        (rule,) = ChannelPermission.objects.get(channel_name="staff").rules.all()
        assert str(rule) == "auth.view_user"

    def test_refuses_a_name_that_no_client_can_ask_for(self, admin_client: Client) -> None:
        """The error stands at the field."""
        data = {
            "channel_name": "room 1",
            "access": "allow_all",
            "rules-TOTAL_FORMS": 0,
            "rules-INITIAL_FORMS": 0,
        }

        page = admin_client.post(reverse(f"{CHANNELS}_add"), data)

        assert page.context["adminform"].form.errors == {
            "channel_name": ["Use letters, digits, hyphens and underscores only."]
        }

    def test_loads_permissions_with_their_content_types(
        self, admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Naming dozens of permissions takes one query for each list of them."""
        row = channel("staff", ["view_user"])

        with django_assert_max_num_queries(15):
            admin_client.get(reverse(f"{CHANNELS}_change", args=[row.pk]))
