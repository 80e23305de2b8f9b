"""The command that creates a gateway, under each of its names."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.management.creation import last_line
from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = ["TestFailing", "TestSucceeding"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def emulator() -> Iterator[EmulatorThread]:
    """Run the emulator in the place of AWS."""
    with (
        EmulatorThread() as thread,
        override_settings(WEBSOCKETS={"endpoint_url": thread.url}),
    ):
        yield thread


@pytest.fixture
def gateway() -> ApiGateway:
    """Return a gateway that is not created yet."""
    target = "http://127.0.0.1:8000/ws/"
    return ApiGateway.objects.create(api_name="demo", target_base_endpoint=target)


def run(name: str, pk: int) -> list[str]:
    """Run a command and return the lines that it writes."""
    output = StringIO()
    call_command(name, pk=pk, stdout=output)
    return output.getvalue().splitlines()


class TestSucceeding:
    def test_writes_a_line_for_each_step(
        self, emulator: EmulatorThread, gateway: ApiGateway
    ) -> None:
        """Each step is told as it is done, and the URL at the end."""
        lines = run("createApiGateway", gateway.pk)

        gateway.refresh_from_db()
        assert lines == [
            "demo: Created the API demo",
            "demo: Created the integration of $connect",
            "demo: Created the $connect route",
            "demo: Created the integration of $disconnect",
            "demo: Created the $disconnect route",
            "demo: Created the integration of $default",
            "demo: Created the $default route",
            "demo: Let the $default route answer",
            "demo: Created the stage production",
            "demo: Deployed the stage",
            f"demo: {gateway.connection_url}",
        ]

    def test_has_a_lower_case_name(self, emulator: EmulatorThread, gateway: ApiGateway) -> None:
        """The alias does the same."""
        run("createapigateway", gateway.pk)

        gateway.refresh_from_db()
        assert gateway.is_deployed


class TestFailing:
    def test_names_a_missing_row(self) -> None:
        """There is no such gateway."""
        with pytest.raises(CommandError, match=r"^There is no ApiGateway with the primary key 7\."):
            run("createApiGateway", 7)

    def test_refuses_to_create_twice(self, emulator: EmulatorThread, gateway: ApiGateway) -> None:
        """A gateway that stands is not created again."""
        run("createApiGateway", gateway.pk)

        with pytest.raises(CommandError, match=r"^demo is created already\.$"):
            run("createApiGateway", gateway.pk)

    def test_names_the_error_of_aws(self, emulator: EmulatorThread, gateway: ApiGateway) -> None:
        """An endpoint that does not answer is told by the name of the error."""
        emulator.stop()

        with pytest.raises(CommandError, match=r"^demo: EndpointConnectionError$"):
            run("createApiGateway", gateway.pk)

    def test_names_a_missing_target(self, gateway: ApiGateway) -> None:
        """Without a target there is nothing that integrations could point at."""
        ApiGateway.objects.update(target_base_endpoint=None)

        with pytest.raises(CommandError, match=r"^demo: target_base_endpoint must be set"):
            run("createApiGateway", gateway.pk)

    @override_settings(AWS_GATEWAY_REGION_NAME=None)
    def test_names_a_missing_region(self, gateway: ApiGateway) -> None:
        """Without a region there is nowhere to create it."""
        with pytest.raises(CommandError, match="AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME"):
            run("createApiGateway", gateway.pk)


class TestDomain:
    """The command that creates a custom domain."""

    @pytest.fixture
    def created(self, emulator: EmulatorThread, gateway: ApiGateway) -> ApiGateway:
        """Return a gateway that is ready for its domain."""
        gateway.domain_name, gateway.certificate_arn = "ws.example.com", "arn:1"
        gateway.save()
        gateway.create_gateway()
        return gateway

    def test_writes_a_line_for_each_step(self, created: ApiGateway) -> None:
        """The last line says what to connect to, which on this machine is not the domain."""
        assert run("createcustomdomain", created.pk) == [
            "demo: Created the domain ws.example.com",
            "demo: Mapped ws.example.com to the stage",
            f"demo: {created.connection_url}",
        ]

    @pytest.mark.parametrize(
        ("zone", "text"),
        [("", "point the DNS record of ws.example.com to d-1"), ("Z1", "wss://ws.example.com")],
    )
    def test_says_what_is_left_to_do(self, zone: str, text: str) -> None:
        """In AWS, a record that nobody makes is named."""
        gateway = ApiGateway(
            domain_name="ws.example.com",
            certificate_arn="arn:1",
            hosted_zone_id=zone,
            api_endpoint="wss://a1.execute-api.eu-west-1.amazonaws.com",
            api_gateway_domain_name="d-1",
            provisioning_status="mapped",
        )

        assert last_line(gateway) == text

    def test_refuses_what_is_done(self, created: ApiGateway) -> None:
        """A second run has nothing to do, and says so."""
        run("createCustomDomain", created.pk)

        with pytest.raises(CommandError, match=r"^demo has its custom domain already\.$"):
            run("createCustomDomain", created.pk)

    def test_names_what_is_missing(self, gateway: ApiGateway) -> None:
        """A gateway that is not created cannot have a domain."""
        with pytest.raises(CommandError, match=r"^demo: The API needs to be created"):
            run("createCustomDomain", gateway.pk)
