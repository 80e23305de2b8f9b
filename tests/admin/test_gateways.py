"""Admin pages of gateways and routes, and the action that creates a gateway in AWS."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.contrib import admin, messages
from django.contrib.auth.models import Permission, User
from django.contrib.messages.storage.cookie import CookieStorage
from django.db.models import QuerySet
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.admin import ApiGatewayAdmin, create_api_gateway
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute

__all__ = ["TestCreateAction", "TestGatewayList", "TestGatewayPage", "TestRoutes"]

pytestmark = pytest.mark.django_db

GATEWAYS = "admin:django_aws_api_gateway_websockets_apigateway"
ROUTES = "admin:django_aws_api_gateway_websockets_apigatewayadditionalroute"
NO_ROUTES = {"additional_routes-TOTAL_FORMS": 0, "additional_routes-INITIAL_FORMS": 0}


@pytest.fixture
def emulator() -> Iterator[EmulatorThread]:
    """Run a gateway of our own in the place of AWS."""
    with (
        EmulatorThread() as thread,
        override_settings(WEBSOCKETS={"endpoint_url": thread.url}),
    ):
        yield thread


def form(**changes: Any) -> dict[str, Any]:
    """Return what a browser posts to add a gateway."""
    return {
        "api_name": "Chat",
        "stage_name": "production",
        "tags": "{}",
        "two_way": "on",
        "provisioning_status": "pending",
        "route_key": "$default",
        "route_selection_expression": "$request.body.action",
        "api_key_selection_expression": "$request.header.x-api-key",
        **NO_ROUTES,
        **changes,
    }


def create_in_aws(client: Client, *gateways: ApiGateway) -> list[tuple[str, str]]:
    """Run the action on gateways, and return the messages with their levels."""
    data = {"action": "create_api_gateway", "_selected_action": [g.pk for g in gateways]}
    return shown(client.post(reverse(f"{GATEWAYS}_changelist"), data))


def shown(response: Any) -> list[tuple[str, str]]:
    """Return the messages that were left for the next page."""
    return [(m.level_tag, m.message) for m in messages.get_messages(response.wsgi_request)]


class TestGatewayList:
    def test_shows_state(self, admin_client: Client) -> None:
        """The list tells how far each gateway has come."""
        ApiGateway.objects.create(api_name="Chat", provisioning_status="api_created")

        page = admin_client.get(reverse(f"{GATEWAYS}_changelist"))

        assert "API created</td>" in page.text

    @pytest.mark.parametrize("term", ["ws.example", "Chat"])
    def test_searches_names_and_domains(self, admin_client: Client, term: str) -> None:
        """A part of the name or of the domain finds a gateway."""
        ApiGateway.objects.create(api_name="Chat", domain_name="ws.example.com")
        ApiGateway.objects.create(api_name="Other")

        page = admin_client.get(reverse(f"{GATEWAYS}_changelist"), {"q": term})

        assert [row.api_name for row in page.context["cl"].result_list] == ["Chat"]

    def test_does_not_count_what_the_search_left_out(self, admin_client: Client) -> None:
        """The whole table is never counted."""
        page = admin_client.get(reverse(f"{GATEWAYS}_changelist"), {"q": "Chat"})

        assert page.context["cl"].full_result_count is None


class TestGatewayPage:
    def test_new_gateways_start_two_way(self, admin_client: Client) -> None:
        """The box is ticked for a gateway that is about to be added."""
        page = admin_client.get(reverse(f"{GATEWAYS}_add"))

        assert page.context["adminform"].form["two_way"].value() is True

    def test_offers_every_field_that_can_be_edited(self) -> None:
        """No field is left out of the sections of the page."""
        editable = {field.name for field in ApiGateway._meta.fields if field.editable}
        sections = admin.site.get_model_admin(ApiGateway).fieldsets or []
        offered = {name for _, options in sections for name in options["fields"]}

        assert offered >= editable - {"id", "created_on", "updated_on"}

    def test_takes_a_url_without_scheme_for_https(self, admin_client: Client) -> None:
        """A typed host name is enough, and the address ends with a slash."""
        admin_client.post(
            reverse(f"{GATEWAYS}_add"), form(target_base_endpoint="www.example.com/ws")
        )

        assert ApiGateway.objects.get().target_base_endpoint == "https://www.example.com/ws/"

    def test_refuses_a_name_that_aws_would_refuse(self, admin_client: Client) -> None:
        """The error stands at the field."""
        page = admin_client.post(reverse(f"{GATEWAYS}_add"), form(api_name="Chat!"))

        assert list(page.context["adminform"].form.errors) == ["api_name"]

    def test_adds_routes(self, admin_client: Client) -> None:
        """A route can be written down together with its gateway."""
        route = {
            "additional_routes-TOTAL_FORMS": 1,
            "additional_routes-0-name": "Room",
            "additional_routes-0-route_key": "room",
            "additional_routes-0-integration_url": "www.example.com/ws/room/",
        }

        admin_client.post(reverse(f"{GATEWAYS}_add"), form(**route))

        saved = ApiGatewayAdditionalRoute.objects.get()
        assert saved.api_gateway.api_name == "Chat"
        assert saved.integration_url == "https://www.example.com/ws/room/"

    def test_does_not_change_what_aws_said(self, admin_client: Client) -> None:
        """What is read-only cannot be posted either."""
        facts = {"deployment_id": "made-up", "api_created": "on", "headers_mapped": "on"}

        admin_client.post(reverse(f"{GATEWAYS}_add"), form(**facts))

        gateway = ApiGateway.objects.get()
        assert gateway.deployment_id == ""
        assert (gateway.api_created, gateway.headers_mapped) == (False, False)


class TestCreateAction:
    def test_creates_a_gateway(self, admin_client: Client, emulator: EmulatorThread) -> None:
        """The gateway exists afterwards, and the page says so."""
        gateway = ApiGateway.objects.create(
            api_name="Chat", target_base_endpoint="http://127.0.0.1:8000/ws/"
        )

        shown = create_in_aws(admin_client, gateway)

        gateway.refresh_from_db()
        assert shown == [("success", "Chat created")]
        assert gateway.api_endpoint.startswith("ws://127.0.0.1:")
        assert gateway.is_deployed

    def test_passes_over_what_exists(self, admin_client: Client) -> None:
        """A gateway that is complete is not mentioned."""
        gateway = ApiGateway.objects.create(api_name="Chat", provisioning_status="deployed")

        assert create_in_aws(admin_client, gateway) == []

    def test_says_what_is_missing(self, admin_client: Client) -> None:
        """A gateway that cannot be created as it is says why."""
        gateway = ApiGateway.objects.create(api_name="Chat")

        assert create_in_aws(admin_client, gateway) == [
            ("error", "Chat: target_base_endpoint must be set before the API can be created.")
        ]

    @override_settings(AWS_GATEWAY_REGION_NAME=None)
    def test_names_the_kind_of_any_other_error(
        self, admin_client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        """What might hold a secret goes to the log alone."""
        gateway = ApiGateway.objects.create(
            api_name="Chat", target_base_endpoint="https://www.example.com"
        )

        shown = create_in_aws(admin_client, gateway)

        assert shown == [("error", "Failed to create Chat: RuntimeError")]
        assert "Chat could not be created in AWS" in caplog.messages

    def test_goes_on_after_an_error(self, admin_client: Client, emulator: EmulatorThread) -> None:
        """One gateway that fails does not keep the next from being created."""
        broken = ApiGateway.objects.create(api_name="Broken")
        sound = ApiGateway.objects.create(
            api_name="Sound", target_base_endpoint="http://127.0.0.1:8000/ws/"
        )

        levels = {level for level, _ in create_in_aws(admin_client, broken, sound)}

        assert levels == {"error", "success"}

    def test_tells_who_asked(self, admin_client: Client, caplog: pytest.LogCaptureFixture) -> None:
        """The log names the user and the gateway."""
        caplog.set_level(logging.INFO, "django_aws_api_gateway_websockets.admin")
        gateway = ApiGateway.objects.create(api_name="Chat")

        create_in_aws(admin_client, gateway)

        assert "admin creates Chat in AWS" in caplog.messages

    def test_tells_that_another_was_faster(self, rf: RequestFactory, admin_user: User) -> None:
        """A gateway that turns out to exist when its turn comes is no error."""

        class CreatedMeanwhile(ApiGateway):
            class Meta:
                app_label = "nowhere"
                proxy = True

            def create_gateway(self, **kwargs: Any) -> bool:
                return False

        request = rf.post("/")
        request.user = admin_user
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # set by middleware
        rows = cast("QuerySet[ApiGateway]", [CreatedMeanwhile(api_name="Chat")])

        create_api_gateway(ApiGatewayAdmin(ApiGateway, admin.site), request, rows)

        assert [(m.level_tag, m.message) for m in messages.get_messages(request)] == [
            ("info", "Chat already created")
        ]

    def test_is_not_offered_to_those_who_may_only_look(self, client: Client) -> None:
        """Creating asks for the permission to change."""
        viewer = User.objects.create(username="viewer", is_staff=True)
        viewer.user_permissions.set(Permission.objects.filter(codename="view_apigateway"))
        client.force_login(viewer)

        page = client.get(reverse(f"{GATEWAYS}_changelist"))

        assert page.context["cl"].formset is None
        assert "create_api_gateway" not in page.text


class TestRoutes:
    def test_list_loads_gateways_with_their_routes(
        self, admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        """The number of queries does not grow with that of the routes."""
        url = reverse(f"{ROUTES}_changelist")
        for name in "abcdefgh":
            gateway = ApiGateway.objects.create(api_name=name)
            ApiGatewayAdditionalRoute.objects.create(
                api_gateway=gateway, name=name, route_key="a", integration_url="https://a.test"
            )

        with django_assert_max_num_queries(10):
            page = admin_client.get(url)

        assert page.context["cl"].result_count == 8

    def test_page_finds_gateways_as_one_types(self, admin_client: Client) -> None:
        """The gateway is chosen by a search, not from a list of all."""
        page = admin_client.get(reverse(f"{ROUTES}_add"))

        assert "admin-autocomplete" in page.text
