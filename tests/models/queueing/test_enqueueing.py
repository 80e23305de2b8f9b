"""How a message to many becomes tasks, and how tasks that got lost are made again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from django_aws_api_gateway_websockets.models import (
    ApiGateway,
    Delivery,
    DeliveryShard,
    Payload,
    WebSocketSession,
)
from django_aws_api_gateway_websockets.models.queueing.enqueueing import (
    SHARD_SIZE,
    enqueue_delivery,
    requeue_lost,
    shard_task,
)

from ...connections import connect, sent_to
from ...tasks import backend_settings, forget, made, work

__all__ = ["TestEnqueueing", "TestRequeueing", "TestTask"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def backend(settings: Settings) -> None:
    """Keep tasks until they are run."""
    settings.TASKS = {"default": backend_settings()}


def enqueue(rows: Any = None, max_workers: int | None = None) -> None:
    """Enqueue a message to some sessions, by default to all."""
    rows = WebSocketSession.objects.all() if rows is None else rows
    enqueue_delivery(rows, Payload({"n": 1}), max_workers)


def age_tasks(seconds: int) -> None:
    """Let the tasks of all shards have been made so long ago."""
    moment = timezone.now() - timedelta(seconds=seconds)
    DeliveryShard.objects.update(enqueued_on=moment)


class TestTask:
    def test_has_a_name_that_stays(self) -> None:
        """Tasks of this name may be in queues while a new version is deployed."""
        task: Any = shard_task()

        assert task.module_path == "django_aws_api_gateway_websockets.background.deliver_shard"

    def test_goes_where_the_settings_say_now(self, settings: Settings) -> None:
        """Settings that change after the task was imported count."""
        shard_task()
        settings.TASKS = {"slow": backend_settings(QUEUES=["broadcasts"])}
        settings.WEBSOCKETS = {"task_backend": "slow", "task_queue": "broadcasts"}

        task: Any = shard_task()

        assert (task.backend, task.queue_name) == ("slow", "broadcasts")


class TestEnqueueing:
    def test_stores_the_message_once(self) -> None:
        """The shards share it, with how it is to be sent."""
        connect("a")

        enqueue(max_workers=50)

        delivery = Delivery.objects.get()
        assert bytes(delivery.payload) == b'{"n": 1}'
        assert (delivery.database, delivery.max_workers) == ("default", 50)

    def test_makes_a_task_of_a_thousand(self) -> None:
        """The shards follow the primary keys, and the tasks know nothing but shards."""
        WebSocketSession.objects.bulk_create(
            WebSocketSession(connection_id=str(number)) for number in range(SHARD_SIZE + 1)
        )

        enqueue(WebSocketSession.objects.order_by("-pk"))

        shards = DeliveryShard.objects.order_by("pk")
        keys = [key for shard in shards for key in shard.keys]
        assert [len(shard.keys) for shard in shards] == [SHARD_SIZE, 1]
        assert keys == sorted(WebSocketSession.objects.values_list("pk", flat=True))
        assert [result.args for result in made()] == [[shard.pk] for shard in shards]

    def test_tells_nobody_twice(self) -> None:
        """A join may repeat a session."""
        ada = User.objects.create(username="ada")
        ada.groups.set([Group.objects.create(name=name) for name in ("readers", "writers")])
        session = connect("a", user=ada)

        enqueue(WebSocketSession.objects.filter(user__groups__name__contains="ers"))

        assert DeliveryShard.objects.get().keys == [session.pk]

    def test_reads_keys_alone(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        """What a queryset would fetch along with sessions is nothing to the shards."""
        session = connect("a")
        rows = WebSocketSession.objects.select_related("user").prefetch_related("user__groups")
        savepoint, pages, stored = 2, 2, 2

        with django_assert_num_queries(savepoint + pages + stored):
            enqueue(rows)

        assert DeliveryShard.objects.get().keys == [session.pk]

    @pytest.mark.skipif(
        not connection.features.can_distinct_on_fields, reason="only PostgreSQL has DISTINCT ON"
    )
    def test_takes_one_of_each_kind(self) -> None:
        """What chooses by an order keeps it, though shards have another."""
        connect("a", channel_name="room")
        session = connect("b", channel_name="room")

        rows = WebSocketSession.objects.order_by("channel_name", "-pk").distinct("channel_name")
        enqueue(rows)

        assert DeliveryShard.objects.get().keys == [session.pk]

    def test_stores_nothing_for_nobody(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """A user without a page costs one query."""
        savepoint = 2

        with django_assert_num_queries(1 + savepoint):
            enqueue()

        assert made() == []


class TestRequeueing:
    def test_makes_lost_tasks_again(self, gateway: ApiGateway) -> None:
        """The rows know what is left, whatever becomes of tasks."""
        connect("a", api_gateway=gateway)
        enqueue()
        forget()
        age_tasks(601)

        assert requeue_lost() == 1
        work()
        assert sent_to() == ["a"]

    def test_gives_tasks_their_time(self) -> None:
        """A queue may be long."""
        connect("a")
        enqueue()
        age_tasks(590)

        assert requeue_lost() == 0

    def test_does_not_make_them_at_every_run(self) -> None:
        """The time begins anew."""
        connect("a")
        enqueue()
        age_tasks(601)

        assert (requeue_lost(), requeue_lost()) == (1, 0)

    def test_leaves_what_is_running(self) -> None:
        """A run that writes down how far it is keeps others away."""
        connect("a")
        enqueue()
        age_tasks(3600)
        DeliveryShard.objects.update(claimed_until=timezone.now() + timedelta(seconds=60))

        assert requeue_lost() == 0

    def test_takes_up_what_died(self) -> None:
        """A run that was killed has not said so; its time ends."""
        connect("a")
        enqueue()
        age_tasks(3600)
        DeliveryShard.objects.update(claimed_until=timezone.now())

        assert requeue_lost() == 1

    def test_needs_a_backend_for_lost_tasks_alone(self, settings: Settings) -> None:
        """Who enqueues nothing need not have one."""
        connect("a")
        enqueue()
        settings.WEBSOCKETS = {"task_backend": "absent"}

        assert requeue_lost() == 0
        age_tasks(601)
        with pytest.raises(ImproperlyConfigured, match="absent"):
            requeue_lost()
