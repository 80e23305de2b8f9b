"""What happens by itself: the log of what went wrong, the end of sessions, the upgrade's guard."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, pre_delete, pre_migrate

from . import admissions, logins
from .conf import settings
from .exceptions import ConnectionRefused, MessageRefused
from .models import ApiGateway, ApiGatewayAdditionalRoute, DeliveryReport, WebSocketSession
from .protocol.events import Event
from .signals import connection_refused, delivery_finished, message_refused

__all__ = ["connect", "delete_route_from_aws"]

handshake_logger = logging.getLogger("django_aws_api_gateway_websockets.handshake")
models_logger = logging.getLogger("django_aws_api_gateway_websockets.models")
dispatch_logger = logging.getLogger("django_aws_api_gateway_websockets.dispatch")

_SQUASHED = "django_aws_api_gateway_websockets.migrations.0001_squashed_0015"


def connect(app_config: AppConfig) -> None:
    """Connect every receiver of this package; called once, when the app is ready."""
    pre_migrate.connect(_refuse_partial_upgrade, sender=app_config)
    pre_delete.connect(_close_sessions_of_gateway, sender=ApiGateway)
    post_delete.connect(delete_route_from_aws, sender=ApiGatewayAdditionalRoute)
    logins.connect()
    admissions.connect()
    connection_refused.connect(_log_connection_refused)
    message_refused.connect(_log_message_refused)
    delivery_finished.connect(_log_delivery)


def _refuse_partial_upgrade(*, using: str, **kwargs: Any) -> None:
    """Stop a migration that Django would run on a schema half-way to that of 4.1.0."""
    replaced = set(import_module(_SQUASHED).Migration.replaces)
    missing = replaced - set(MigrationRecorder(connections[using]).applied_migrations())
    if missing and missing != replaced:
        names = ", ".join(sorted(name for app, name in missing))
        raise CommandError(
            "This database has only some of the migrations of django-aws-api-gateway-websockets "
            f"4.1.0 (it lacks {names}): install 4.1.0 and migrate first."
        )


def _close_sessions_of_gateway(*, instance: ApiGateway, using: str, **kwargs: Any) -> None:
    # AWS is not asked: the API may be gone already, and its connections with it.
    WebSocketSession.objects.using(using).filter(api_gateway=instance).unclosed().mark_closed()


def delete_route_from_aws(
    *,
    instance: ApiGatewayAdditionalRoute,
    origin: Model | QuerySet[Model],
    using: str,
    **kwargs: Any,
) -> None:
    """Remove a route in AWS when it was deleted by itself, and not with its gateway."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is not ApiGatewayAdditionalRoute or instance.is_gone_from_aws:
        return
    if settings.push_changes_to_aws and instance.deployed and instance.api_gateway.is_deployed:
        instance.remove_when_committed(using)


def _log_connection_refused(**kwargs: Any) -> None:
    _log_refusal(handshake_logger, "Connection", **kwargs)


def _log_message_refused(**kwargs: Any) -> None:
    _log_refusal(dispatch_logger, "Message", **kwargs)


def _log_refusal(
    logger: logging.Logger,
    what: str,
    *,
    refusal: ConnectionRefused | MessageRefused,
    event: Event,
    gateway: ApiGateway | None,
    **kwargs: Any,
) -> None:
    logger.warning(
        "%s refused: %s (connection %r, gateway %s, trace %r)",
        what,
        refusal,
        event.connection_id[:128],
        gateway or "unknown",
        event.trace_id[:128],
        extra={"code": refusal.code, "status_code": refusal.status},
    )


def _log_delivery(*, report: DeliveryReport, **kwargs: Any) -> None:
    if report.skipped:
        models_logger.warning("Skipped %d sessions that belong to no API Gateway", report.skipped)
    if report.failed:
        reasons = ", ".join(f"{name}: {count}" for name, count in report.reasons.items())
        models_logger.warning("Failed to send to %d connections (%s)", report.failed, reasons)
