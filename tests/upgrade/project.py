"""A project in a process of its own, under this package or under the one that it succeeds.

``python -m tests.upgrade.project COMMAND...`` runs each argument as a line of management command;
``fill TAG`` adds rows to every table. The settings are read from the environment, as JSON.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from importlib import import_module
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

__all__ = ["SETTINGS_VARIABLE", "main"]

APP = "django_aws_api_gateway_websockets"
SETTINGS_VARIABLE = "TEST_PROJECT_SETTINGS"


def main(lines: list[str]) -> None:
    """Set Django up and run every line."""
    values = json.loads(os.environ[SETTINGS_VARIABLE])
    if values["DATABASES"]["default"]["ENGINE"].endswith("mysql"):
        import_module("pymysql").install_as_MySQLdb()
    settings.configure(**values)
    django.setup()
    for name, *arguments in map(shlex.split, lines):
        if name == "fill":
            fill(*arguments)
        else:
            call_command(name, *arguments)


def fill(tag: str) -> None:
    """Add to every table a row with all columns set, and one with all columns as they come."""
    user_model = get_user_model()
    user = user_model._default_manager.create(**{user_model.USERNAME_FIELD: f"{tag}@example.com"})
    gateway = _fill_gateways(tag)
    _fill_sessions(tag, user, gateway)
    _fill_tokens_and_attempts(tag, user)
    _fill_channels(tag)


def _model(name: str) -> Any:
    return apps.get_model(APP, name)


def _fill_gateways(tag: str) -> Any:
    _model("ApiGateway").objects.create(api_name=f"{tag} bare")
    gateway = _model("ApiGateway").objects.create(
        api_name=f"{tag} full",
        api_description="Déjà vu",
        default_channel_name="lobby",
        domain_name="ws.example.com",
        target_base_endpoint="https://www.example.com/ws",
        certificate_arn="arn:aws:acm:eu-west-1:123456789012:certificate/1",
        hosted_zone_id="Z123",
        api_key_selection_expression="$request.header.x-key",
        route_selection_expression="$request.body.kind",
        route_key="$other",
        stage_name="live",
        stage_description="The stage",
        deployment_id="dep123",
        api_id="abcdefghij",
        api_endpoint="wss://abcdefghij.execute-api.eu-west-1.amazonaws.com",
        api_gateway_domain_name="d-1.execute-api.eu-west-1.amazonaws.com",
        api_mapping_id="map1",
        api_created=True,
        custom_domain_created=True,
        provisioning_status="mapped",
        last_error="ClientError: TooManyRequestsException",
    )
    # In place, because only 4.1 takes tags that are no texts.
    tags = {"team": "été", "nested": [1, None, {"deep": True}]}
    _model("ApiGateway").objects.filter(pk=gateway.pk).update(tags=tags)
    # In bulk, because saving a route of a deployed gateway would create it in AWS.
    _model("ApiGatewayAdditionalRoute").objects.bulk_create(
        [
            _model("ApiGatewayAdditionalRoute")(
                api_gateway=gateway, name="Bare", route_key="bare", integration_url="https://a.test"
            ),
            _model("ApiGatewayAdditionalRoute")(
                api_gateway=gateway,
                name="Full",
                route_key="full",
                integration_url="https://www.example.com/ws/full",
                deployed=True,
                route_id="route1",
                integration_id="int1",
            ),
        ]
    )
    return gateway


def _fill_sessions(tag: str, user: Any, gateway: Any) -> None:
    _model("WebSocketSession").objects.create(connection_id=f"{tag}-bare=")
    _model("WebSocketSession").objects.create(
        connection_id=f"{tag}-full=",
        channel_name="room_1",
        user=user,
        connected=False,
        api_gateway=gateway,
        request_count=2**40,
        session_key_hash="a" * 64,
        auth_hash="b" * 64,
    )


def _fill_tokens_and_attempts(tag: str, user: Any) -> None:
    _model("WebSocketToken").generate_token(user, f"session-of-{tag}")
    _model("ConnectionRateLimit").record_attempt("192.0.2.1")
    _model("ConnectionRateLimit").record_attempt("2001:db8::1", user, successful=True)


def _fill_channels(tag: str) -> None:
    _model("ChannelPermission").objects.create(channel_name=f"{tag}_bare")
    channel = _model("ChannelPermission").objects.create(
        channel_name=f"{tag}_full", access="permissions", description="Staff room"
    )
    channel.rules.create()
    permissions = apps.get_model("auth", "Permission").objects.order_by("pk")[:2]
    channel.rules.create().permissions.set(permissions)


if __name__ == "__main__":
    main(sys.argv[1:])
