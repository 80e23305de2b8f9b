"""Admin page of messages that workers have still to send."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from django_aws_api_gateway_websockets.models import Delivery, DeliveryShard

__all__ = ["TestDeliveries"]

pytestmark = pytest.mark.django_db

PAGE = "admin:django_aws_api_gateway_websockets_delivery"


@pytest.fixture
def delivery() -> Delivery:
    """Return a message with two tasks left."""
    delivery = Delivery.objects.create(payload=b"secret", database="default")
    DeliveryShard.objects.bulk_create([DeliveryShard(delivery=delivery, keys=[1])] * 2)
    return delivery


class TestDeliveries:
    def test_show_how_many_tasks_are_left(self, admin_client: Client, delivery: Delivery) -> None:
        """The list says how far a message is."""
        page = admin_client.get(reverse(f"{PAGE}_changelist"))

        assert '<td class="field-tasks_left">2</td>' in page.text

    def test_do_not_show_the_message(self, admin_client: Client, delivery: Delivery) -> None:
        """It may be meant for its recipients alone."""
        page = admin_client.get(reverse(f"{PAGE}_change", args=[delivery.pk]))

        assert page.status_code == 200
        assert "secret" not in page.text

    def test_are_called_off_by_deletion(self, admin_client: Client, delivery: Delivery) -> None:
        """The tasks that come later find nothing to do."""
        admin_client.post(reverse(f"{PAGE}_delete", args=[delivery.pk]), {"post": "yes"})

        assert not DeliveryShard.objects.exists()

    def test_cannot_be_added(self, admin_client: Client) -> None:
        """Messages are enqueued by the project."""
        assert admin_client.get(reverse(f"{PAGE}_add")).status_code == 403
