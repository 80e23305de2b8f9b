"""The public surface of every module is its ``__all__``, and the promised names are there."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

import django_aws_api_gateway_websockets

__all__ = ["TestAll", "TestContract"]

PACKAGE = Path(django_aws_api_gateway_websockets.__file__).parent

# What projects import today, by module; see the upgrade notes in the documentation.
CONTRACT = {
    "apps": ["DjangoAwsApiGatewayWebsocketsConfig"],
    "checks": [
        "check_aws_region_is_set",
        "check_gateway_secret_format",
        "check_gateway_secret_is_set",
        "check_handlers_are_listed",
        "check_unlisted_channels_are_refused",
        "check_websockets_setting",
    ],
    "conf": [
        "DEFAULTS",
        "KNOWN_KEYS",
        "get_allowed_integration_hosts",
        "get_boolean_setting",
        "get_setting",
        "get_websockets_config",
    ],
    "mixins": ["AddWebSocketRouteToContextMixin", "AppChannelWebSocketMixin"],
    "models": [
        "AWS_CONNECT_TIMEOUT",
        "AWS_MAX_ATTEMPTS",
        "AWS_READ_TIMEOUT",
        "BROADCAST_CONNECT_TIMEOUT",
        "BROADCAST_MAX_ATTEMPTS",
        "BROADCAST_MAX_WORKERS",
        "BROADCAST_READ_TIMEOUT",
        "GATEWAY_SECRET_HEADER",
        "GATEWAY_SECRET_PATTERN",
        "MAX_MESSAGE_SIZE",
        "RATE_LIMIT_PURGE_BATCH",
        "RATE_LIMIT_PURGE_ONE_IN",
        "RATE_LIMIT_RETENTION_DAYS",
        "ApiGateway",
        "ApiGatewayAdditionalRoute",
        "ChannelPermission",
        "ChannelPermissionRule",
        "ConnectionRateLimit",
        "WebSocketSession",
        "WebSocketSessionQuerySet",
        "WebSocketToken",
        "clear_boto3_client_cache",
        "get_boto3_client",
        "get_gateway_secrets",
        "get_region_name",
        "hash_session_key",
        "hash_user_auth",
        "integration_request_parameters",
        "serialise_message",
        "validate_integration_host",
    ],
    "views": ["WebSocketTokenView", "WebSocketView"],
}


def modules() -> list[str]:
    """Return the dotted names, below the package, of all modules that hold code."""
    paths = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.stat().st_size]
    dotted = [
        ".".join(path.with_suffix("").parts) for path in paths if "migrations" not in path.parts
    ]
    return sorted(name.removesuffix("__init__").rstrip(".") for name in dotted)


def public_definitions(path: str) -> set[str]:
    """Return the functions and classes that a source file defines under a public name."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    body = ast.parse(Path(path).read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, kinds) and node.name[0] != "_"}


@pytest.mark.parametrize("name", modules())
class TestAll:
    def test_names_what_the_module_has(self, name: str) -> None:
        """Every name in ``__all__`` exists."""
        module = import_module(f"{django_aws_api_gateway_websockets.__name__}.{name}".rstrip("."))

        assert [public for public in module.__all__ if not hasattr(module, public)] == []

    def test_leaves_nothing_public_out(self, name: str) -> None:
        """Every public function and class is in ``__all__``."""
        module = import_module(f"{django_aws_api_gateway_websockets.__name__}.{name}".rstrip("."))

        assert public_definitions(str(module.__file__)) <= set(module.__all__)

    def test_says_each_name_once(self, name: str) -> None:
        """No name is repeated in ``__all__``."""
        module = import_module(f"{django_aws_api_gateway_websockets.__name__}.{name}".rstrip("."))

        assert len(module.__all__) == len(set(module.__all__))


class TestContract:
    @pytest.mark.parametrize(
        ("module", "name"), [(module, name) for module in CONTRACT for name in CONTRACT[module]]
    )
    def test_offers_what_projects_import(self, module: str, name: str) -> None:
        """A name that projects import is exported where they import it from."""
        assert name in import_module(f"django_aws_api_gateway_websockets.{module}").__all__
