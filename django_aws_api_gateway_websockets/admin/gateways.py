"""Admin pages of gateways and their routes."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.db.models import QuerySet
from django.forms import Field, TextInput, URLInput
from django.http import HttpRequest

from ..models import ApiGateway, ApiGatewayAdditionalRoute
from .base import BaseAdmin

__all__ = [
    "ApiGatewayAdditionalRouteAdmin",
    "ApiGatewayAdditionalRouteInline",
    "ApiGatewayAdmin",
    "create_api_gateway",
]

logger = logging.getLogger("django_aws_api_gateway_websockets.admin")

_LONG_TEXTS = {"api_description", "api_endpoint", "api_gateway_domain_name", "certificate_arn"}


@admin.action(permissions=["change"], description="Create API Gateway")
def create_api_gateway(
    modeladmin: ApiGatewayAdmin, request: HttpRequest, queryset: QuerySet[ApiGateway]
) -> None:
    """Create the selected gateways in AWS; those that are there already are passed over."""
    for gateway in queryset:
        if gateway.needs_api_creation:
            _create(modeladmin, request, gateway)


def _create(modeladmin: ApiGatewayAdmin, request: HttpRequest, gateway: ApiGateway) -> None:
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
    modeladmin.message_user(request, text, level)


class ApiGatewayAdditionalRouteInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """The routes of a gateway, on its page."""

    model = ApiGatewayAdditionalRoute
    autocomplete_fields = ["api_gateway"]
    extra = 1
    fields = ["name", "route_key", "integration_url", "deployed"]
    formfield_overrides = {
        models.CharField: {"widget": TextInput(attrs={"size": 20})},
        models.URLField: {"assume_scheme": "https", "widget": URLInput(attrs={"size": 40})},
    }
    readonly_fields = ["deployed"]


@admin.register(ApiGateway)
class ApiGatewayAdmin(BaseAdmin):
    """Gateways, as they should be and as far as they exist in AWS."""

    actions = [create_api_gateway]
    date_hierarchy = "created_on"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "api_name",
                    "api_description",
                    "target_base_endpoint",
                    "default_channel_name",
                    "two_way",
                    "tags",
                ]
            },
        ),
        ("Stage", {"fields": ["stage_name", "stage_description"]}),
        ("Custom domain", {"fields": ["domain_name", "certificate_arn", "hosted_zone_id"]}),
        (
            "Selection of routes and keys",
            {
                "classes": ["collapse"],
                "fields": [
                    "route_selection_expression",
                    "api_key_selection_expression",
                    "route_key",
                ],
            },
        ),
        (
            "What exists in AWS",
            {
                "fields": [
                    "provisioning_status",
                    "last_error",
                    "api_created",
                    "api_id",
                    "api_endpoint",
                    "deployment_id",
                    "headers_mapped",
                    "api_gateway_domain_name",
                    "api_mapping_id",
                ]
            },
        ),
    ]
    inlines = [ApiGatewayAdditionalRouteInline]
    list_display = [
        "api_name",
        "domain_name",
        "default_channel_name",
        "api_id",
        "api_endpoint",
        "api_gateway_domain_name",
        "provisioning_status",
        "api_created",
        "deployment_id",
        "custom_domain_created",
        "created_on",
        "updated_on",
    ]
    list_filter = ["provisioning_status", "api_created", "custom_domain_created"]
    readonly_fields = ["last_error", "api_created", "deployment_id", "headers_mapped"]
    search_fields = ["domain_name", "api_name"]

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Field | None:
        """Give what is long, such as an ARN, the room of a URL."""
        if db_field.name in _LONG_TEXTS:
            kwargs["widget"] = AdminTextInputWidget(attrs={"class": "vURLField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ApiGatewayAdditionalRoute)
class ApiGatewayAdditionalRouteAdmin(BaseAdmin):
    """Routes of all gateways."""

    autocomplete_fields = ["api_gateway"]
    date_hierarchy = "created_on"
    list_display = ["name", "api_gateway", "route_key", "integration_url", "deployed"]
    list_filter = ["api_gateway"]
    list_select_related = ["api_gateway"]
    search_fields = ["name", "route_key"]
