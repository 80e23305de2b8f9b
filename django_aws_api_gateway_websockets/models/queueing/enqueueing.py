"""How a message to many becomes tasks, and how tasks that got lost are made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import router, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from ...conf import settings
from ..primary import on_primary
from ..sending.payloads import Payload
from .deliveries import Delivery, DeliveryShard, is_free
from .task_framework import BackgroundTask, task_framework

if TYPE_CHECKING:
    from ..session_queryset import WebSocketSessionQuerySet

__all__ = ["REQUEUE_AFTER", "SHARD_SIZE", "enqueue_delivery", "requeue_lost", "shard_task"]

SHARD_SIZE = 1_000
"""Recipients of one task."""

REQUEUE_AFTER = timedelta(minutes=10)
"""Age from which the task of a shard that nobody is at is taken for lost."""

# By its name, because it stands above: it runs what sends, and importing it needs a framework.
_TASK = "django_aws_api_gateway_websockets.background.deliver_shard"


def shard_task() -> BackgroundTask:
    """Return the task that sends a shard, for the backend and the queue of the settings.

    Raises:
        ImproperlyConfigured: there is no task framework, or no such backend.
    """
    task_framework()
    task: BackgroundTask = import_string(_TASK)
    return task.using(backend=settings.task_backend, queue_name=settings.task_queue)


def enqueue_delivery(
    rows: WebSocketSessionQuerySet, payload: Payload, max_workers: int | None
) -> None:
    """Store a delivery to the sessions of a queryset, and make a task of each of its shards."""
    _enqueue(_store(rows, payload, max_workers))


def requeue_lost() -> int:
    """Make a task of each shard that nobody is at, and whose task is lost or failed; count them.

    Raises:
        ImproperlyConfigured: there is such a shard and no task framework, or no such backend.
    """
    moment = timezone.now()
    lost = on_primary(DeliveryShard).filter(
        is_free(moment), enqueued_on__lte=moment - REQUEUE_AFTER
    )
    keys = list(lost.order_by("pk").values_list("pk", flat=True))
    # Of two who found the same shard, one gets to change the row.
    ours = [key for key in keys if lost.filter(pk=key).update(enqueued_on=moment)]
    if ours:
        _enqueue(ours)
    return len(ours)


def _store(rows: WebSocketSessionQuerySet, payload: Payload, max_workers: int | None) -> list[int]:
    """Return the keys of the shards."""
    shards: list[int] = []
    delivery = None
    with transaction.atomic(using=router.db_for_write(Delivery)):
        for keys in _keys_by_shard(rows):
            delivery = delivery or on_primary(Delivery).create(
                payload=payload.content, database=rows.db, max_workers=max_workers
            )
            shards.append(delivery.shards.create(keys=keys).pk)
    return shards


def _keys_by_shard(rows: WebSocketSessionQuerySet) -> Iterator[list[int]]:
    """Yield the keys of sessions in their order, each once even if a join repeats it.

    Not by one query, because some drivers read all that it finds before they give anything.
    """
    if rows.query.distinct_fields:
        # DISTINCT ON chooses by its own order; a subquery for all would be planned once a shard.
        rows = rows.model.objects.using(rows.db).filter(pk__in=rows.values("pk"))
    found = rows.order_by("pk").values_list("pk", flat=True)
    last = 0
    while keys := list(found.filter(pk__gt=last)[:SHARD_SIZE]):
        yield list(dict.fromkeys(keys))
        last = keys[-1]


def _enqueue(shards: Iterable[int]) -> None:
    task = shard_task()
    for key in shards:
        task.enqueue(key)
