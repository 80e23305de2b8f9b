"""The gateway's own frames."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.frames import (
    FORBIDDEN,
    INTERNAL_SERVER_ERROR,
    TIMED_OUT,
    TOO_MANY_REQUESTS,
    error_frame,
)


class TestErrorFrame:
    """The bytes that AWS sends."""

    @pytest.mark.parametrize(
        ("message", "text"),
        [
            (FORBIDDEN, b"Forbidden"),
            (INTERNAL_SERVER_ERROR, b"Internal server error"),
            (TIMED_OUT, b"Endpoint request timed out"),
            (TOO_MANY_REQUESTS, b"Too Many Requests"),
        ],
    )
    def test_is_spaced_as_aws_spaces_it(self, message: str, text: bytes) -> None:
        """A space follows the first colon and the commas, none the other colons."""
        assert error_frame(message, "Qyi07eCbtjMCJKw=", "Qyi3UG41tjMFlUg=") == (
            b'{"message": "' + text + b'", "connectionId":"Qyi07eCbtjMCJKw=",'
            b' "requestId":"Qyi3UG41tjMFlUg="}'
        )
