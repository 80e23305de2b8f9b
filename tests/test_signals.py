"""The signals that projects can receive."""

from __future__ import annotations

import pytest
from django.dispatch import Signal

from django_aws_api_gateway_websockets import signals

__all__ = ["TestSignals"]


class TestSignals:
    @pytest.mark.parametrize(
        "name",
        [
            "connection_closed",
            "connection_opened",
            "connection_refused",
            "delivery_finished",
            "message_refused",
            "sessions_gone",
        ],
    )
    def test_exist(self, name: str) -> None:
        """A connection's start and end, both kinds of refusal, and what was sent have one."""
        assert isinstance(getattr(signals, name), Signal)

    def test_are_told_apart(self) -> None:
        """No two names stand for one signal."""
        assert len({id(getattr(signals, name)) for name in signals.__all__}) == 6

    def test_are_described(self) -> None:
        """The module says which arguments each one brings."""
        described = [name for name in signals.__all__ if f"``{name}(" in str(signals.__doc__)]

        assert described == signals.__all__
