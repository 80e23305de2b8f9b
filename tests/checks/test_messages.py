"""Ids and long lists in the messages of checks."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.checks.messages import check_id, some_of

__all__ = ["TestCheckId", "TestSomeOf"]


class TestCheckId:
    def test_has_the_prefix(self) -> None:
        """An id can be silenced as it is."""
        assert check_id("W001") == "django_aws_api_gateway_websockets.W001"


class TestSomeOf:
    @pytest.mark.parametrize(
        ("names", "text"),
        [
            ("", ""),
            ("a", "a"),
            ("abcde", "a, b, c, d, e"),
            ("abcdef", "a, b, c, d, e and 1 more"),
            ("abcdefgh", "a, b, c, d, e and 3 more"),
        ],
    )
    def test_names_five_at_most(self, names: str, text: str) -> None:
        """The rest is counted."""
        assert some_of(names) == text
