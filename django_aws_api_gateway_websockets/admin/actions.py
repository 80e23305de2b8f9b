"""What can be done in AWS with the gateways that are selected in the admin."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from ..exceptions import ApiGatewaySyncError
from ..models import ApiGateway

__all__ = ["create_api_gateway", "create_custom_domain", "sync_from_aws", "sync_to_aws"]

logger = logging.getLogger("django_aws_api_gateway_websockets.admin")


@admin.action(permissions=["change"], description="Create API Gateway")
def create_api_gateway(
    modeladmin: admin.ModelAdmin[ApiGateway],
    request: HttpRequest,
    queryset: QuerySet[ApiGateway],
) -> None:
    """Create the selected gateways in AWS; those that are there already are passed over."""
    for gateway in queryset:
        if gateway.needs_api_creation:
            _create(modeladmin, request, gateway)


@admin.action(permissions=["change"], description="Create Custom Domain")
def create_custom_domain(
    modeladmin: admin.ModelAdmin[ApiGateway],
    request: HttpRequest,
    queryset: QuerySet[ApiGateway],
) -> None:
    """Create the custom domains of the selected gateways in AWS."""
    for gateway in queryset:
        _create_domain(modeladmin, request, gateway)


@admin.action(permissions=["change"], description="Sync from AWS")
def sync_from_aws(
    modeladmin: admin.ModelAdmin[ApiGateway],
    request: HttpRequest,
    queryset: QuerySet[ApiGateway],
) -> None:
    """Bring the rows of the selected gateways to what AWS has."""
    for gateway in queryset:
        _sync(modeladmin, request, gateway, "from", gateway.sync_from_aws)


@admin.action(permissions=["change"], description="Sync to AWS")
def sync_to_aws(
    modeladmin: admin.ModelAdmin[ApiGateway],
    request: HttpRequest,
    queryset: QuerySet[ApiGateway],
) -> None:
    """Bring AWS to what the rows of the selected gateways say."""
    for gateway in queryset:
        _sync(modeladmin, request, gateway, "to", gateway.sync_to_aws)


def _create(
    modeladmin: admin.ModelAdmin[ApiGateway], request: HttpRequest, gateway: ApiGateway
) -> None:
    level, text = messages.ERROR, f"Failed to create {gateway.api_name}"
    logger.info("%s creates %s in AWS", request.user.get_username(), gateway.api_name)
    try:
        created = gateway.create_gateway()
    except ValueError as error:
        text = f"{gateway.api_name}: {error}"
    except Exception as error:
        logger.exception("%s could not be created in AWS", gateway.api_name)
        text = f"{text}: {type(error).__name__}"
    else:
        level = messages.SUCCESS if created else messages.INFO
        text = f"{gateway.api_name} {'created' if created else 'already created'}"
        modeladmin.log_change(request, gateway, "Created in AWS.")
    modeladmin.message_user(request, text, level)


def _create_domain(
    modeladmin: admin.ModelAdmin[ApiGateway], request: HttpRequest, gateway: ApiGateway
) -> None:
    level, name = messages.ERROR, gateway.api_name
    logger.info("%s creates the custom domain of %s", request.user.get_username(), name)
    try:
        gateway.create_custom_domain()
    except ValueError as error:
        text = f"{name}: {error}"
    except Exception as error:
        logger.exception("The custom domain of %s could not be created", name)
        text = f"Failed to create custom domain for {name}: {type(error).__name__}"
    else:
        level, text = messages.SUCCESS, f"{gateway.domain_name} custom domain created"
        modeladmin.log_change(request, gateway, f"Created the custom domain {gateway.domain_name}.")
    modeladmin.message_user(request, text, level)


def _sync(
    modeladmin: admin.ModelAdmin[ApiGateway],
    request: HttpRequest,
    gateway: ApiGateway,
    way: str,
    sync: Callable[[], list[str]],
) -> None:
    name, level = gateway.api_name, messages.ERROR
    logger.info("%s syncs %s %s AWS", request.user.get_username(), name, way)
    try:
        changes = sync()
    except ApiGatewaySyncError as error:
        text = f"{name}: could not sync {way} AWS ({error})"
    except (RuntimeError, ValueError) as error:
        text = f"{name}: {error}"
    else:
        level = messages.SUCCESS if changes else messages.INFO
        text = f"{name}: already in sync with AWS"
        if changes:
            text = f"{name}: synced {way} AWS. {'; '.join(changes)}"
            modeladmin.log_change(request, gateway, f"Synced {way} AWS: {'; '.join(changes)}")
    modeladmin.message_user(request, text, level)
