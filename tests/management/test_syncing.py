"""The command that brings gateways and AWS together, under each of its names."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from django_aws_api_gateway_websockets.models import ApiGateway

from ..models.operations.in_aws import client, created, deployments, emulator, integration

__all__ = ["client", "created", "emulator"]

pytestmark = pytest.mark.django_db

DIFFERS = r"^AWS and the rows differ: Chat$"


def run(*args: object, name: str = "syncApiGateway") -> str:
    """Run the command, and return what it writes."""
    output = StringIO()
    call_command(name, *map(str, args), stdout=output, stderr=output)
    return output.getvalue()


def run_and_fail(*args: object, match: str) -> str:
    """Run the command to its error, and return what it writes."""
    output = StringIO()
    with pytest.raises(CommandError, match=match):
        call_command("syncApiGateway", *map(str, args), stdout=output, stderr=output)
    return output.getvalue()


class TestComparing:
    def test_in_sync(self, created: ApiGateway) -> None:
        """Right after a sync there is nothing to do."""
        assert run("--pk", created.pk, "--dry-run") == "Chat: nothing to do\n"

    def test_difference(self, created: ApiGateway, client: Any) -> None:
        """What was changed behind its back is named, and stays."""
        found = integration(client, created, "say")
        client.update_integration(
            ApiId=created.api_id,
            IntegrationId=found["IntegrationId"],
            IntegrationUri="https://elsewhere.example.com/",
        )

        lines = run_and_fail("--pk", created.pk, "--dry-run", match=DIFFERS)

        assert lines == ("Chat: Point the say route at its new URL\nChat: Deploy the stage\n")
        assert deployments(client, created) == 1

    def test_rows(self, created: ApiGateway, client: Any) -> None:
        """The other way round, the rows stay."""
        client.update_api(ApiId=created.api_id, Name="Talk")

        lines = run_and_fail("--pk", created.pk, "--from-aws", "--dry-run", match=DIFFERS)

        assert lines == "Chat: Updated api_name\n"
        assert ApiGateway.objects.get().api_name == "Chat"

    def test_routes_of_others(self, created: ApiGateway, client: Any) -> None:
        """A route that only AWS has is told, and no difference."""
        client.create_route(ApiId=created.api_id, RouteKey="old")

        assert run("--pk", created.pk, "--dry-run") == (
            "Chat: nothing to do\nChat: no row has the old route, which AWS has\n"
        )

    def test_json(self, created: ApiGateway, settings: Settings) -> None:
        """A program gets names and values, and no secret."""
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "gateway_secret": "s" * 32}

        text = run_and_fail("--pk", created.pk, "--dry-run", "--json", match=DIFFERS)

        (report,) = json.loads(text)
        assert report["steps"][0] == {
            "name": "integration:$connect",
            "action": "update",
            "sentence": "Map X-Ws-Gateway-Secret on the $connect route",
            "changes": [
                {
                    "name": "RequestParameters",
                    "before": "",
                    "after": "X-Ws-Gateway-Secret=***",
                }
            ],
        }
        assert (report["gateway"], report["extra_routes"], report["error"]) == ("Chat", [], "")


class TestChanging:
    def test_aws(self, created: ApiGateway, client: Any) -> None:
        """A line tells each step as it is done."""
        ApiGateway.objects.update(api_name="Talk")

        assert run("--all") == "Talk: Updated the API Name\nTalk: Deployed the stage\n"
        assert client.get_api(ApiId=created.api_id)["Name"] == "Talk"
        assert run("--all", name="syncapigateway") == "Talk: nothing to do\n"

    def test_rows(self, created: ApiGateway, client: Any) -> None:
        """The rows are brought to what AWS has."""
        client.update_api(ApiId=created.api_id, Name="Talk")

        assert run("--pk", created.pk, "--from-aws") == "Chat: Updated api_name\n"
        assert ApiGateway.objects.get().api_name == "Talk"

    def test_prune(self, created: ApiGateway, client: Any) -> None:
        """Asked for, a route that only AWS has is removed."""
        client.create_route(ApiId=created.api_id, RouteKey="old")

        assert run("--pk", created.pk, "--prune") == (
            "Chat: Removed the old route\nChat: Deployed the stage\n"
        )


class TestFailing:
    def test_no_such_row(self) -> None:
        """It is named by its key."""
        run_and_fail("--pk", 9, match=r"^There is no ApiGateway with the primary key 9\.$")

    def test_contradiction(self, created: ApiGateway) -> None:
        """What AWS has cannot be both kept and removed."""
        run_and_fail("--all", "--from-aws", "--prune", match=r"choose one\.$")

    def test_one_of_several(self, created: ApiGateway) -> None:
        """The error of one gateway does not keep the others from being synced."""
        ApiGateway.objects.create(
            api_name="Lost",
            target_base_endpoint=created.target_base_endpoint,
            api_id="nosuchapi0",
            api_endpoint=created.api_endpoint,
            deployment_id="d",
            api_created=True,
        )
        ApiGateway.objects.create(api_name="New")

        lines = run_and_fail("--all", match=r"^Failed for: Lost$")

        assert lines == "Chat: nothing to do\nLost: ClientError: NotFoundException\n"

    def test_not_deployed(self) -> None:
        """A gateway that is not created yet cannot be synced."""
        gateway = ApiGateway.objects.create(api_name="New")

        lines = run_and_fail("--pk", gateway.pk, match=r"^Failed for: New$")

        assert lines == "New: New is not deployed yet; create it first.\n"
