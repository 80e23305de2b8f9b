"""Ids in the messages of checks."""

from __future__ import annotations

from django_aws_api_gateway_websockets.checks.messages import check_id

__all__ = ["TestCheckId"]


class TestCheckId:
    def test_has_the_prefix(self) -> None:
        """An id can be silenced as it is."""
        assert check_id("W001") == "django_aws_api_gateway_websockets.W001"
