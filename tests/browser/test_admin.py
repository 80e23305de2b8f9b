"""A gateway is written down in the admin, previewed and created, and a page connects to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from django_aws_api_gateway_websockets.emulator import EmulatorThread
from django_aws_api_gateway_websockets.models import ApiGateway

from .conftest import PATIENCE
from .test_screenshots import OVERFLOW, SCREENSHOTS, WINDOWS

__all__ = ["TestGateway"]

pytestmark = pytest.mark.django_db(transaction=True)

CONNECT = """async () => {
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch("/ws/token/", {method: "POST", headers: {"X-CSRFToken": csrf}});
  const {token, url} = await answer.json();
  return await new Promise((resolve) => {
    const socket = new WebSocket(`${url}?ws_token=${token}`);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
  });
}"""


@pytest.fixture
def emulator() -> Iterator[EmulatorThread]:
    """Run a gateway of our own in the place of AWS."""
    with (
        EmulatorThread() as emulator,
        override_settings(
            ROOT_URLCONF="tests.browser.urls",
            WEBSOCKETS={"endpoint_url": emulator.url, "gateway_secret": "s" * 40},
        ),
    ):
        yield emulator


@pytest.fixture
def page(browser: Browser, emulator: EmulatorThread, live_server: LiveServer) -> Iterator[Page]:
    """Return a window of an administrator; it may report no problem."""
    login = Client()
    login.force_login(User.objects.create_superuser("ada"))
    context = browser.new_context(base_url=live_server.url)
    context.set_default_timeout(PATIENCE)
    cookie = login.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def write_down(page: Page, base: str) -> None:
    """Fill in the form of a gateway with a route, and save it."""
    page.goto("/admin/django_aws_api_gateway_websockets/apigateway/add/")
    page.locator("[name=api_name]").fill("Chat")
    page.locator("[name=target_base_endpoint]").fill(f"{base}/ws/")
    page.locator("[name=additional_routes-0-name]").fill("Wall")
    page.locator("[name=additional_routes-0-route_key]").fill("wall")
    page.locator("[name=additional_routes-0-integration_url]").fill(f"{base}/wall/default/")
    page.locator("[name=_continue]").click()


class TestGateway:
    def test_from_the_form_to_a_socket(self, page: Page, live_server: LiveServer) -> None:
        """Save, preview, apply, connect."""
        write_down(page, live_server.url)

        page.get_by_role("link", name="Preview changes in AWS").click()
        page.get_by_text("Create the wall route").wait_for()
        page.get_by_role("button", name="Apply").click()

        page.locator(".messagelist .success", has_text="Created the API Chat").wait_for()
        assert page.evaluate(CONNECT) == "open"
        page.reload()
        assert page.locator(".field-live_sessions .readonly").inner_text() == "1"

    def test_copies_the_connection_url(self, page: Page, live_server: LiveServer) -> None:
        """A button puts what a browser opens into the clipboard, and says so."""
        write_down(page, live_server.url)
        gateway = ApiGateway.objects.get()
        gateway.create_gateway()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])

        page.reload()
        page.get_by_role("button", name="Copy").click()

        page.get_by_role("button", name="Copied").wait_for()
        page.screenshot(path=Path(SCREENSHOTS) / "gateway.png", full_page=True)
        assert page.evaluate("navigator.clipboard.readText()") == gateway.connection_url
        page.get_by_role("button", name="Copy", exact=True).wait_for()

    @pytest.mark.parametrize("window", WINDOWS)
    def test_form_fits(self, page: Page, live_server: LiveServer, window: str) -> None:
        """Its routes too, beside the admin's navigation."""
        options: dict[str, Any] = WINDOWS[window]
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme=options["color_scheme"])

        write_down(page, live_server.url)
        page.locator("[name=additional_routes-1-name]").wait_for()
        page.screenshot(path=Path(SCREENSHOTS) / f"gateway-{window}.png", full_page=True)

        assert page.evaluate(OVERFLOW) == 0

    @pytest.mark.parametrize("window", WINDOWS)
    def test_deletion_fits(self, page: Page, live_server: LiveServer, window: str) -> None:
        """What would be deleted can be read in light and dark, and on a phone."""
        options: dict[str, Any] = WINDOWS[window]
        write_down(page, live_server.url)
        gateway = ApiGateway.objects.get()
        gateway.domain_name, gateway.certificate_arn = "ws.example.com", "arn:aws:acm:local:0:c/1"
        gateway.save()
        gateway.create_gateway()
        gateway.create_custom_domain()
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme=options["color_scheme"])

        page.goto("/admin/django_aws_api_gateway_websockets/apigateway/")
        page.locator("[name=_selected_action]").check()
        page.locator("[name=action]").select_option("delete_api_gateway")
        page.locator("button[name=index]").click()
        page.get_by_text("Delete the API Chat, which ends its connections").wait_for()
        page.screenshot(path=Path(SCREENSHOTS) / f"delete-{window}.png", full_page=True)

        assert page.evaluate(OVERFLOW) == 0
        page.get_by_role("button", name="Delete in AWS").click()
        page.locator(".messagelist .success", has_text="Deleted the API Chat").wait_for()

    @pytest.mark.parametrize("window", WINDOWS)
    def test_preview_fits(self, page: Page, live_server: LiveServer, window: str) -> None:
        """The steps can be read in light and dark, and on a phone."""
        options: dict[str, Any] = WINDOWS[window]
        write_down(page, live_server.url)
        gateway = ApiGateway.objects.get()
        gateway.create_gateway()
        ApiGateway.objects.update(api_description="For everybody", stage_description="Live")
        gateway.additional_routes.update(integration_url=f"{live_server.url}/wall/new")
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme=options["color_scheme"])

        page.goto(f"/admin/django_aws_api_gateway_websockets/apigateway/{gateway.pk}/preview/")
        page.get_by_text("Update the API Description").wait_for()
        page.screenshot(path=Path(SCREENSHOTS) / f"preview-{window}.png", full_page=True)

        assert page.evaluate(OVERFLOW) == 0
