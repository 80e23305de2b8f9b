"""The task that workers run."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.background import deliver_shard
from django_aws_api_gateway_websockets.models import ApiGateway, Delivery, Payload

from .connections import connect, sent_to
from .models.conftest import empty_outbox, gateway

__all__ = ["TestTask", "empty_outbox", "gateway"]

pytestmark = pytest.mark.django_db


class TestTask:
    def test_sends_the_shard(self, gateway: ApiGateway) -> None:
        """The key is all that it needs."""
        session = connect("a", api_gateway=gateway)
        delivery = Delivery.objects.create(payload=Payload({}).content, database="default")
        shard = delivery.shards.create(keys=[session.pk])

        deliver_shard.enqueue(shard.pk)

        assert sent_to() == ["a"]

    def test_does_nothing_when_the_shard_is_gone(self) -> None:
        """Brokers may bring a task twice."""
        deliver_shard.enqueue(1)

        assert sent_to() == []
