"""Rows that were written a moment ago are read from where they were written."""

from __future__ import annotations

from typing import Any

from django.test import override_settings

from django_aws_api_gateway_websockets.models import WebSocketToken
from django_aws_api_gateway_websockets.models.primary import on_primary

__all__ = ["TestOnPrimary"]


class Router:
    """Send reads to a replica and writes to the primary."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: type, **hints: Any) -> str:
        return "primary"


class TestOnPrimary:
    @override_settings(DATABASE_ROUTERS=["tests.models.test_primary.Router"])
    def test_reads_where_writes_go(self) -> None:
        """A replica may lag behind; the primary has what was written last."""
        assert WebSocketToken.objects.all().db == "replica"
        assert on_primary(WebSocketToken).db == "primary"

    def test_reads_the_only_database(self) -> None:
        """Without a router there is one database."""
        assert on_primary(WebSocketToken).db == "default"
