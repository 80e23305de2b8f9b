"""The list of faults."""

from __future__ import annotations

import re

import pytest

from django_aws_api_gateway_websockets.emulator.faults.catalogue import (
    ACTS,
    CATALOGUE,
    Fault,
    find_fault,
    read_setting,
    read_value,
)
from django_aws_api_gateway_websockets.emulator.faults.values import Chance, Span


class TestCatalogue:
    """What there is."""

    def test_is_complete(self) -> None:
        """Every fault has its entry, and none other."""
        assert list(CATALOGUE) == list(Fault)

    def test_has_the_acts_last(self) -> None:
        """What happens once stands at the end."""
        assert set(list(Fault)[-3:]) == ACTS


class TestReading:
    """From text to faults and values."""

    def test_setting(self) -> None:
        """A name with a value."""
        assert read_setting("message-delay=0.1-0.3") == (Fault.MESSAGE_DELAY, "0.1-0.3")

    def test_setting_without_value(self) -> None:
        """A name alone."""
        assert read_setting("disconnect-lost") == (Fault.DISCONNECT_LOST, "")

    def test_value(self) -> None:
        """Each fault has its kind of value."""
        assert read_value(Fault.POST_429, "2x") == Chance(times=2)
        assert read_value(Fault.CLOCK, "600") == Span(600.0, 600.0)

    def test_unknown_name(self) -> None:
        """The refusal lists what there is."""
        with pytest.raises(
            ValueError, match=r"^There is no fault 'tired'\. There are: connect-del"
        ):
            find_fault("tired")

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            (
                "post-410=often",
                "post-410 takes a probability from 0 to 1, or a number of times such as 3x; "
                "not 'often'.",
            ),
            (
                "post-delay",
                "post-delay takes seconds, or the least and the most of them such as 0.05-0.2; "
                "not ''.",
            ),
            ("restart=now", "restart takes no value; not 'now'."),
        ],
    )
    def test_unfit_value(self, setting: str, message: str) -> None:
        """The refusal says what fits."""
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            read_setting(setting)
