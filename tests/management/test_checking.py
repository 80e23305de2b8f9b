"""The command that checks a gateway, as far as it opens nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from django_aws_api_gateway_websockets.models import ApiGateway

__all__ = ["TestArguments"]

pytestmark = pytest.mark.django_db


class TestArguments:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({}, r"^No gateway has an API; manage\.py createApiGateway creates one\.$"),
            ({"pk": 7}, r"^There is no ApiGateway with the primary key 7\.$"),
            ({"timeout": 0}, r"^--timeout must be more than 0 and at most 3600\.$"),
            ({"timeout": float("inf")}, r"^--timeout must be more than 0 and at most 3600\.$"),
            ({"origin": "example.com"}, r"^--origin must be scheme://host\[:port\], not 'exam"),
        ],
    )
    def test_are_refused(self, options: dict[str, Any], message: str) -> None:
        """What cannot be done is told before anything is."""
        with pytest.raises(CommandError, match=message):
            call_command("checkApiGateway", **options)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("grace", r"^There is no user 'grace'\.$"),
            ("ada", r"^ada is not active, so every token of theirs is refused\.$"),
        ],
    )
    def test_name_a_user_who_can_connect(self, name: str, message: str) -> None:
        """A user who is missing or locked out is told."""
        User.objects.create_user("ada", is_active=False)
        ApiGateway.objects.create(api_name="demo", api_id="abc")

        with pytest.raises(CommandError, match=message):
            call_command("checkApiGateway", user=name)

    def test_may_name_a_gateway_without_an_api(self, capsys: Any) -> None:
        """The first hop that fails is the configuration."""
        gateway = ApiGateway.objects.create(api_name="demo")

        with pytest.raises(CommandError, match=r"^demo failed at the configuration\.$"):
            call_command("checkApiGateway", pk=gateway.pk)

        assert capsys.readouterr().err.startswith("demo: there is no URL to open: demo has no API")
