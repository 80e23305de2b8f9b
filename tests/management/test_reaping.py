"""The command that ends what AWS has ended, under each of its names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.exceptions import AccessDenied, Throttled
from django_aws_api_gateway_websockets.models import ApiGateway, Delivery
from django_aws_api_gateway_websockets.transports import locmem

from ..connections import connect, fail, open_rows, transport_settings
from ..models.conftest import empty_outbox, gateway
from ..tasks import backend_settings

__all__ = ["TestFailing", "TestReaping", "empty_outbox", "gateway"]

pytestmark = pytest.mark.django_db

CONSOLE = "django_aws_api_gateway_websockets.transports.console.ConsoleTransport"
OUTLIVED = timedelta(seconds=7600)
QUIET = timedelta(minutes=12)


def run(*arguments: str, name: str = "reapWebSocketSessions", **options: Any) -> list[str]:
    """Run the command at full speed and return the lines that it writes."""
    output = StringIO()
    call_command(name, "--rate=10000", *arguments, stdout=output, **options)
    return output.getvalue().splitlines()


def refuse(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Answer no statement."""
    raise DatabaseError("server closed the connection unexpectedly")


class TestReaping:
    @pytest.mark.parametrize("name", ["reapWebSocketSessions", "reapwebsocketsessions"])
    def test_writes_a_line_for_each_kind(self, gateway: ApiGateway, name: str) -> None:
        """Both names end what is old and close what was left open."""
        pending: dict[str, Any] = {
            "connected": False,
            "close_code": "revoked",
            "api_gateway": gateway,
        }
        connect("a", age=OUTLIVED)
        connect("b", age=OUTLIVED, **pending)
        connect("c", **pending)

        assert run(name=name) == [
            "Ended 1 sessions that no connection can have any more.",
            "Found 1 connections that need not be closed any more.",
            "Closed 1 connections that had been left open.",
        ]

    def test_asks_about_the_quiet(self, gateway: ApiGateway) -> None:
        """One more line says who is gone, and who is not."""
        connect("a", age=QUIET, api_gateway=gateway)
        connect("b", age=QUIET, api_gateway=gateway)
        locmem.gone.add("a")

        assert run("--probe")[3:] == [
            "Ended 1 quiet sessions that AWS does not know; 1 are connected."
        ]
        assert open_rows() == ["b"]

    def test_asks_about_others(self, gateway: ApiGateway) -> None:
        """The silence is an option; those that are just opening are left."""
        connect("a", age=timedelta(0), api_gateway=gateway)
        locmem.gone.add("a")

        assert run("--probe", "--quiet=0")[3:] == [
            "Ended 0 quiet sessions that AWS does not know; 0 are connected.",
            "Left 1 connections that are not open yet.",
        ]

    def test_writes_of_tasks(self, settings: Settings) -> None:
        """Lines that are rare are only there when they say something."""
        settings.TASKS = {"default": backend_settings()}
        moment = timezone.now() - OUTLIVED
        delivery = Delivery.objects.create(payload=b"{}", database="default")
        delivery.shards.create(keys=[], enqueued_on=moment)
        Delivery.objects.update(created_on=moment)
        delivery = Delivery.objects.create(payload=b"{}", database="default")
        delivery.shards.create(keys=[], enqueued_on=moment)

        assert run()[3:] == [
            "Gave up 1 tasks: no recipient can be left.",
            "Made 1 tasks again that were lost or had failed.",
        ]

    def test_writes_what_failed(self, gateway: ApiGateway) -> None:
        """Errors are counted by their class; some answers are a success."""
        for name in "abcd":
            connect(name, age=QUIET, api_gateway=gateway)
        fail("a", Throttled)
        fail("b", AccessDenied)
        fail("c", AccessDenied)

        assert run("--probe")[4:] == [
            "Left 3 connections after errors: 2 AccessDenied, 1 Throttled."
        ]

    def test_takes_the_size_of_batches(self) -> None:
        """Any size comes to the same end."""
        for name in "abc":
            connect(name, age=OUTLIVED)

        assert run("--batch=2")[0].startswith("Ended 3 ")


class TestFailing:
    def test_when_aws_cannot_be_asked(self, gateway: ApiGateway) -> None:
        """What needs no answer is done first."""
        connect("a", age=OUTLIVED)
        connect("b", age=QUIET, api_gateway=gateway)
        fail("b", AccessDenied)

        with pytest.raises(CommandError) as caught:
            run("--probe")

        assert str(caught.value) == (
            "AWS could not be asked. Left 1 connections after errors: 1 AccessDenied."
        )
        assert open_rows() == ["b"]

    @override_settings(WEBSOCKETS=transport_settings(CONSOLE))
    def test_when_the_transport_cannot_ask(self) -> None:
        """It is said before anything happens."""
        connect("a", age=OUTLIVED)

        with pytest.raises(CommandError, match="ConsoleTransport cannot describe connections"):
            run("--probe")

        assert open_rows() == ["a"]

    def test_when_aws_is_not_configured(self, gateway: ApiGateway) -> None:
        """What is wrong in the settings is one sentence, and no row is to blame."""
        connect("a", age=QUIET, api_gateway=gateway)
        locmem.failures["a"] = ImproperlyConfigured("AWS is not configured: no such profile")

        with pytest.raises(CommandError, match=r"^AWS is not configured: no such profile$"):
            run("--probe")

        assert open_rows() == ["a"]

    @pytest.mark.parametrize(
        ("option", "message"),
        [
            ("--quiet=-1", r"^--quiet must be an integer from 0 to 1000000000\.$"),
            ("--rate=0", r"^--rate must be an integer from 1 to 10000\.$"),
            ("--rate=10001", r"^--rate must be an integer from 1 to 10000\.$"),
            ("--batch=0", r"^--batch must be an integer from 1 to 10000\.$"),
            ("--batch=10001", r"^--batch must be an integer from 1 to 10000\.$"),
        ],
    )
    def test_refuses_a_number(self, option: str, message: str) -> None:
        """A number that cannot be used is refused before anything happens."""
        connect("a", age=OUTLIVED)

        with pytest.raises(CommandError, match=message):
            run(option)

        assert open_rows() == ["a"]

    def test_tells_what_the_database_said(self) -> None:
        """A database that does not answer is one sentence."""
        with (
            connection.execute_wrapper(refuse),
            pytest.raises(CommandError, match=r"^The database refused: server closed"),
        ):
            run()
