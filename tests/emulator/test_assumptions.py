"""What is assumed of AWS."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.assumptions import Assumptions


class TestParse:
    """Assumptions as a command line has them."""

    def test_of_nothing(self) -> None:
        """What is not named keeps its default."""
        assert Assumptions.parse([]) == Assumptions()

    def test_of_some(self) -> None:
        """Statuses are numbers, the rest is yes or no; the last one counts."""
        texts = ["timeout_status=502", "error_bodies=no", "pings_keep_alive=no"]

        assert Assumptions.parse([*texts, "pings_keep_alive=yes"]) == Assumptions(
            timeout_status=502, error_bodies=False, pings_keep_alive=True
        )

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "timeout=502",
                "'timeout' is none of unreachable_status, timeout_status, error_bodies, "
                "expression_is_two_way, disconnect_context, pings_keep_alive.",
            ),
            ("error_bodies", "error_bodies is yes or no, not ''."),
            ("error_bodies=1", "error_bodies is yes or no, not '1'."),
            ("timeout_status=", "timeout_status is a status from 400 to 599, not ''."),
            ("timeout_status=200", "timeout_status is a status from 400 to 599, not '200'."),
            ("timeout_status=٥٠٠", "timeout_status is a status from 400 to 599, not '٥٠٠'."),  # noqa: RUF001  # digits, but not ASCII
        ],
    )
    def test_refuses(self, text: str, message: str) -> None:
        """The message says what would do."""
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # the message is compared below
            Assumptions.parse([text])

        assert str(caught.value) == message
