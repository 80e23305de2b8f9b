"""Rows in batches, so that no statement runs long and no lock lasts."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from django_aws_api_gateway_websockets.models import WebSocketSession
from django_aws_api_gateway_websockets.models.batches import in_batches

__all__ = ["TestInBatches"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys() -> list[int]:
    """Store five sessions, and return their primary keys."""
    WebSocketSession.objects.bulk_create(
        WebSocketSession(connection_id=name) for name in ["e", "d", "c", "b", "a"]
    )
    return list(WebSocketSession.objects.order_by("pk").values_list("pk", flat=True))


class TestInBatches:
    def test_yields_every_row_once(
        self, keys: list[int], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        """Each batch is a query, and the last one finds nothing."""
        with django_assert_num_queries(4):
            batches = list(in_batches(WebSocketSession.objects.all(), 2))

        assert [[row.pk for row in batch] for batch in batches] == [keys[:2], keys[2:4], keys[4:]]

    def test_keeps_no_order_but_its_own(self, keys: list[int]) -> None:
        """Rows that come in another order are not skipped."""
        rows = WebSocketSession.objects.order_by("connection_id")

        assert [row.pk for batch in in_batches(rows, 2) for row in batch] == keys

    def test_goes_on_when_rows_change(self, keys: list[int]) -> None:
        """Rows that are no longer among those that were asked for leave no gap."""
        seen = []
        for batch in in_batches(WebSocketSession.objects.filter(connected=True), 2):
            seen += [row.pk for row in batch]
            WebSocketSession.objects.filter(pk__in=seen).update(connected=False)

        assert seen == keys
