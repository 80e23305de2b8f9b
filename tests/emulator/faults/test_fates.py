"""What happens to an event."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets.emulator.faults.fates import (
    CallFate,
    HandshakeFate,
    MessageFate,
    Sending,
    decide_call,
    decide_disconnect,
    decide_handshake,
    decide_message,
    decide_overtaken,
    decide_post,
    decide_sending,
)

from .support import make_faults


class TestEvents:
    """On the way to the backend."""

    def test_handshake(self) -> None:
        """It may wait twice, and its socket may not live long."""
        faults = make_faults("connect-delay=1", "welcome-delay=2", "cut-after=3")

        assert decide_handshake(faults) == HandshakeFate(before=1.0, after=2.0, life=3.0)

    def test_handshake_without_faults(self) -> None:
        """Nothing waits, and nothing is cut."""
        assert decide_handshake(make_faults()) == HandshakeFate(before=0.0, after=0.0, life=None)

    def test_message(self) -> None:
        """It may wait, and it may be the last."""
        faults = make_faults("message-delay=1", "message-cut")

        assert decide_message(faults) == MessageFate(delay=1.0, cut=True)

    @pytest.mark.parametrize(
        ("settings", "waiting", "overtaken"),
        [
            ((), False, False),
            (("message-reorder",), False, True),
            (("message-reorder",), True, False),
        ],
    )
    def test_order(self, settings: tuple[str, ...], waiting: bool, overtaken: bool) -> None:
        """The next one goes first, unless it is the one to do so."""
        assert decide_overtaken(make_faults(*settings), waiting=waiting) is overtaken

    @pytest.mark.parametrize(
        ("settings", "copies"),
        [
            ((), [0.0]),
            (("disconnect-delay=2",), [2.0]),
            (("disconnect-twice",), [0.0, 0.0]),
            (("disconnect-twice", "disconnect-lost"), []),
        ],
    )
    def test_disconnect(self, settings: tuple[str, ...], copies: list[float]) -> None:
        """It comes late, twice or never."""
        assert decide_disconnect(make_faults(*settings)) == copies

    @pytest.mark.parametrize(
        ("settings", "fate"),
        [
            ((), CallFate.ANSWERED),
            (("backend-error", "backend-timeout"), CallFate.NOT_SENT),
            (("backend-timeout",), CallFate.TIMED_OUT),
        ],
    )
    def test_call(self, settings: tuple[str, ...], fate: CallFate) -> None:
        """What is not sent cannot come too late."""
        assert decide_call(make_faults(*settings)) is fate


class TestPosts:
    """On the way to the client."""

    @pytest.mark.parametrize("status", [410, 429, 500, 503])
    def test_error(self, status: int) -> None:
        """The status is that of the fault."""
        answer = decide_post(make_faults(f"post-{status}")).answer

        assert answer is not None
        assert answer.status == status

    def test_first_error_counts(self) -> None:
        """A post has one answer."""
        answer = decide_post(make_faults("post-503", "post-429")).answer

        assert answer is not None
        assert answer.status == 429

    def test_late_and_without_answer(self) -> None:
        """The caller waits, and hears nothing."""
        fate = decide_post(make_faults("post-delay=2", "post-cut"))

        assert (fate.delay, fate.answer, fate.cut) == (2.0, None, True)

    @pytest.mark.parametrize(
        ("settings", "waiting", "sending"),
        [
            ((), False, Sending.NOW),
            (("post-lost", "post-reorder"), False, Sending.LOST),
            (("post-reorder",), False, Sending.HELD),
            (("post-reorder",), True, Sending.NOW),
        ],
    )
    def test_sending(self, settings: tuple[str, ...], waiting: bool, sending: Sending) -> None:
        """Now, after the next one, or never."""
        assert decide_sending(make_faults(*settings), waiting=waiting) is sending
