"""The checks as Django runs them: registered, each with ids of its own, and never in the way."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Tags, registry, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from django_aws_api_gateway_websockets import checks
from django_aws_api_gateway_websockets.conf import DECLARED_SETTINGS
from django_aws_api_gateway_websockets.models import ApiGateway

from ..inbound import serve
from ..junk import JUNK
from .test_policies import DJANGO, DJANGO_CSP
from .test_views import Open

__all__ = ["TestAnyValue", "TestCommand", "TestIds", "TestRegistration"]

PREFIX = "django_aws_api_gateway_websockets"
# Other checks of Django ask the database.
TAGS = [Tags.compatibility, Tags.security]

ALWAYS = {
    "check_gateway_secret_format": Tags.security,
    "check_transport": Tags.compatibility,
    "check_websockets_setting": Tags.compatibility,
}
ON_DEPLOYMENT = {
    "check_aws_region_is_set": Tags.compatibility,
    "check_gateway_secret_is_set": Tags.security,
    "check_gateways_refuse_unlisted_channels": Tags.database,
    "check_handlers_are_listed": Tags.security,
    "check_headers_are_mapped": Tags.database,
    "check_policy_allows_sockets": Tags.database,
    "check_tasks_run_elsewhere": Tags.compatibility,
    "check_unlisted_channels_are_refused": Tags.security,
}


class TestRegistration:
    @pytest.mark.parametrize(("name", "tag"), ALWAYS.items())
    def test_runs_always(self, name: str, tag: str) -> None:
        """Errors are found by every ``check``."""
        check: Any = getattr(checks, name)

        assert check in registry.registry.get_checks()
        assert check.tags == (tag,)

    @pytest.mark.parametrize(("name", "tag"), ON_DEPLOYMENT.items())
    def test_runs_on_deployment(self, name: str, tag: str) -> None:
        """What a laptop may lack is only asked by ``check --deploy``."""
        check: Any = getattr(checks, name)

        assert check not in registry.registry.get_checks()
        assert check in registry.registry.get_checks(include_deployment_checks=True)
        assert check.tags == (tag,)

    def test_leaves_none_out(self) -> None:
        """Every check is one of these."""
        assert sorted(ALWAYS | ON_DEPLOYMENT) == checks.__all__


class TestIds:
    def test_belong_to_one_check(self) -> None:
        """No two modules report under the same id."""
        paths = Path(checks.__file__).parent.glob("*.py")
        found = [
            (number, path.name)
            for path in paths
            for number in set(re.findall(r'check_id\("(\w+)"\)', path.read_text(encoding="utf-8")))
        ]

        assert len(found) == len(dict(found))


class TestCommand:
    def test_fails_on_an_error(self, settings: Settings) -> None:
        """``manage.py check`` prints the id of the problem."""
        settings.WEBSOCKETS = {"token_expiry_seconds": 0}

        with pytest.raises(SystemCheckError, match=f"{PREFIX}.E002"):
            call_command("check", tags=TAGS)

    def test_passes_without_settings(self, settings: Settings) -> None:
        """Without any setting there is nothing to correct."""
        del settings.WEBSOCKETS

        assert [m for m in run_checks(tags=TAGS) if str(m.id).startswith(PREFIX)] == []

    @pytest.mark.django_db
    def test_warns_before_a_deployment(self, settings: Settings) -> None:
        """``check --deploy`` with a database prints what is open."""
        serve(settings, Open)
        settings.AWS_GATEWAY_REGION_NAME = None
        settings.WEBSOCKETS = {"gatewaysecret": ""}
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, *DJANGO]
        settings.SECURE_CSP = {"connect-src": "'self'"}
        ApiGateway.objects.create(
            api_name="chat",
            api_id="abc",
            api_endpoint="wss://abc.example.test",
            target_base_endpoint="https://www.example.test/ws/",
        )
        output = StringIO()

        # Django 6.1 has an error of its own for the mailer of tests.
        level = {"fail_level": "CRITICAL"}
        call_command("check", "--deploy", "--database", "default", stderr=output, **level)

        found = set(re.findall(rf"\({PREFIX}\.(\w+)\)", output.getvalue()))
        assert found == {"I001", *(f"W00{number}" for number in range(1, 9))}


class TestAnyValue:
    @pytest.mark.django_db
    @given(key=st.sampled_from([*DECLARED_SETTINGS, "gateway_secret", None]), value=JUNK)
    def test_of_ours_raises_nothing(self, key: str | None, value: object) -> None:
        """Whatever ``WEBSOCKETS`` holds, the checks answer, and every answer has an id."""
        with override_settings(WEBSOCKETS={key: value} if key else value):
            run_all()

    @pytest.mark.django_db
    @given(
        middleware=JUNK | st.sampled_from([DJANGO, DJANGO_CSP]),
        name=st.sampled_from(
            [
                "ALLOWED_HOSTS",
                "CONTENT_SECURITY_POLICY",
                "CSP_CONNECT_SRC",
                "CSP_DEFAULT_SRC",
                "CSP_REPORT_ONLY",
                "SECURE_CSP",
                "TASKS",
            ]
        ),
        value=JUNK,
    )
    def test_of_django_raises_nothing(self, middleware: object, name: str, value: object) -> None:
        """The same of the settings of others that they read."""
        ApiGateway.objects.get_or_create(api_name="chat", api_id="abc")

        with override_settings(MIDDLEWARE=middleware, **{name: value}):
            run_all()


def run_all() -> None:
    """Run every check of ours as ``check --deploy`` with a database does."""
    for name in checks.__all__:
        messages = getattr(checks, name)(app_configs=None, databases=["default"])

        assert all(message.id for message in messages)
