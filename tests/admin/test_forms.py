"""What the forms of the admin ask for beyond what the models do."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from django_aws_api_gateway_websockets.models import ApiGateway, ApiGatewayAdditionalRoute

__all__ = ["TestIntegrationUrl"]

pytestmark = pytest.mark.django_db

FIELDS = ["api_gateway", "name", "route_key", "integration_url"]
OLD = "https://www.example.com/ws/room"


@pytest.fixture
def route() -> ApiGatewayAdditionalRoute:
    """Return a route whose URL has no slash at its end."""
    gateway = ApiGateway.objects.create(api_name="Chat")
    made = {"name": "Room", "route_key": "room", "integration_url": OLD}
    return ApiGatewayAdditionalRoute.objects.create(api_gateway=gateway, **made)


def errors(route: ApiGatewayAdditionalRoute, **changes: str) -> dict[str, Any]:
    """Return the errors of the form of a route, with some fields changed."""
    page = admin.site.get_model_admin(ApiGatewayAdditionalRoute)
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    form = page.get_form(request, route, fields=FIELDS)
    values = {name: getattr(route, name) for name in FIELDS} | changes
    return form(values, instance=route).errors


class TestIntegrationUrl:
    def test_takes_a_slash_at_the_end(self, route: ApiGatewayAdditionalRoute) -> None:
        """Django's patterns have one."""
        assert errors(route, integration_url=f"{OLD}/new/") == {}

    @pytest.mark.parametrize("url", [f"{OLD}s", "https://www.example.com"])
    def test_asks_for_a_slash_at_the_end(self, route: ApiGatewayAdditionalRoute, url: str) -> None:
        """Without one the message may be lost."""
        assert errors(route, integration_url=url) == {
            "integration_url": [
                "End the path with a slash: where Django would redirect to one, the message is "
                "lost."
            ]
        }

    def test_keeps_what_is_stored(self, route: ApiGatewayAdditionalRoute) -> None:
        """A URL that works stays."""
        assert errors(route, name="New") == {}

    def test_looks_at_the_path(self, route: ApiGatewayAdditionalRoute) -> None:
        """A slash at the end of something else is none."""
        assert len(errors(route, integration_url=f"{OLD}?next=/")["integration_url"]) == 1

    def test_tells_one_error_of_a_url_that_is_none(self, route: ApiGatewayAdditionalRoute) -> None:
        """What cannot be read is not looked at any further."""
        assert errors(route, integration_url="https://[") == {
            "integration_url": ["Enter a valid URL."]
        }
