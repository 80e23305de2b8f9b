"""The command that makes the rows of an API that exists, under each of its names."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings
from websockets.sync.client import connect

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway

from ..models.operations.in_aws import client, created, emulator
from .old_api import NAME, OLD_SECRET, Backend, backend, create_old_api

__all__ = ["backend", "client", "created", "emulator"]

pytestmark = pytest.mark.django_db

SECRET = "s" * 32


@pytest.fixture(autouse=True)
def configured(settings: Settings, emulator: EmulatorThread) -> None:
    """Point the control plane at the local gateway, and configure a new secret and the old one."""
    settings.WEBSOCKETS = {
        "endpoint_url": emulator.url,
        "gateway_secret": [SECRET, OLD_SECRET],
        "allowed_integration_hosts": ["127.0.0.1"],
    }


def run(*args: object, name: str = "importApiGateway") -> list[str]:
    """Run a command, and return the lines that it writes."""
    output = StringIO()
    call_command(name, *map(str, args), stdout=output, stderr=output)
    return output.getvalue().splitlines()


class TestOf41:
    """An API of 4.1: two headers, one-way, no tags."""

    def test_stays_alive(self, client: Any, backend: Backend) -> None:
        """It is adopted, previewed and brought up to date, and its socket is open throughout."""
        api = create_old_api(client, backend)
        url = f"{api['ApiEndpoint']}/production"

        with connect(url) as socket:
            assert backend.next_request() == ("connect", [OLD_SECRET, ""])
            run("--api-id", api["ApiId"])
            socket.send("{}")
            assert backend.next_request() == ("default", [OLD_SECRET, ""])
            with pytest.raises(CommandError, match=r"^AWS and the rows differ: Old$"):
                run("--all", "--dry-run", name="syncApiGateway")
            run("--all", name="syncApiGateway")
            socket.send("{}")
            assert backend.next_request() == ("default", [SECRET, "MESSAGE"])

        assert backend.next_request() == ("disconnect", [SECRET, "DISCONNECT"])
        assert ApiGateway.objects.get().headers_mapped

    def test_lines(self, client: Any, backend: Backend) -> None:
        """The command says what it made, where it is reached, and how to go on."""
        api = create_old_api(client, backend)

        lines = run("--api-id", api["ApiId"])

        pk = ApiGateway.objects.get().pk
        assert lines == [
            f"Old: imported {api['ApiId']} as {pk}, with 0 additional routes",
            f"Old: connects at {api['ApiEndpoint']}/production",
            f"Old: go on with syncApiGateway --dry-run --pk {pk}",
        ]

    def test_stays_one_way(self, client: Any, backend: Backend) -> None:
        """Nothing that the API does is changed by taking it over."""
        api = create_old_api(client, backend)

        run("--api-id", api["ApiId"])

        row = ApiGateway.objects.get()
        assert (row.two_way, row.tags, row.creation_id) == (False, {}, "")
        assert row.headers_mapped is False


class TestOptions:
    def test_name_and_stage(self, client: Any, backend: Backend) -> None:
        """The row gets the name, and the stage that was chosen."""
        api = create_old_api(client, backend)
        client.create_stage(ApiId=api["ApiId"], StageName="beta")

        lines = run(
            "--api-id", api["ApiId"], "--name", "New", "--stage", "beta", name="importapigateway"
        )

        row = ApiGateway.objects.get()
        assert (row.api_name, row.stage_name, row.api_created) == ("New", "beta", False)
        assert lines[-1] == f"New: go on with createApiGateway --pk {row.pk}"

    def test_notes(self, client: Any, backend: Backend) -> None:
        """What the row cannot hold is told."""
        api = create_old_api(client, backend)
        client.create_route(ApiId=api["ApiId"], RouteKey="lambda")

        lines = run("--api-id", api["ApiId"])

        assert lines[1].startswith("Old: The lambda route leads to no URL")


class TestFailing:
    def test_unknown(self) -> None:
        """The API is named."""
        with pytest.raises(CommandError, match=r"^nosuch: There is no API nosuch in this "):
            run("--api-id", "nosuch")

    def test_what_no_row_can_hold(self, client: Any, backend: Backend, settings: Settings) -> None:
        """The field is named, and what is wrong with it."""
        api = create_old_api(client, backend)
        settings.WEBSOCKETS = {**settings.WEBSOCKETS, "allowed_integration_hosts": ["a.test"]}

        with pytest.raises(CommandError) as caught:
            run("--api-id", api["ApiId"])

        message = "target_base_endpoint: Integrations may not point at this host."
        assert str(caught.value) == f"{api['ApiId']}: {message}"

    def test_taken_name(self, client: Any, backend: Backend) -> None:
        """A name that another row has is an error at its field."""
        api = create_old_api(client, backend)
        ApiGateway.objects.create(api_name=NAME)

        with pytest.raises(CommandError, match=r"^\w+: api_name: .* already exists\.$"):
            run("--api-id", api["ApiId"])

    def test_no_answer(self, settings: Settings) -> None:
        """What the network does wrong has its code."""
        settings.WEBSOCKETS = {"endpoint_url": "http://127.0.0.1:9"}

        with pytest.raises(CommandError, match=r"^a1: EndpointConnectionError$"):
            run("--api-id", "a1")
