"""The app's configuration."""

from __future__ import annotations

from django.apps import apps
from django.core import checks
from django.db.models import BigAutoField
from django.db.models.signals import pre_delete

import django_aws_api_gateway_websockets
from django_aws_api_gateway_websockets.apps import DjangoAwsApiGatewayWebsocketsConfig
from django_aws_api_gateway_websockets.checks import check_websockets_setting
from django_aws_api_gateway_websockets.models import ApiGateway, WebSocketSession

__all__ = ["TestConfiguration", "TestReady"]

LABEL = "django_aws_api_gateway_websockets"


class TestConfiguration:
    def test_is_found_by_the_package_name(self) -> None:
        """The package alone in ``INSTALLED_APPS`` selects the configuration."""
        assert isinstance(apps.get_app_config(LABEL), DjangoAwsApiGatewayWebsocketsConfig)

    def test_names(self) -> None:
        """Label and verbose name are those of 4.1."""
        config = apps.get_app_config(LABEL)

        assert (config.name, config.label) == (LABEL, LABEL)
        assert config.verbose_name == "Django AWS ApiGateway Websockets"
        assert config.module is django_aws_api_gateway_websockets

    def test_keys_are_big(self) -> None:
        """Primary keys do not follow the project's default."""
        assert isinstance(WebSocketSession._meta.pk, BigAutoField)


class TestReady:
    def test_connects_the_receivers(self) -> None:
        """What must happen by itself is connected when Django starts."""
        assert pre_delete.has_listeners(ApiGateway)

    def test_registers_the_checks(self) -> None:
        """``manage.py check`` knows ours."""
        assert check_websockets_setting in checks.registry.registry.get_checks()
