"""The app's configuration."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DjangoAwsApiGatewayWebsocketsConfig"]


class DjangoAwsApiGatewayWebsocketsConfig(AppConfig):
    """Connect the receivers and register the checks once the models are loaded."""

    name = "django_aws_api_gateway_websockets"
    verbose_name = "Django AWS ApiGateway Websockets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, receivers  # noqa: F401

        receivers.connect(self)
