"""The check of the Content-Security-Policy against the sockets of the gateways."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage, Warning
from pytest_django import Settings

from django_aws_api_gateway_websockets.checks import check_policy_allows_sockets
from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = [
    "DJANGO",
    "DJANGO_CSP",
    "TestDjango",
    "TestDjangoCsp",
    "TestOldDjangoCsp",
    "TestSockets",
]

pytestmark = pytest.mark.django_db

PREFIX = "django_aws_api_gateway_websockets"
DJANGO = ["django.middleware.csp.ContentSecurityPolicyMiddleware"]
DJANGO_CSP = ["csp.middleware.CSPMiddleware"]
SOCKET = "wss://abc.execute-api.eu-west-1.amazonaws.com"


def create(name: str, **fields: Any) -> None:
    """Store a gateway that has an API in AWS."""
    ApiGateway.objects.create(**{"api_name": name, "api_id": "abc", **fields})


def check() -> list[CheckMessage]:
    """Return what the check finds."""
    return check_policy_allows_sockets(None, databases=["default"])


def blocks(name: str, origins: str = SOCKET) -> list[CheckMessage]:
    """Return the warning of a policy that keeps pages from connecting."""
    return [
        Warning(
            f"{name} keeps pages from connecting to {origins}.",
            hint="Add each, as it is written here, to connect-src: browsers apply neither https: "
            "nor a host without wss:// to sockets.",
            id=f"{PREFIX}.W007",
        )
    ]


class TestDjango:
    """The policy of Django 6.0 and newer."""

    @pytest.fixture(autouse=True)
    def gateway(self, settings: Settings) -> None:
        """Use the middleware, and have a gateway."""
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, *DJANGO]
        create("chat")

    @pytest.mark.parametrize(
        "policy",
        [
            {},
            {"script-src": ["'self'"]},
            {"connect-src": ["'self'", SOCKET]},
            {"connect-src": [f"{SOCKET}/production"]},
            {"default-src": ["'none'"], "connect-src": "wss:"},
            {"default-src": ["*"]},
        ],
    )
    def test_accepts(self, settings: Settings, policy: dict[str, Any]) -> None:
        """A policy that lets the socket be opened is fine."""
        settings.SECURE_CSP = policy

        assert check() == []

    @pytest.mark.parametrize(
        "policy",
        [
            {"connect-src": ["'self'"]},
            {"default-src": ["'self'"]},
            {"connect-src": [SOCKET.replace("wss", "https")]},
            {"connect-src": "https:"},
        ],
    )
    def test_reports(self, settings: Settings, policy: dict[str, Any]) -> None:
        """A policy that does not is a warning with the origin that is missing."""
        settings.SECURE_CSP = policy

        assert check() == blocks("SECURE_CSP")

    def test_needs_the_middleware(self, settings: Settings) -> None:
        """A setting that nobody reads is fine."""
        settings.MIDDLEWARE = []
        settings.SECURE_CSP = {"connect-src": "'none'"}

        assert check() == []

    def test_lets_reports_be_reports(self, settings: Settings) -> None:
        """A policy that only reports keeps nobody from connecting."""
        settings.SECURE_CSP_REPORT_ONLY = {"connect-src": "'none'"}

        assert check() == []

    def test_asks_no_database_by_default(self, settings: Settings) -> None:
        """Without ``--database`` nothing is looked at."""
        settings.SECURE_CSP = {"connect-src": "'none'"}

        assert check_policy_allows_sockets(None, databases=None) == []


class TestSockets:
    """Which sockets the pages of a site open."""

    @pytest.fixture(autouse=True)
    def policy(self, settings: Settings) -> None:
        """Let pages connect to their own site alone."""
        settings.MIDDLEWARE = DJANGO
        settings.SECURE_CSP = {"connect-src": ["'self'"]}

    def test_names_each_origin_once(self) -> None:
        """Stages and gateways of one host have one origin; of many, some are named."""
        create("a", api_endpoint="wss://a.example.test")
        create("b", api_endpoint="wss://a.example.test", stage_name="beta")
        for number in range(6):
            create(f"c{number}", api_endpoint=f"wss://c.example.test:900{number}/x")

        origins = [f"wss://c.example.test:900{number}" for number in range(4)]
        assert check() == blocks(
            "SECURE_CSP", f"wss://a.example.test, {', '.join(origins)} and 2 more"
        )

    def test_knows_the_custom_domain(self) -> None:
        """A gateway with a domain of its own is opened there."""
        create("a", domain_name="ws.example.test")

        assert check() == blocks("SECURE_CSP", "wss://ws.example.test")

    def test_knows_the_site(self, settings: Settings) -> None:
        """A socket on the site's own host is the site itself."""
        settings.ALLOWED_HOSTS = ["WWW.example.test"]
        create("a", domain_name="www.example.test")

        assert check() == []

    @pytest.mark.parametrize("host", ["*", ".example.test"])
    def test_takes_no_wildcard_for_the_site(self, settings: Settings, host: str) -> None:
        """That the site may have the socket's host does not mean that it has."""
        settings.ALLOWED_HOSTS = [host]
        create("a", domain_name="ws.example.test")

        assert check() == blocks("SECURE_CSP", "wss://ws.example.test")

    @pytest.mark.parametrize("endpoint", ["wss://[", "wss://a.example.test:99999"])
    def test_leaves_out_what_has_no_address(self, settings: Settings, endpoint: str) -> None:
        """Without a usable endpoint or a region there is nothing that a page could open."""
        settings.AWS_GATEWAY_REGION_NAME = None
        create("a")
        create("b", api_id="", api_created=True)
        create("c", api_endpoint=endpoint)

        assert check() == []

    def test_leaves_out_what_is_local(self) -> None:
        """A gateway on this machine is for development."""
        create("a", api_endpoint="ws://127.0.0.1:9000/x")

        assert check() == []


class TestDjangoCsp:
    """The policy of django-csp 4."""

    @pytest.fixture(autouse=True)
    def gateway(self, settings: Settings) -> None:
        """Use the middleware, and have a gateway."""
        settings.MIDDLEWARE = DJANGO_CSP
        create("chat")

    @pytest.mark.parametrize(
        "policy",
        [
            {},
            {"DIRECTIVES": {"connect-src": [SOCKET]}},
            {"DIRECTIVES": {"default-src": ["*"]}},
            {"DIRECTIVES": {"default-src": None}},
        ],
    )
    def test_accepts(self, settings: Settings, policy: dict[str, Any]) -> None:
        """A policy that lets the socket be opened is fine."""
        settings.CONTENT_SECURITY_POLICY = policy
        settings.CSP_CONNECT_SRC = ["'none'"]

        assert check() == [] if policy else blocks("CSP_CONNECT_SRC")

    @pytest.mark.parametrize(
        "policy",
        [
            {"DIRECTIVES": {"connect-src": ["'self'"]}},
            {"DIRECTIVES": {"script-src": ["'self'"]}},
            {"EXCLUDE_URL_PREFIXES": ["/admin"]},
        ],
    )
    def test_reports(self, settings: Settings, policy: dict[str, Any]) -> None:
        """A policy that does not is a warning; it has ``default-src 'self'`` unless told."""
        settings.CONTENT_SECURITY_POLICY = policy

        assert check() == blocks("CONTENT_SECURITY_POLICY")

    def test_knows_the_other_middleware(self, settings: Settings) -> None:
        """The one that sends a policy to some visitors reads the same settings."""
        settings.MIDDLEWARE = ("csp.contrib.rate_limiting.RateLimitedCSPMiddleware",)
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {}}

        assert check() == blocks("CONTENT_SECURITY_POLICY")


class TestOldDjangoCsp:
    """The policy of django-csp 3."""

    @pytest.fixture(autouse=True)
    def gateway(self, settings: Settings) -> None:
        """Use the middleware, and have a gateway."""
        settings.MIDDLEWARE = DJANGO_CSP
        create("chat")

    def test_accepts(self, settings: Settings) -> None:
        """A policy that lets the socket be opened is fine."""
        settings.CSP_CONNECT_SRC = ("'self'", SOCKET)

        assert check() == []

    def test_lets_reports_be_reports(self, settings: Settings) -> None:
        """A policy that only reports keeps nobody from connecting."""
        settings.CSP_CONNECT_SRC = ("'self'",)
        settings.CSP_REPORT_ONLY = True

        assert check() == []

    def test_says_nothing_of_what_is_not_set(self) -> None:
        """Without a setting, it depends on the version whether there is a policy."""
        assert check() == []

    @pytest.mark.parametrize("name", ["CSP_CONNECT_SRC", "CSP_DEFAULT_SRC"])
    def test_reports(self, settings: Settings, name: str) -> None:
        """A policy that does not is a warning."""
        setattr(settings, name, ("'self'",))

        assert check() == blocks(name)

    def test_falls_back_to_the_default(self, settings: Settings) -> None:
        """An empty ``connect-src`` leaves the decision to ``default-src``."""
        settings.CSP_CONNECT_SRC = None

        assert check() == blocks("CSP_CONNECT_SRC")
