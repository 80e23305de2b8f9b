"""Gateways: what they may be told, how far they exist, and where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.aws.control import get_control_plane
from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute
from django_aws_api_gateway_websockets.testing import create_gateway

__all__ = [
    "TestConnectionUrl",
    "TestCreateGateway",
    "TestForgetApi",
    "TestIsDeployed",
    "TestRoutes",
    "TestRow",
    "TestSave",
    "TestStatus",
    "TestValidation",
]

ENDPOINT = "wss://abc123defg.execute-api.eu-west-1.amazonaws.com"
BASE = "http://127.0.0.1:8000/ws/"

COMPLETE = ["deployed", "domain_created", "mapped"]
INCOMPLETE = ["pending", "creating", "api_created", "routes_created"]


@pytest.fixture
def emulator() -> Iterator[EmulatorThread]:
    """Run a gateway of our own in the place of AWS."""
    with (
        EmulatorThread() as thread,
        override_settings(WEBSOCKETS={"endpoint_url": thread.url}),
    ):
        yield thread


def errors_of(**fields: Any) -> dict[str, list[str]]:
    """Return what ``clean`` finds wrong with a gateway, by field."""
    with pytest.raises(ValidationError) as caught:
        ApiGateway(**fields).clean()
    return caught.value.message_dict


class TestRow:
    def test_is_known_by_its_name(self) -> None:
        """The text of a gateway is its name."""
        assert str(ApiGateway(api_name="Chat")) == "Chat"

    def test_starts_as_4_1_started_it(self) -> None:
        """The expressions and the stage have the values that AWS suggests."""
        gateway = ApiGateway()

        assert gateway.api_key_selection_expression == "$request.header.x-api-key"
        assert gateway.route_selection_expression == "$request.body.action"
        assert (gateway.route_key, gateway.stage_name) == ("$default", "production")
        assert (gateway.provisioning_status, gateway.tags) == ("pending", {})

    def test_starts_two_way(self) -> None:
        """A new gateway answers its clients; what it maps is not known yet."""
        assert (ApiGateway().two_way, ApiGateway().headers_mapped) == (True, False)


class TestValidation:
    @pytest.mark.parametrize("name", ["Chat", "a b", "A-b_9"])
    def test_takes_names_that_aws_takes(self, name: str) -> None:
        """Letters, digits, spaces, hyphens and underscores make a name."""
        ApiGateway(api_name=name).clean()

    @pytest.mark.parametrize("name", ["Chat!", "é", "Chat\n", "a/b"])
    def test_refuses_other_names(self, name: str) -> None:
        """The error stands at the name."""
        assert errors_of(api_name=name) == {
            "api_name": ["Use letters, digits, spaces, hyphens and underscores only."]
        }

    @pytest.mark.parametrize("name", ["ws.example.com", "WS.Example.COM", "a.b-c.io", "x.xn--p1ai"])
    def test_takes_domain_names(self, name: str) -> None:
        """Labels of letters, digits and inner hyphens make a domain name."""
        ApiGateway(domain_name=name).clean()

    @pytest.mark.parametrize(
        "name",
        [
            "example",
            "ws_1.example.com",
            "ws.example.com.",
            "-ws.example.com",
            "ws..example.com",
            "ws.example.com\n",
            "https://ws.example.com",
            f"{'x' * 64}.example.com",
            f"{'x.' * 126}com",
        ],
    )
    def test_refuses_other_domain_names(self, name: str) -> None:
        """No underscore, no dot at the end, no URL, and nothing longer than DNS allows."""
        assert errors_of(domain_name=name) == {"domain_name": ["Invalid domain name format"]}

    @override_settings(WEBSOCKETS={"allowed_integration_hosts": ["www.example.com"]})
    def test_refuses_a_host_that_is_not_listed(self) -> None:
        """The message keeps the list to itself."""
        assert errors_of(target_base_endpoint="https://evil.test/") == {
            "target_base_endpoint": ["Integrations may not point at this host."]
        }

    @override_settings(WEBSOCKETS={"allowed_integration_hosts": ["www.example.com"]})
    def test_takes_a_host_that_is_listed(self) -> None:
        """A listed host is allowed on any port."""
        ApiGateway(target_base_endpoint="https://www.example.com:8443/ws/").clean()

    def test_takes_any_host_without_a_list(self) -> None:
        """Nothing is refused where nothing is listed."""
        ApiGateway(target_base_endpoint="https://anywhere.test/").clean()

    def test_tells_of_all_errors_at_once(self) -> None:
        """Nobody has to submit a form twice."""
        assert set(errors_of(api_name="!", domain_name="!")) == {"api_name", "domain_name"}

    def test_leaves_blanks_alone(self) -> None:
        """What is not filled in is not checked."""
        ApiGateway(api_name="", domain_name="", target_base_endpoint=None).clean()


@pytest.mark.django_db
class TestSave:
    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ("https://a.test/ws", "https://a.test/ws/"),
            ("https://a.test/ws/", "https://a.test/ws/"),
            ("", ""),
            (None, None),
        ],
    )
    def test_ends_the_base_with_a_slash(self, given: str | None, stored: str | None) -> None:
        """Route names are appended to it."""
        gateway = ApiGateway.objects.create(api_name="Chat", target_base_endpoint=given)

        gateway.refresh_from_db()
        assert gateway.target_base_endpoint == stored

    def test_validates(self) -> None:
        """A row that AWS would refuse is not stored."""
        with pytest.raises(ValidationError):
            ApiGateway.objects.create(api_name="Chat!")

        assert not ApiGateway.objects.exists()

    def test_refuses_a_name_twice(self) -> None:
        """Names are unique."""
        ApiGateway.objects.create(api_name="Chat")

        with pytest.raises(ValidationError, match="already exists"):
            ApiGateway.objects.create(api_name="Chat")

    def test_stores_single_columns_without_validation(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """With ``update_fields`` nothing is checked, and only those columns are written."""
        gateway = ApiGateway.objects.create(api_name="Chat", domain_name="old.test")
        gateway.api_name, gateway.domain_name = "Chat!", "new.test"

        with django_assert_num_queries(1):
            gateway.save(update_fields=["api_name"])

        gateway.refresh_from_db()
        assert (gateway.api_name, gateway.domain_name) == ("Chat!", "old.test")


class TestStatus:
    @pytest.mark.parametrize("status", INCOMPLETE)
    def test_asks_for_the_api_until_it_is_deployed(self, status: str) -> None:
        """Until then there is something left to create."""
        gateway = ApiGateway(provisioning_status=status)

        assert gateway.effective_provisioning_status == status
        assert (gateway.needs_api_creation, gateway.needs_custom_domain) == (True, False)

    @pytest.mark.parametrize(
        ("status", "needs_domain"),
        [("deployed", True), ("domain_created", True), ("mapped", False)],
    )
    def test_asks_for_the_domain_until_it_is_mapped(self, status: str, needs_domain: bool) -> None:
        """The custom domain comes after the deployment."""
        gateway = ApiGateway(provisioning_status=status)

        assert gateway.needs_api_creation is False
        assert gateway.needs_custom_domain is needs_domain

    @pytest.mark.parametrize(("custom", "expected"), [(False, "deployed"), (True, "mapped")])
    def test_judges_old_rows_by_their_flags(self, custom: bool, expected: str) -> None:
        """Rows from before the status was stored say ``pending``, whatever exists."""
        gateway = ApiGateway(api_created=True, custom_domain_created=custom)

        assert gateway.effective_provisioning_status == expected

    def test_believes_a_status_that_is_stored(self) -> None:
        """The flags do not overrule a status other than ``pending``."""
        gateway = ApiGateway(provisioning_status="api_created", api_created=True)

        assert gateway.effective_provisioning_status == "api_created"


class TestIsDeployed:
    def test_is_true_of_a_complete_row(self) -> None:
        """API, id and deployment make it."""
        assert ApiGateway(api_created=True, api_id="a", deployment_id="d").is_deployed is True

    @pytest.mark.parametrize("lacking", ["api_created", "api_id", "deployment_id"])
    def test_is_false_when_anything_is_lacking(self, lacking: str) -> None:
        """Two of the three are not enough."""
        facts: dict[str, Any] = {"api_created": True, "api_id": "a", "deployment_id": "d"}
        del facts[lacking]

        assert ApiGateway(**facts).is_deployed is False


class TestConnectionUrl:
    def test_is_endpoint_and_stage(self) -> None:
        """Without a custom domain a browser opens the stage."""
        gateway = ApiGateway(api_endpoint=ENDPOINT, stage_name="live")

        assert gateway.connection_url == f"{ENDPOINT}/live"
        assert gateway.management_url == (
            "https://abc123defg.execute-api.eu-west-1.amazonaws.com/live"
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"provisioning_status": "mapped", "certificate_arn": "arn:aws:acm:1"},
            {
                "api_created": True,
                "custom_domain_created": True,
                "certificate_arn": "arn:aws:acm:1",
            },
            {"certificate_arn": ""},
        ],
        ids=["mapped", "mapped by 4.1", "set up elsewhere"],
    )
    def test_is_the_custom_domain(self, fields: dict[str, Any]) -> None:
        """A domain that works is what a browser opens, without a stage."""
        gateway = ApiGateway(api_endpoint=ENDPOINT, domain_name="ws.example.com", **fields)

        assert gateway.connection_url == "wss://ws.example.com"
        assert gateway.management_url == "https://ws.example.com"

    def test_is_not_a_domain_that_is_not_mapped_yet(self) -> None:
        """A certificate says that the domain is to be set up here, and it is not yet."""
        gateway = ApiGateway(
            api_endpoint=ENDPOINT,
            domain_name="ws.example.com",
            certificate_arn="arn:aws:acm:1",
            provisioning_status="deployed",
        )

        assert gateway.connection_url == f"{ENDPOINT}/production"

    def test_of_a_local_gateway_is_local(self) -> None:
        """A copy of production on a laptop does not lead its pages to production."""
        gateway = ApiGateway(
            api_endpoint="ws://127.0.0.1:9000/abc",
            domain_name="ws.example.com",
            provisioning_status="mapped",
        )

        assert gateway.connection_url == "ws://127.0.0.1:9000/abc/production"
        assert gateway.management_url == "http://127.0.0.1:9000/abc/production"

    @override_settings(AWS_GATEWAY_REGION_NAME="eu-north-1")
    def test_of_a_row_without_endpoint_follows_the_setting(self) -> None:
        """API id and region are what 4.1 built it from."""
        assert ApiGateway(api_id="abc123defg").connection_url == (
            "wss://abc123defg.execute-api.eu-north-1.amazonaws.com/production"
        )

    @override_settings(AWS_GATEWAY_REGION_NAME=None)
    def test_of_a_row_without_endpoint_needs_the_setting(self) -> None:
        """Without either, nobody knows where it is."""
        with pytest.raises(RuntimeError) as caught:
            _ = ApiGateway(api_id="abc123defg").connection_url

        assert str(caught.value) == (
            "AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"
        )

    def test_of_a_row_without_api_is_unknown(self) -> None:
        """What is not created has no address."""
        with pytest.raises(RuntimeError, match=r"^Plan has no API yet; create it first\.$"):
            _ = ApiGateway(api_name="Plan").connection_url

    @pytest.mark.parametrize(
        ("endpoint", "expected"),
        [("ws://localhost:9000/abc", True), (ENDPOINT, False), ("", False)],
    )
    def test_tells_whether_it_is_local(self, endpoint: str, expected: bool) -> None:
        """A gateway on this machine is an emulator's."""
        assert ApiGateway(api_endpoint=endpoint).is_local is expected


@pytest.mark.django_db
class TestRoutes:
    def test_select_by_the_message(self) -> None:
        """A key that is there is taken, and ``$default`` in place of any other."""
        gateway = create_gateway(routes={"chat": "https://example.com/chat/message"})

        assert gateway.select_route('{"action": "chat"}') == "chat"
        assert gateway.select_route('{"action": "other"}') == "$default"

    def test_lead_to_an_integration(self) -> None:
        """An additional route has a URL of its own."""
        gateway = create_gateway(routes={"chat": "https://example.com/chat/message"})

        assert gateway.integration_url("chat") == "https://example.com/chat/message"
        assert gateway.integration_url("$default") == "http://testserver/ws/default"


@pytest.mark.django_db
class TestCreateGateway:
    def test_creates_and_deploys(self, emulator: EmulatorThread) -> None:
        """Afterwards the row says where the API is."""
        gateway = ApiGateway.objects.create(api_name="Chat", target_base_endpoint=BASE)

        assert gateway.create_gateway() is True

        gateway.refresh_from_db()
        assert gateway.is_deployed
        assert gateway.provisioning_status == "deployed"
        assert gateway.api_endpoint == f"ws://127.0.0.1:{emulator.port}/{gateway.api_id}"

    def test_yields_each_step(self, emulator: EmulatorThread) -> None:
        """A caller can tell what is being done."""
        gateway = ApiGateway.objects.create(api_name="Chat", target_base_endpoint=BASE)

        kinds = [result.kind.name for result in gateway.creation_steps()]

        assert kinds[0] == "API"
        assert kinds[-1] == "DEPLOYMENT"

    def test_takes_another_control_plane(self, emulator: EmulatorThread) -> None:
        """The caller may say where to create."""
        control = get_control_plane()
        gateway = ApiGateway.objects.create(api_name="Chat", target_base_endpoint=BASE)

        with override_settings(AWS_GATEWAY_REGION_NAME=None):
            assert gateway.create_gateway(control=control) is True

    def test_stores_a_row_that_is_not_stored(self, emulator: EmulatorThread) -> None:
        """What was created must not be forgotten."""
        ApiGateway(api_name="Chat", target_base_endpoint=BASE).create_gateway()

        assert ApiGateway.objects.get().is_deployed

    def test_checks_a_row_that_is_not_stored(self) -> None:
        """Nothing is asked of AWS for a row that is invalid."""
        with pytest.raises(ValidationError):
            ApiGateway(api_name="Chat!", target_base_endpoint=BASE).create_gateway()

    @pytest.mark.parametrize("status", COMPLETE)
    def test_leaves_what_exists(self, status: str) -> None:
        """There is nothing to do, and AWS is not asked."""
        gateway = ApiGateway(provisioning_status=status, target_base_endpoint=BASE)

        assert gateway.create_gateway() is False

    def test_needs_a_base(self) -> None:
        """Without it no integration could point anywhere."""
        with pytest.raises(ValueError, match=r"^target_base_endpoint must be set before the API"):
            ApiGateway(api_name="Chat").create_gateway()


@pytest.mark.django_db
class TestForgetApi:
    def test_makes_the_row_as_new(self) -> None:
        """Nothing is left that says that the API exists."""
        gateway = ApiGateway.objects.create(
            api_name="Chat",
            api_id="abc123defg",
            api_endpoint=ENDPOINT,
            api_created=True,
            deployment_id="dep1",
            headers_mapped=True,
            api_gateway_domain_name="d-1.execute-api.eu-west-1.amazonaws.com",
            api_mapping_id="m1",
            custom_domain_created=True,
            provisioning_status="mapped",
        )

        gateway.forget_api()

        assert (gateway.api_id, gateway.api_endpoint, gateway.deployment_id) == ("", "", "")
        assert (gateway.api_created, gateway.headers_mapped) == (False, False)
        assert (gateway.api_gateway_domain_name, gateway.api_mapping_id) == ("", "")
        assert gateway.custom_domain_created is False
        assert gateway.needs_api_creation

    def test_makes_its_routes_as_new(self) -> None:
        """Routes are created again with the API."""
        gateway = ApiGateway.objects.create(api_name="Chat")
        route = ApiGatewayAdditionalRoute.objects.create(
            api_gateway=gateway,
            name="Room",
            route_key="room",
            integration_url="https://a.test",
            deployed=True,
            route_id="r1",
            integration_id="i1",
        )

        gateway.forget_api()

        route.refresh_from_db()
        assert (route.deployed, route.route_id, route.integration_id) == (False, "", "")
