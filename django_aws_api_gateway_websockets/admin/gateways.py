"""Admin pages of gateways and their routes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.forms import Field, Script, TextInput, URLInput
from django.http import HttpRequest
from django.utils.html import format_html

from ..models import ApiGateway, ApiGatewayAdditionalRoute
from .actions import (
    create_api_gateway,
    create_custom_domain,
    sync_from_aws,
    sync_to_aws,
)
from .base import BaseAdmin
from .deletion import delete_api_gateway
from .forms import AdditionalRouteForm
from .syncing import PreviewMixin, SyncErrorMessageMixin
from .warnings import ClearTextWarningMixin

__all__ = [
    "ApiGatewayAdditionalRouteAdmin",
    "ApiGatewayAdditionalRouteInline",
    "ApiGatewayAdmin",
]

_STATIC = "django_aws_api_gateway_websockets"

_COPIED = (
    '{url} <button type="button" class="websocket-copy" data-copy="{url}" data-copied="Copied" '
    "hidden>Copy</button>"
)
"""An address with a button that ``admin.js`` shows where the browser can copy."""

_COUNT_MOST = 1000
"""Sessions that are counted at most: a page must not count a million."""

_LONG_TEXTS = {"api_description", "api_endpoint", "api_gateway_domain_name", "certificate_arn"}


class ApiGatewayAdditionalRouteInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """The routes of a gateway, on its page."""

    model = ApiGatewayAdditionalRoute
    autocomplete_fields = ["api_gateway"]
    extra = 1
    form = AdditionalRouteForm
    fields = ["name", "route_key", "integration_url", "deployed"]
    formfield_overrides = {
        models.CharField: {"widget": TextInput(attrs={"size": 20})},
        models.URLField: {"assume_scheme": "https", "widget": URLInput(attrs={"size": 40})},
    }
    readonly_fields = ["deployed"]


@admin.register(ApiGateway)
class ApiGatewayAdmin(PreviewMixin, SyncErrorMessageMixin, ClearTextWarningMixin, BaseAdmin):
    """Gateways, as they should be and as far as they exist in AWS."""

    class Media:
        css = {"all": [f"{_STATIC}/admin.css"]}
        js = [Script(f"{_STATIC}/admin.js", type="module")]

    actions = [
        create_api_gateway,
        create_custom_domain,
        sync_from_aws,
        sync_to_aws,
        delete_api_gateway,
    ]
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
                    "connection_address",
                    "live_sessions",
                    "provisioning_status",
                    "last_error",
                    "api_created",
                    "api_id",
                    "api_endpoint",
                    "deployment_id",
                    "deployment_due",
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
    readonly_fields = [
        "connection_address",
        "live_sessions",
        "last_error",
        "api_created",
        "deployment_id",
        "deployment_due",
        "headers_mapped",
    ]
    search_fields = ["domain_name", "api_name"]

    @admin.display(description="Connection URL")
    def connection_address(self, gateway: ApiGateway) -> str:
        """Return what a browser opens, or why there is no such thing."""
        if not gateway.api_id:
            return "none yet"
        try:
            url = gateway.connection_url
        except (RuntimeError, ValueError) as error:
            return str(error)
        return format_html(_COPIED, url=url)

    @admin.display(description="Live sessions")
    def live_sessions(self, gateway: ApiGateway) -> str:
        """Return how many sessions may be connected; many are not counted to the end."""
        count = gateway.sessions.live()[: _COUNT_MOST + 1].count()
        return f"more than {_COUNT_MOST}" if count > _COUNT_MOST else str(count)

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Field | None:
        """Give what is long, such as an ARN, the room of a URL."""
        if db_field.name in _LONG_TEXTS:
            kwargs["widget"] = AdminTextInputWidget(attrs={"class": "vURLField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(ApiGatewayAdditionalRoute)
class ApiGatewayAdditionalRouteAdmin(SyncErrorMessageMixin, ClearTextWarningMixin, BaseAdmin):
    """Routes of all gateways."""

    autocomplete_fields = ["api_gateway"]
    date_hierarchy = "created_on"
    form = AdditionalRouteForm
    list_display = ["name", "api_gateway", "route_key", "integration_url", "deployed"]
    list_filter = ["api_gateway"]
    list_select_related = ["api_gateway"]
    search_fields = ["name", "route_key"]
