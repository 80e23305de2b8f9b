"""Who may use ``@connections``."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.clock import ManualClock
from django_aws_api_gateway_websockets.emulator.guard import CREDENTIALS, Guard
from django_aws_api_gateway_websockets.protocol.heads import parse_head
from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Signer

from .support import request_head

CONNECTIONS, PART = "/abcdefghij/dev/@connections", "Qyi07eCbtjMCJKw%3D"


def status_of(guard: Guard, moment: float, body: bytes = b"x") -> int | None:
    """Return the status with which a request is refused that was signed at a moment, else None."""
    encoder = PostEncoder(
        host="gateway.test", connections=CONNECTIONS, body=b"x", signer=Signer(CREDENTIALS, "local")
    )
    signed = parse_head(encoder.encode(PART, moment).partition(b"\r\n\r\n")[0])
    head = request_head(f"{CONNECTIONS}/{PART}", *signed.headers, method="POST")
    answer = guard.refusal(head, body)
    return answer.status if answer else None


class TestGuard:
    """A guard that looks at signatures, and one that does not."""

    @pytest.mark.parametrize(("body", "status"), [(b"x", None), (b"y", 403)])
    def test_verifies(self, body: bytes, status: int | None) -> None:
        """The dummy credentials let in whoever has signed what came."""
        clock = ManualClock()

        assert status_of(Guard(clock, verify=True), clock.wall(), body) == status

    def test_knows_the_time_of_who_signs(self) -> None:
        """An advance does not make signatures older."""
        clock = ManualClock()
        signed_at = clock.wall()

        clock.advance(7200)

        assert status_of(Guard(clock, verify=True), signed_at) is None
        assert status_of(Guard(clock, verify=True), clock.wall()) == 403

    def test_lets_in(self) -> None:
        """Without verification nothing is looked at."""
        assert status_of(Guard(ManualClock(), verify=False), 0, b"y") is None

    def test_says_what_aws_says(self) -> None:
        """A request without a signature."""
        answer = Guard(ManualClock(), verify=True).refusal(
            request_head(f"{CONNECTIONS}/{PART}"), b""
        )

        assert answer is not None
        assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
        assert answer.body == b'{"message": "Missing Authentication Token"}'
