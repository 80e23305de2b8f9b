"""The admin shows what is to be done in AWS, does it, and tells what could not be done."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession

from ..models.operations.in_aws import BASE, client, created, deployments, emulator, route_keys

__all__ = ["client", "created", "emulator"]

GATEWAYS = "admin:django_aws_api_gateway_websockets_apigateway"
ROUTES = "admin:django_aws_api_gateway_websockets_apigatewayadditionalroute"


def shown(response: Any) -> list[tuple[str, str]]:
    """Return the messages that were left for the next page."""
    return [(m.level_tag, m.message) for m in messages.get_messages(response.wsgi_request)]


def act(admin_client: Client, action: str, *gateways: ApiGateway) -> list[tuple[str, str]]:
    """Run an action on gateways, and return the messages with their levels."""
    data = {"action": action, "_selected_action": [gateway.pk for gateway in gateways]}
    return shown(admin_client.post(reverse(f"{GATEWAYS}_changelist"), data))


def form(gateway: ApiGateway, *keys: str, **changes: Any) -> dict[str, Any]:
    """Return what a browser posts to change a gateway and to add routes to it."""
    route = gateway.additional_routes.get()
    routes = {
        f"additional_routes-{number}-{name}": value
        for number, key in enumerate(keys, start=1)
        for name, value in (
            ("name", key),
            ("route_key", key),
            ("integration_url", f"{BASE}{key}/"),
            ("api_gateway", gateway.pk),
        )
    }
    return {
        "api_name": gateway.api_name,
        "stage_name": gateway.stage_name,
        "stage_description": gateway.stage_description,
        "target_base_endpoint": gateway.target_base_endpoint,
        "tags": "{}",
        "two_way": "on",
        "provisioning_status": gateway.provisioning_status,
        "api_id": gateway.api_id,
        "api_endpoint": gateway.api_endpoint,
        "route_key": "$default",
        "route_selection_expression": "$request.body.action",
        "api_key_selection_expression": "$request.header.x-api-key",
        "additional_routes-TOTAL_FORMS": 1 + len(keys),
        "additional_routes-INITIAL_FORMS": 1,
        "additional_routes-0-id": route.pk,
        "additional_routes-0-api_gateway": gateway.pk,
        "additional_routes-0-name": route.name,
        "additional_routes-0-route_key": route.route_key,
        "additional_routes-0-integration_url": route.integration_url,
        **routes,
        **changes,
    }


@pytest.fixture
def atomic_requests() -> Iterator[None]:
    """Make each request one transaction."""
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    yield
    connection.settings_dict["ATOMIC_REQUESTS"] = False


@pytest.mark.django_db(transaction=True)
class TestSaving:
    """What is saved reaches AWS, or the page says why not."""

    def test_many_routes(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """Twenty new routes are one deployment."""
        keys = [f"r{number}" for number in range(20)]

        response = admin_client.post(
            reverse(f"{GATEWAYS}_change", args=[created.pk]), form(created, *keys)
        )

        assert [level for level, _ in shown(response)] == ["success"]
        assert route_keys(client, created)[4:] == keys
        assert len(client.get_integrations(ApiId=created.api_id, MaxResults="100")["Items"]) == 24
        assert deployments(client, created) == 2
        assert created.additional_routes.filter(deployed=True).count() == 21

    def test_failure(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """The rows are saved, and the message has AWS's code."""
        client.delete_api(ApiId=created.api_id)
        url = reverse(f"{GATEWAYS}_change", args=[created.pk])

        response = admin_client.post(url, form(created, "more", "less"))

        assert ("error", NOT_PUSHED) in shown(response)
        assert created.additional_routes.count() == 3

    def test_failure_after_the_view(
        self, admin_client: Client, created: ApiGateway, client: Any, atomic_requests: None
    ) -> None:
        """So it has when the whole request is one transaction."""
        client.delete_api(ApiId=created.api_id)
        url = reverse(f"{GATEWAYS}_change", args=[created.pk])

        admin_client.post(url, form(created, "more"))
        page = admin_client.get(url)

        assert NOT_PUSHED in [message.message for message in page.context["messages"]]

    def test_deleting_a_route(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """A route that is deleted goes in AWS too, or the page says why not."""
        route = created.additional_routes.get()
        client.delete_api(ApiId=created.api_id)

        response = admin_client.post(reverse(f"{ROUTES}_delete", args=[route.pk]), {"post": "yes"})

        assert ("error", NOT_PUSHED) in shown(response)
        assert not created.additional_routes.exists()

    def test_deleting_several(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """So do those that the action deletes."""
        data = {
            "action": "delete_selected",
            "_selected_action": [created.additional_routes.get().pk],
            "post": "yes",
        }

        admin_client.post(reverse(f"{ROUTES}_changelist"), data)

        assert "say" not in route_keys(client, created)


NOT_PUSHED = "Saved here, but AWS could not be changed (ClientError: NotFoundException)."


@pytest.mark.django_db
class TestPreview:
    """A page shows the steps, and takes them when asked."""

    def test_creation(self, admin_client: Client, settings: Settings, emulator: Any) -> None:
        """A gateway that is not created yet shows all of its steps."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "endpoint_url": emulator.url}
        gateway = ApiGateway.objects.create(api_name="New", target_base_endpoint=BASE)
        url = reverse(f"{GATEWAYS}_preview", args=[gateway.pk])

        page = admin_client.get(url)
        response = admin_client.post(url)

        gateway.refresh_from_db()
        assert "Create the API New" in page.text
        assert shown(response)[0][1].startswith("New: Created the API New; Created the $connect")
        assert gateway.is_deployed

    @pytest.mark.parametrize(("minutes", "expected"), [(1, True), (16, False)])
    def test_run_at_work(
        self, admin_client: Client, created: ApiGateway, minutes: int, expected: bool
    ) -> None:
        """A run that keeps others away is told, for as long as it does."""
        since = timezone.now() - timedelta(minutes=minutes)
        ApiGateway.objects.update(claimed_at=since)

        page = admin_client.get(reverse(f"{GATEWAYS}_preview", args=[created.pk])).text

        assert ("A run is at work since" in page) is expected

    def test_differences(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """What differs is shown with both values, and nothing is done by looking."""
        ApiGateway.objects.update(api_description="All")

        page = admin_client.get(reverse(f"{GATEWAYS}_preview", args=[created.pk]))

        assert "Update the API Description" in page.text
        assert "Description: nothing &rarr; All" in page.text
        assert deployments(client, created) == 1

    def test_apply(
        self,
        admin_client: Client,
        created: ApiGateway,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The steps are taken; the message, the log and the history have them."""
        caplog.set_level(logging.INFO, "django_aws_api_gateway_websockets.admin")
        ApiGateway.objects.update(api_description="All")

        response = admin_client.post(reverse(f"{GATEWAYS}_preview", args=[created.pk]))

        done = "Updated the API Description; Deployed the stage"
        assert shown(response) == [("success", f"Chat: {done}")]
        assert LogEntry.objects.get().change_message == f"Applied in AWS: {done}"
        assert "admin applies the changes of Chat in AWS" in caplog.messages

    def test_whole_creation(self, admin_client: Client, settings: Settings, emulator: Any) -> None:
        """A gateway that wants a domain gets it with the rest."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "endpoint_url": emulator.url}
        gateway = ApiGateway.objects.create(
            api_name="New",
            target_base_endpoint=BASE,
            domain_name="new.example.com",
            certificate_arn="arn:1",
        )
        url = reverse(f"{GATEWAYS}_preview", args=[gateway.pk])

        page, response = admin_client.get(url), admin_client.post(url)

        gateway.refresh_from_db()
        assert "Map new.example.com to the stage" in page.text
        assert shown(response)[0][1].endswith("; Mapped new.example.com to the stage")
        assert gateway.provisioning_status == "mapped"

    def test_domain_that_the_row_does_not_know(
        self, admin_client: Client, created: ApiGateway
    ) -> None:
        """What AWS has already is written down by the same button."""
        ApiGateway.objects.update(domain_name="own.example.com", certificate_arn="arn:1")
        ApiGateway.objects.get().create_custom_domain()
        ApiGateway.objects.update(provisioning_status="deployed")
        url = reverse(f"{GATEWAYS}_preview", args=[created.pk])

        page, response = admin_client.get(url), admin_client.post(url)

        assert "Apply writes that down." in page.text
        assert shown(response) == [("success", "Chat: nothing to do")]
        assert ApiGateway.objects.get().provisioning_status == "mapped"

    def test_nothing_to_do(self, admin_client: Client, created: ApiGateway) -> None:
        """The page offers nothing to apply, and a post says the same."""
        url = reverse(f"{GATEWAYS}_preview", args=[created.pk])

        page, response = admin_client.get(url), admin_client.post(url)

        assert "There is nothing to do." in page.text
        assert 'value="Apply"' not in page.text
        assert shown(response) == [("success", "Chat: nothing to do")]

    def test_routes_of_others(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """Routes that only AWS has are removed when the box is ticked."""
        client.create_route(ApiId=created.api_id, RouteKey="old")
        url = reverse(f"{GATEWAYS}_preview", args=[created.pk])

        page = admin_client.get(url)
        admin_client.post(url)
        kept = route_keys(client, created)
        admin_client.post(url, {"prune": "on"})

        assert "Routes that only AWS has: old." in page.text
        assert kept[-1] == "old"
        assert "old" not in route_keys(client, created)

    def test_error(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """An API that is gone is told, on the page and after a post."""
        client.delete_api(ApiId=created.api_id)
        url = reverse(f"{GATEWAYS}_preview", args=[created.pk])

        page, response = admin_client.get(url), admin_client.post(url)

        assert "could not be compared with this gateway: ClientError: NotFoundExcep" in page.text
        assert shown(response) == [("error", "Chat: ClientError: NotFoundException")]

    def test_error_of_the_creation(
        self, admin_client: Client, settings: Settings, emulator: Any
    ) -> None:
        """An error of boto3 has its code."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "endpoint_url": "http://127.0.0.1:9"}
        gateway = ApiGateway.objects.create(api_name="New", target_base_endpoint=BASE)

        response = admin_client.post(reverse(f"{GATEWAYS}_preview", args=[gateway.pk]))

        assert shown(response) == [("error", "New: EndpointConnectionError")]

    def test_no_such_gateway(self, admin_client: Client) -> None:
        """A row that is gone leads back, as everywhere in the admin."""
        response = admin_client.get(reverse(f"{GATEWAYS}_preview", args=[99]))

        assert response.status_code == 302

    def test_permission(self, client: Client) -> None:
        """Who may only look may not see what could be applied."""
        viewer = User.objects.create(username="viewer", is_staff=True)
        viewer.user_permissions.set(Permission.objects.filter(codename="view_apigateway"))
        browser = Client()
        browser.force_login(viewer)
        gateway = ApiGateway.objects.create(api_name="New")

        response = browser.get(reverse(f"{GATEWAYS}_preview", args=[gateway.pk]))
        page = browser.get(reverse(f"{GATEWAYS}_change", args=[gateway.pk]))

        assert response.status_code == 403
        assert "Preview changes" not in page.text


@pytest.mark.django_db
class TestActions:
    """Gateways are synced from the list."""

    def test_to_aws(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """AWS has what the row says; the message and the history tell what was done."""
        ApiGateway.objects.update(api_description="All")

        assert act(admin_client, "sync_to_aws", created) == [
            ("success", "Chat: synced to AWS. Updated the API Description; Deployed the stage")
        ]
        assert client.get_api(ApiId=created.api_id)["Description"] == "All"
        assert LogEntry.objects.get().change_message.startswith("Synced to AWS: Updated")

    def test_from_aws(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """The row has what AWS has."""
        client.update_api(ApiId=created.api_id, Description="All")

        assert act(admin_client, "sync_from_aws", created) == [
            ("success", "Chat: synced from AWS. Updated api_description")
        ]

    def test_in_sync(self, admin_client: Client, created: ApiGateway) -> None:
        """Nothing to do is no success, and not in the history."""
        assert act(admin_client, "sync_to_aws", created) == [
            ("info", "Chat: already in sync with AWS")
        ]
        assert not LogEntry.objects.exists()

    def test_failures(self, admin_client: Client, created: ApiGateway, client: Any) -> None:
        """Each gateway has its own message."""
        other = ApiGateway.objects.create(api_name="New")
        client.delete_api(ApiId=created.api_id)

        assert sorted(act(admin_client, "sync_from_aws", created, other)) == [
            ("error", "Chat: could not sync from AWS (ClientError: NotFoundException)"),
            ("error", "New: New is not deployed yet; create it first."),
        ]


@pytest.mark.django_db
class TestGatewayPage:
    """The page of a gateway tells what there is of it."""

    def test_url_and_sessions(self, admin_client: Client, created: ApiGateway) -> None:
        """It has the URL to connect to, the live sessions, and the way to the preview."""
        WebSocketSession.objects.create(connection_id="c1", api_gateway=created)

        page = admin_client.get(reverse(f"{GATEWAYS}_change", args=[created.pk]))

        assert created.connection_url in page.text
        assert '<div class="readonly">1</div>' in page.text
        assert reverse(f"{GATEWAYS}_preview", args=[created.pk]) in page.text

    def test_many_sessions(self, admin_client: Client, created: ApiGateway) -> None:
        """Sessions are not counted to the end."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=str(number), api_gateway=created)
            for number in range(1001)
        )

        page = admin_client.get(reverse(f"{GATEWAYS}_change", args=[created.pk]))

        assert "more than 1000" in page.text

    def test_without_api(self, admin_client: Client) -> None:
        """A gateway that is not created yet has no URL."""
        page = admin_client.get(reverse(f"{GATEWAYS}_add"))

        assert "none yet" in page.text

    def test_without_region(self, admin_client: Client, settings: Settings) -> None:
        """A URL that cannot be known says why."""
        settings.AWS_GATEWAY_REGION_NAME = settings.AWS_REGION_NAME = None
        gateway = ApiGateway.objects.create(api_name="Old", api_id="a1b2c3d4e5")

        page = admin_client.get(reverse(f"{GATEWAYS}_change", args=[gateway.pk]))

        assert "AWS_REGION_NAME must be set" in page.text


@pytest.mark.django_db
class TestCustomDomain:
    """Custom domains are created from the list."""

    def test_created(self, admin_client: Client, created: ApiGateway) -> None:
        """The message names the domain, and the history has it."""
        ApiGateway.objects.update(domain_name="ws.example.com", certificate_arn="arn:1")

        assert act(admin_client, "create_custom_domain", created) == [
            ("success", "ws.example.com custom domain created")
        ]
        assert LogEntry.objects.get().change_message == "Created the custom domain ws.example.com."

    def test_not_ready(self, admin_client: Client, created: ApiGateway) -> None:
        """What is missing is named."""
        assert act(admin_client, "create_custom_domain", created) == [
            ("error", "Chat: A Certificate ARN is required")
        ]

    def test_failure(
        self,
        admin_client: Client,
        created: ApiGateway,
        client: Any,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """What might hold a secret goes to the log alone."""
        ApiGateway.objects.update(domain_name="lost.example.com", certificate_arn="arn:1")
        client.delete_api(ApiId=created.api_id)

        assert act(admin_client, "create_custom_domain", created) == [
            ("error", "Failed to create custom domain for Chat: NotFoundException")
        ]
        assert "The custom domain of Chat could not be created" in caplog.messages
