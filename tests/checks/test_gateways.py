"""The checks of the gateways in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import Warning
from django.db import connection
from django.urls import include, path
from pytest_django import Settings

from django_aws_api_gateway_websockets.checks import (
    check_gateways_refuse_unlisted_channels,
    check_headers_are_mapped,
)
from django_aws_api_gateway_websockets.checks.gateways import created_gateways
from django_aws_api_gateway_websockets.models import ApiGateway
from django_aws_api_gateway_websockets.urls import events
from django_aws_api_gateway_websockets.views import WebSocketView

__all__ = ["TestCreatedGateways", "TestHeaders", "TestUnlistedChannels"]

pytestmark = pytest.mark.django_db

PREFIX = "django_aws_api_gateway_websockets"
DATABASES = ["default"]


def create(name: str, **fields: Any) -> None:
    """Store a gateway that has an API in AWS."""
    ApiGateway.objects.create(**{"api_name": name, "api_id": f"id-{name}", **fields})


def without_table(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Run a statement in a database that has no table of gateways."""
    return execute(sql.replace(ApiGateway._meta.db_table, "nowhere"), *rest)


def created_names() -> list[str]:
    """Return the names of the gateways that the checks look at."""
    return [gateway.api_name for gateway in created_gateways(DATABASES)]


class TestCreatedGateways:
    def test_are_sorted(self) -> None:
        """What has an API, or is said to have one, is there, by name."""
        create("b")
        create("a", api_id="", api_created=True)

        assert created_names() == ["a", "b"]

    def test_are_in_aws(self) -> None:
        """What is planned or on this machine is left out."""
        create("planned", api_id="")
        create("local", api_endpoint="ws://127.0.0.1:9000/x")

        assert created_names() == []

    @pytest.mark.parametrize("databases", [None, [], ["other"]])
    def test_need_a_database(self, databases: list[str] | None) -> None:
        """Without leave to ask the database there are none."""
        create("a")

        assert created_gateways(databases) == []

    def test_need_a_table(self) -> None:
        """Before the migrations there are none, and the transaction goes on."""
        create("a")

        with connection.execute_wrapper(without_table):
            found = created_gateways(DATABASES)

        assert found == []
        assert created_names() == ["a"]


class TestHeaders:
    def test_accepts(self, settings: Settings) -> None:
        """Gateways that map the headers are fine."""
        create("a", headers_mapped=True)

        assert check_headers_are_mapped(None, databases=DATABASES) == []

    @pytest.mark.parametrize("count", [0, 1])
    def test_accepts_a_number_of_proxies(self, settings: Settings, count: int) -> None:
        """With it the address comes from where no client writes."""
        settings.WEBSOCKETS = {"trusted_proxy_count": count}
        create("a")

        assert check_headers_are_mapped(None, databases=DATABASES) == []

    def test_asks_no_database_by_default(self) -> None:
        """Without ``--database`` nothing is looked at."""
        create("a")

        assert check_headers_are_mapped(None, databases=None) == []

    def test_reports_gateways(self) -> None:
        """The warning names some, and says what to do."""
        for name in "abcdefg":
            create(name, headers_mapped=name == "c")

        assert check_headers_are_mapped(None, databases=DATABASES) == [
            Warning(
                "The trusted headers are not mapped by every integration of these gateways, so "
                "clients can forge their address: a, b, d, e, f and 1 more.",
                hint="Run updateApiGatewayIntegrations, which maps them, or set "
                'WEBSOCKETS["trusted_proxy_count"] to the number of proxies before Django, API '
                "Gateway among them; without either the address is the first entry of "
                "X-Forwarded-For.",
                id=f"{PREFIX}.W006",
            )
        ]


class TestUnlistedChannels:
    @pytest.fixture(autouse=True)
    def urls(self, settings: Settings) -> None:
        """Serve the package's URLs, and a view that refuses unlisted channels."""
        settings.ROOT_URLCONF = (
            path("ws/", include(f"{PREFIX}.urls")),
            events("chat/", WebSocketView, ALLOW_UNLISTED_CHANNELS=False),
        )

    @pytest.mark.parametrize(
        "target", ["https://www.example.test/chat/", "https://www.example.test/x/", None]
    )
    def test_accepts(self, target: str | None) -> None:
        """Another view is fine, and so is a target that is not of this site."""
        create("a", target_base_endpoint=target)

        assert check_gateways_refuse_unlisted_channels(None, databases=DATABASES) == []

    def test_accepts_what_is_no_url(self) -> None:
        """A target that somebody wrote past the validation is no problem of this check."""
        create("a")
        ApiGateway.objects.update(target_base_endpoint="https://[/ws/")

        assert check_gateways_refuse_unlisted_channels(None, databases=DATABASES) == []

    def test_reports_gateways(self) -> None:
        """The warning names the gateways that use the plain view."""
        create("a", target_base_endpoint="https://www.example.test/ws")
        create("b", target_base_endpoint="https://www.example.test/chat")
        create("c", target_base_endpoint="https://www.example.test/ws/")

        assert check_gateways_refuse_unlisted_channels(None, databases=DATABASES) == [
            Warning(
                "These gateways connect through the plain WebSocketView, so users may join any "
                "channel that has no ChannelPermission: a, c.",
                hint="Route a view with ALLOW_UNLISTED_CHANNELS = False below their "
                "target_base_endpoint, with events().",
                id=f"{PREFIX}.W008",
            )
        ]
