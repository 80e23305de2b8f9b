"""Pages with scripts of their own reach a gateway on a custom domain, as they do with 4.1."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import trustme
from django.contrib.auth.models import User
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page, Playwright
from pytest_django.live_server_helper import LiveServer

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    ApiGatewayAdditionalRoute,
    get_boto3_client,
)

from ..e2e.conftest import FOUL
from .conftest import PATIENCE, launch
from .tls import tls_front

__all__ = ["TestBareSocket", "TestLibrary"]

pytestmark = pytest.mark.django_db(transaction=True)

SITE, SOCKETS = "app.example.test", "ws.example.test"
APIGATEWAY = "django_aws_api_gateway_websockets.transports.apigateway.APIGatewayTransport"


@pytest.fixture(scope="module")
def certificate() -> ssl.SSLContext:
    """Return a certificate for both names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(SITE, SOCKETS).configure_cert(context)
    return context


@pytest.fixture
def emulator(certificate: ssl.SSLContext) -> Iterator[EmulatorThread]:
    """Run the gateway on a bad day, with its port for domains, and a deployed site."""
    with (
        EmulatorThread(tls_port=0, ssl_context=certificate) as emulator,
        emulator.switchboard.on(*FOUL),
        override_settings(
            ALLOWED_HOSTS=[SITE, "localhost"],
            CSRF_TRUSTED_ORIGINS=[f"https://{SITE}"],
            ROOT_URLCONF="tests.browser.urls",
            SESSION_COOKIE_DOMAIN="example.test",
            SESSION_COOKIE_SECURE=True,
            WEBSOCKETS={
                "allowed_origins": [f"https://{SITE}"],
                "endpoint_url": emulator.url,
                "gateway_secret": "s" * 40,
                "transport": {"BACKEND": APIGATEWAY},
            },
        ),
    ):
        yield emulator


@pytest.fixture
def gateway(emulator: EmulatorThread, live_server: LiveServer) -> ApiGateway:
    """Create the gateway and map the custom domain onto it."""
    base = live_server.url
    row = ApiGateway.objects.create(
        api_name="own scripts", target_base_endpoint=f"{base}/ws/", domain_name=SOCKETS
    )
    ApiGatewayAdditionalRoute.objects.create(
        api_gateway=row, name="wall", route_key="wall", integration_url=f"{base}/wall/default"
    )
    row.create_gateway()
    client = get_boto3_client(endpoint_url=emulator.url)
    client.create_domain_name(
        DomainName=SOCKETS,
        DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:local:0:certificate/1"}],
    )
    client.create_api_mapping(ApiId=row.api_id, DomainName=SOCKETS, Stage=row.stage_name)
    return row


@pytest.fixture
def front(
    playwright: Playwright,
    certificate: ssl.SSLContext,
    emulator: EmulatorThread,
    live_server: LiveServer,
) -> Iterator[Browser]:
    """Run a Chromium that finds both names on this machine."""
    with tls_front(certificate, int(live_server.url.rpartition(":")[2])) as port:
        rules = f"MAP {SITE}:443 127.0.0.1:{port}, MAP {SOCKETS}:443 127.0.0.1:{emulator.tls_port}"
        browser = launch(playwright, f"--host-resolver-rules={rules}")
        yield browser
        browser.close()


@pytest.fixture
def page(front: Browser, gateway: ApiGateway) -> Iterator[Page]:
    """Return a window of somebody who is logged in; it may report no problem."""
    login = Client()
    login.force_login(User.objects.create_user("ada"))
    context = front.new_context(ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    cookie = login.cookies["sessionid"].value
    context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": cookie,
                "domain": ".example.test",
                "path": "/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def write(page: Page, text: str) -> None:
    """Write a line and wait until it comes back from the gateway."""
    page.locator("#state", has_text="open").wait_for()
    page.locator("[name=text]").fill(text)
    page.keyboard.press("Enter")
    page.locator("#wall", has_text=text).wait_for()


class TestBareSocket:
    def test_speaks_through_the_custom_domain(self, page: Page) -> None:
        """``wss://`` and the domain's name, a token and a channel are all that it takes."""
        page.goto(f"https://{SITE}/bare/")

        write(page, "From a bare socket")


class TestLibrary:
    def test_speaks_and_comes_back(self, page: Page, emulator: EmulatorThread) -> None:
        """The library finds the gateway again with a new token."""
        page.goto(f"https://{SITE}/library/")
        write(page, "From a library")

        emulator.stop()
        page.locator("#state", has_text="closed").wait_for()
        emulator.start()

        write(page, "And once more")
