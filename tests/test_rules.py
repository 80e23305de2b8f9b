"""The predicates of settings: what they accept, and that they take anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets import rules

__all__ = ["TestRules"]

PREDICATES = [getattr(rules, name) for name in rules.__all__ if name.startswith("is_")]


class TestRules:
    @pytest.mark.parametrize(
        ("accepts", "value"),
        [
            (rules.is_positive_int, 1),
            (rules.is_duration, rules.MAX_DURATION),
            (rules.is_concurrency, rules.MAX_CONCURRENCY),
            (rules.is_natural, 0),
            (rules.is_binding, "user"),
            (rules.is_bool, False),
            (rules.is_name, "default"),
            (rules.is_url, "https://[::1]:8000/base"),
            (rules.is_backend, {"BACKEND": "a.B"}),
            (rules.is_text_or_list, ()),
            (rules.is_origins, ["http://localhost:8000", "https://*.example.com"]),
            (rules.is_secret, "s" * 32),
        ],
    )
    def test_accepts(self, accepts: Callable[[Any], bool], value: object) -> None:
        """What keeps the rule passes."""
        assert accepts(value)

    @pytest.mark.parametrize(
        ("accepts", "value"),
        [
            (rules.is_positive_int, True),
            (rules.is_positive_int, 0),
            (rules.is_duration, rules.MAX_DURATION + 1),
            (rules.is_concurrency, 0),
            (rules.is_concurrency, rules.MAX_CONCURRENCY + 1),
            (rules.is_natural, -1),
            (rules.is_natural, False),
            (rules.is_binding, "cookie"),
            (rules.is_bool, 1),
            (rules.is_name, ""),
            (rules.is_name, b"default"),
            (rules.is_url, "ws://localhost"),
            (rules.is_url, "http://local host"),
            (rules.is_url, "http://[::1"),
            (rules.is_backend, {"BACKEND": None}),
            (rules.is_text_or_list, {"a": 1}),
            (rules.is_origins, "http://localhost"),
            (rules.is_origins, ["http://localhost/"]),
            (rules.is_secret, "s" * 32 + "\n"),
        ],
    )
    def test_refuses(self, accepts: Callable[[Any], bool], value: object) -> None:
        """What breaks the rule does not."""
        assert not accepts(value)

    @pytest.mark.parametrize("accepts", PREDICATES)
    @given(value=st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.lists(st.text())))
    def test_takes_anything(self, accepts: Callable[[Any], bool], value: object) -> None:
        """No value makes a predicate raise."""
        assert accepts(value) in (True, False)
