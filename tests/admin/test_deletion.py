"""The admin deletes APIs in AWS, once that is confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from django_aws_api_gateway_websockets.models import ApiGateway

from ..models.operations.in_aws import DOMAIN, client, created, emulator, unmapped
from .test_syncing import GATEWAYS, shown

__all__ = ["client", "created", "emulator", "unmapped"]

pytestmark = pytest.mark.django_db

DELETED = "Deleted the API Chat, which ended its connections"


@pytest.fixture
def mapped(unmapped: ApiGateway) -> ApiGateway:
    """Return a gateway with a custom domain."""
    unmapped.create_custom_domain()
    return unmapped


def act(user_client: Client, *gateways: ApiGateway, **fields: str) -> Any:
    """Choose the action for gateways, and return the answer."""
    keys = [gateway.pk for gateway in gateways]
    data = {"action": "delete_api_gateway", "_selected_action": keys, **fields}
    return user_client.post(reverse(f"{GATEWAYS}_changelist"), data)


def stored(gateway: ApiGateway) -> ApiGateway:
    """Return what is on the row."""
    return ApiGateway.objects.get(pk=gateway.pk)


class TestAsking:
    def test_shows_what_would_be_done(self, admin_client: Client, mapped: ApiGateway) -> None:
        """Each step is on the page, and nothing is done."""
        response = act(admin_client, mapped)

        (prospect,) = response.context["prospects"]
        assert [step.sentence for step in prospect.plan.steps] == [
            f"Map {DOMAIN} to the API no more",
            f"Delete the domain {DOMAIN}",
            "Delete the API Chat, which ends its connections",
        ]
        assert "Keep the custom domains" in response.text
        assert stored(mapped).is_deployed

    def test_nothing_to_delete(self, admin_client: Client) -> None:
        """A gateway without an API is named, and there is no button."""
        gateway = ApiGateway.objects.create(api_name="New")

        page = act(admin_client, gateway).content.decode()

        assert "New has no API in AWS." in page
        assert 'value="Delete in AWS"' not in page

    def test_page_does_what_it_says(self, admin_client: Client, created: ApiGateway) -> None:
        """The form of the page confirms the same gateways."""
        page = act(admin_client, created).content.decode()

        assert f'name="_selected_action" value="{created.pk}"' in page
        assert 'name="action" value="delete_api_gateway"' in page
        assert 'name="confirmed" value="yes"' in page
        assert "Keep the custom domains" not in page


class TestDeleting:
    def test_confirmed(self, admin_client: Client, created: ApiGateway) -> None:
        """What was done is told, and is in the history of the row."""
        response = act(admin_client, created, confirmed="yes")

        assert shown(response) == [("success", f"Chat: {DELETED}")]
        assert stored(created).api_id == ""
        assert LogEntry.objects.get().change_message == f"Deleted in AWS: {DELETED}"

    def test_keeps_the_domain(self, admin_client: Client, mapped: ApiGateway, client: Any) -> None:
        """When asked, the domain stays."""
        act(admin_client, mapped, confirmed="yes", keep_domain="on")

        assert [item["DomainName"] for item in client.get_domain_names()["Items"]] == [DOMAIN]

    def test_gone_already(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """What somebody else has deleted is forgotten."""
        client.delete_api(ApiId=created.api_id)

        response = act(admin_client, created, confirmed="yes")

        assert shown(response) == [("success", "Chat: AWS had nothing of it")]

    def test_failure(self, admin_client: Client, created: ApiGateway) -> None:
        """It is told with its code, and the next gateway has its turn."""
        other = ApiGateway.objects.create(api_name="New")
        ApiGateway.objects.filter(pk=created.pk).update(api_endpoint="ws://127.0.0.1:9/a1")

        response = act(admin_client, created, other, confirmed="yes")

        assert sorted(shown(response)) == [
            ("error", "Chat: could not be deleted in AWS (GetApi failed: EndpointConnectionError)"),
            ("error", "New: could not be deleted in AWS (New has no API in AWS.)"),
        ]

    def test_permission(self, created: ApiGateway, django_user_model: Any) -> None:
        """Who may not delete gateways is not offered the action."""
        user: User = django_user_model.objects.create_user("ed", password="p", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__endswith="_apigateway"))
        user.user_permissions.remove(Permission.objects.get(codename="delete_apigateway"))
        browser = Client()
        browser.force_login(user)

        act(browser, created, confirmed="yes")

        assert stored(created).is_deployed
