"""Connections are young for seconds, and none gets older than AWS lets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from django_aws_api_gateway_websockets.models.ages import birth_of_the_oldest, is_young
from django_aws_api_gateway_websockets.testing import Clock

__all__ = ["TestAges"]


class TestAges:
    def test_oldest(self, settings: Settings) -> None:
        """The setting says how old that is."""
        settings.WEBSOCKETS = {"session_max_age_seconds": 60}

        with Clock():
            assert birth_of_the_oldest() == timezone.now() - timedelta(seconds=60)

    @pytest.mark.parametrize(("seconds", "expected"), [(0, True), (4, True), (5, False)])
    def test_young(self, settings: Settings, seconds: int, expected: bool) -> None:
        """The setting says for how long."""
        settings.WEBSOCKETS = {"gone_grace_seconds": 5}

        with Clock():
            assert is_young(timezone.now() - timedelta(seconds=seconds)) is expected
