"""Admin page of channel permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import ManyToManyField, Prefetch, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest

from ..models import ChannelPermission, ChannelPermissionRule
from .base import BaseAdmin

if TYPE_CHECKING:
    from ..models.channels import ChannelPermissionRuleQuerySet

__all__ = ["ChannelPermissionAdmin", "ChannelPermissionRuleInline"]


class ChannelPermissionRuleInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    """The rules of a channel, on its page."""

    model = ChannelPermissionRule
    extra = 0
    filter_horizontal = ["permissions"]

    def get_queryset(self, request: HttpRequest) -> ChannelPermissionRuleQuerySet:
        rules = cast("ChannelPermissionRuleQuerySet", super().get_queryset(request))
        return rules.with_labels()

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Permission] | None:
        """Load the content type of each permission with it, since the label names it."""
        kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(ChannelPermission)
class ChannelPermissionAdmin(BaseAdmin):
    """Who may join which channel."""

    inlines = [ChannelPermissionRuleInline]
    list_display = ["channel_name", "access", "rules_summary", "updated_on"]
    list_filter = ["access"]
    ordering = ["channel_name"]
    search_fields = ["channel_name", "description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChannelPermission]:
        rules = ChannelPermissionRule.objects.with_labels()
        return super().get_queryset(request).prefetch_related(Prefetch("rules", queryset=rules))

    @admin.display(description="Rules")
    def rules_summary(self, channel: ChannelPermission) -> str:
        """Return the rules in words, or nothing when the level of access does not ask for them."""
        if channel.access != ChannelPermission.Access.PERMISSIONS:
            return ""
        return "  OR  ".join(_in_brackets(rule) for rule in channel.rules.all())


def _in_brackets(rule: ChannelPermissionRule) -> str:
    return f"({rule})" if rule.permission_labels() else str(rule)
