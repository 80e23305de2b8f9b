from __future__ import annotations

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from django_aws_api_gateway_websockets.exceptions import AccessDenied
from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.testing import (
    WebSocketTestMixin,
    create_gateway,
    failing_transport,
)
from wall.housekeeping import reap


class ReapingTests(WebSocketTestMixin, TestCase):
    def setUp(self) -> None:
        super().setUp()
        gateway = create_gateway("http://testserver/wall/")
        WebSocketSession.objects.create(connection_id="a", api_gateway=gateway)
        WebSocketSession.objects.update(updated_on=timezone.now() - timedelta(minutes=12))

    def test_an_open_connection_stays(self) -> None:
        reap()

        assert WebSocketSession.objects.live().count() == 1

    def test_an_outage_is_logged(self) -> None:
        with failing_transport(AccessDenied), self.assertLogs("wall.housekeeping", "ERROR"):
            reap()

        assert WebSocketSession.objects.live().count() == 1
