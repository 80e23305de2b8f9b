"""The command that prints IAM policies, under each of its names."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = ["TestChoosing", "TestErrors", "TestLeavingOut", "TestPolicies"]

pytestmark = pytest.mark.django_db

CHAT = "arn:aws:execute-api:eu-west-1:*:a1/production/POST/@connections/*"
NEWS = "arn:aws-cn:execute-api:cn-north-1:*:b2/production/POST/@connections/*"


@pytest.fixture
def chat() -> ApiGateway:
    """Return a gateway in Ireland."""
    return add("Chat", api_id="a1", api_endpoint="wss://a1.execute-api.eu-west-1.amazonaws.com")


@pytest.fixture
def news() -> ApiGateway:
    """Return a gateway in China."""
    endpoint = "wss://b2.execute-api.cn-north-1.amazonaws.com.cn"
    return add("News", api_id="b2", api_endpoint=endpoint)


def add(name: str, **fields: str) -> ApiGateway:
    """Return a gateway that is stored."""
    return ApiGateway.objects.create(api_name=name, **fields)


def run(*args: object, name: str = "websocketIamPolicy") -> tuple[Any, str]:
    """Run the command, and return the policy and what is said beside it."""
    output, errors = StringIO(), StringIO()
    call_command(name, *map(str, args), stdout=output, stderr=errors)
    return json.loads(output.getvalue()), errors.getvalue()


def resources(policy: dict[str, Any]) -> list[str]:
    """Return the resources of all statements."""
    return [arn for statement in policy["Statement"] for arn in statement["Resource"]]


class TestPolicies:
    @pytest.mark.parametrize("name", ["websocketIamPolicy", "websocketiampolicy"])
    def test_runtime(self, chat: ApiGateway, name: str) -> None:
        """By default the policy is for what sends."""
        policy, errors = run(name=name)

        assert policy["Statement"][0]["Action"] == ["execute-api:ManageConnections"]
        assert CHAT in resources(policy)
        assert errors == ""

    def test_runtime_by_name(self, chat: ApiGateway) -> None:
        """The default has a name."""
        assert run("--runtime") == run()

    def test_provisioning(self, chat: ApiGateway) -> None:
        """The other policy is for what creates."""
        policy, _ = run("--provisioning")

        assert "arn:aws:apigateway:eu-west-1::/apis" in resources(policy)

    def test_domain(self) -> None:
        """A gateway with a domain and a zone has the statements for them."""
        endpoint = "wss://a1.execute-api.eu-west-1.amazonaws.com"
        fields = {"domain_name": "ws.example.com", "hosted_zone_id": "Z1"}
        add("Chat", api_id="a1", api_endpoint=endpoint, **fields)

        policy, _ = run("--provisioning")

        assert "arn:aws:route53:::hostedzone/Z1" in resources(policy)

    def test_account(self, chat: ApiGateway) -> None:
        """The account takes the place of the star."""
        policy, _ = run("--account", "123456789012")

        assert CHAT.replace("*", "123456789012", 1) in resources(policy)


class TestChoosing:
    def test_all(self, chat: ApiGateway, news: ApiGateway) -> None:
        """Without a key every gateway is in the policy."""
        policy, _ = run()

        assert {CHAT, NEWS} <= set(resources(policy))

    def test_some(self, chat: ApiGateway, news: ApiGateway) -> None:
        """The others are not."""
        policy, _ = run("--pk", news.pk)

        assert NEWS in resources(policy)
        assert CHAT not in resources(policy)

    def test_several(self, chat: ApiGateway, news: ApiGateway) -> None:
        """One option takes several keys."""
        policy, _ = run("--pk", chat.pk, news.pk)

        assert {CHAT, NEWS} <= set(resources(policy))

    def test_row_without_an_endpoint(self, settings: Settings) -> None:
        """A row of 4.1 has the region of the settings."""
        settings.AWS_GATEWAY_REGION_NAME = "eu-west-1"
        add("Chat", api_id="a1")

        policy, _ = run()

        assert CHAT in resources(policy)

    def test_gateway_to_be_created(self, settings: Settings) -> None:
        """Who creates it needs the policy before."""
        settings.AWS_GATEWAY_REGION_NAME = "us-gov-west-1"
        add("Chat")

        policy, _ = run("--provisioning")

        assert "arn:aws-us-gov:apigateway:us-gov-west-1::/apis" in resources(policy)


class TestLeavingOut:
    def test_gateway_on_this_machine(self, chat: ApiGateway) -> None:
        """The emulator asks for no policy."""
        add("Demo", api_id="d1", api_endpoint="ws://127.0.0.1:9000")

        policy, errors = run()

        assert len(resources(policy)) == 3
        assert errors == "Demo: left out, because it is on this machine, and needs no policy\n"

    def test_gateway_to_be_created_on_this_machine(
        self, chat: ApiGateway, settings: Settings
    ) -> None:
        """Nor does it when the settings say that gateways are created there."""
        settings.WEBSOCKETS = {"endpoint_url": "http://127.0.0.1:9000"}
        add("Demo")

        _, errors = run("--provisioning")

        assert errors == "Demo: left out, because it is on this machine, and needs no policy\n"

    def test_gateway_without_an_api(self, chat: ApiGateway) -> None:
        """There is nothing to send to yet."""
        add("New")

        _, errors = run()

        assert errors == (
            "New: left out, because it has no API yet; create it, then run this again\n"
        )


class TestErrors:
    def test_no_gateway(self) -> None:
        """Without rows there is nothing to write a policy for."""
        with pytest.raises(CommandError, match=r"^There is no ApiGateway; add one first\.$"):
            run()

    def test_no_gateway_is_left(self) -> None:
        """An empty policy would be refused by AWS."""
        add("New")

        with pytest.raises(CommandError, match=r"^No gateway calls for a policy\.$"):
            run()

    def test_unknown_keys(self, chat: ApiGateway) -> None:
        """Keys of no row are named."""
        with pytest.raises(CommandError, match=r"primary key 901, 902\.$"):
            run("--pk", chat.pk, 902, 901)

    @pytest.mark.parametrize("account", ["1234", "12345678901x", ""])
    def test_account(self, chat: ApiGateway, account: str) -> None:
        """A slip in the number would make a policy that allows nothing."""
        with pytest.raises(CommandError, match=r"^The number of an AWS account has 12 digits\.$"):
            run("--account", account)

    def test_both_policies(self, chat: ApiGateway) -> None:
        """A policy is for one of them."""
        with pytest.raises(CommandError, match="not allowed with argument"):
            run("--runtime", "--provisioning")

    def test_no_region(self, settings: Settings) -> None:
        """A gateway that is still to be created needs a region."""
        settings.AWS_GATEWAY_REGION_NAME = None
        add("Chat")

        with pytest.raises(CommandError, match=r"^Chat: AWS_GATEWAY_REGION_NAME or "):
            run("--provisioning")
