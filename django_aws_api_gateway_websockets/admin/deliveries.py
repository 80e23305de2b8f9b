"""Admin page of messages that workers have still to send."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from ..models import Delivery
from .base import RecordAdmin

__all__ = ["DeliveryAdmin"]


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Messages that workers have still to send to somebody; who deletes one calls it off."""

    list_display = ["created_on", "tasks_left"]
    readonly_fields = ["created_on", "tasks_left"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows.defer("payload").annotate(Count("shards"))

    @admin.display(description="tasks left", ordering="shards__count")
    def tasks_left(self, delivery: Delivery) -> int:
        """Return how many tasks have not ended."""
        return int(vars(delivery)["shards__count"])
