"""Messages that are sent in the background: what is to be sent, and to whom it has still to be.

A delivery holds the message; each of its shards holds some of the recipients, and is one task. All
that a task is given is the shard's key, so whatever becomes of tasks, the rows know what is left.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..ages import birth_of_the_oldest
from ..batches import in_batches
from ..primary import on_primary

__all__ = ["Delivery", "DeliveryShard", "drop_outlived", "is_free"]


class Delivery(models.Model):
    """One message, while there is somebody who has not been sent it."""

    created_on = models.DateTimeField(auto_now_add=True)
    payload = models.BinaryField()
    database = models.CharField(max_length=128, help_text="Alias under which the sessions are.")
    max_workers = models.PositiveIntegerField(null=True, blank=True, default=None)

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"Message of {self.created_on:%Y-%m-%d %H:%M:%S}"


class DeliveryShard(models.Model):
    """Some recipients of a delivery; the row goes when all of them have been sent the message."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="shards")
    keys = models.JSONField(help_text="Primary keys of sessions.")
    position = models.PositiveIntegerField(
        default=0, help_text="How many of the keys are done, from the first on."
    )
    enqueued_on = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True, default=None)

    def __str__(self) -> str:
        return f"{len(self.keys) - self.position} of {len(self.keys)} recipients"


def is_free(moment: datetime) -> Q:
    """Return the condition that no run has claimed a shard, or that its time was over by then."""
    return Q(claimed_until=None) | Q(claimed_until__lte=moment)


def drop_outlived() -> int:
    """Delete what is older than any recipient can be; return how many shards were left of it."""
    rows = on_primary(Delivery).filter(created_on__lte=birth_of_the_oldest()).only("pk")
    return sum(_delete(batch) for batch in in_batches(rows))


def _delete(batch: list[Delivery]) -> int:
    _, by_model = on_primary(Delivery).filter(pk__in=[row.pk for row in batch]).delete()
    return by_model.get(DeliveryShard._meta.label, 0)
