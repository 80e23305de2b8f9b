"""Messages that are sent in the background, as rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from django_aws_api_gateway_websockets.models import Delivery, DeliveryShard
from django_aws_api_gateway_websockets.models.queueing.deliveries import drop_outlived, is_free

__all__ = ["TestDropping", "TestFree", "TestRows"]

pytestmark = pytest.mark.django_db


def deliver(*, age: int = 0, shards: int = 1) -> Delivery:
    """Return a stored delivery of an age in seconds."""
    delivery = Delivery.objects.create(payload=b"{}", database="default")
    moment = timezone.now() - timedelta(seconds=age)
    Delivery.objects.filter(pk=delivery.pk).update(created_on=moment)
    DeliveryShard.objects.bulk_create(
        DeliveryShard(delivery=delivery, keys=[1, 2, 3]) for _ in range(shards)
    )
    return delivery


class TestRows:
    def test_say_how_many_wait(self) -> None:
        """A shard shows what is left."""
        assert str(DeliveryShard(keys=[7, 8, 9], position=1)) == "2 of 3 recipients"

    def test_say_when_they_were_made(self) -> None:
        """A delivery shows its time; the message is nobody's business."""
        delivery = Delivery(payload=b"{}", created_on=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC))

        assert str(delivery) == "Message of 2026-05-04 03:02:01"


class TestFree:
    @pytest.mark.parametrize(("seconds", "expected"), [(None, 1), (0, 1), (1, 0)])
    def test_is_what_nobody_has_claimed(self, seconds: int | None, expected: int) -> None:
        """A claim ends at its moment."""
        moment = timezone.now()
        until = None if seconds is None else moment + timedelta(seconds=seconds)
        deliver().shards.update(claimed_until=until)

        assert DeliveryShard.objects.filter(is_free(moment)).count() == expected


class TestDropping:
    def test_drops_what_reaches_nobody(self) -> None:
        """Every recipient was connected before the message, and none becomes so old."""
        deliver(age=7501, shards=2)
        deliver(age=7400)

        assert drop_outlived() == 2
        assert Delivery.objects.count() == DeliveryShard.objects.count() == 1

    def test_drops_what_has_no_shards_left(self) -> None:
        """A run that died at the very end has left nobody out."""
        deliver(age=7501, shards=0)

        assert drop_outlived() == 0
        assert not Delivery.objects.exists()

    @override_settings(WEBSOCKETS={"session_max_age_seconds": 60})
    def test_takes_the_age_of_the_settings(self) -> None:
        """The project may say what is old."""
        deliver(age=61)

        assert drop_outlived() == 1
