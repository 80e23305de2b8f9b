"""Reading pauses for any number of reasons, and goes on after the last."""

from __future__ import annotations

import asyncio

import pytest

from django_aws_api_gateway_websockets.emulator.brakes import Brake

__all__ = ["TestBrake", "Wire"]


class Wire(asyncio.Transport):
    """A transport that keeps what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def pause_reading(self) -> None:
        """Keep that."""
        self.asked.append("pause")

    def resume_reading(self) -> None:
        """Keep that."""
        self.asked.append("resume")


@pytest.fixture
def wire() -> Wire:
    """Return a transport."""
    return Wire()


class TestBrake:
    def test_pauses_once(self, wire: Wire) -> None:
        """Further reasons change nothing."""
        brake = Brake(wire)

        brake.pause("busy")
        brake.pause("busy")
        brake.pause("writing")

        assert wire.asked == ["pause"]

    def test_goes_on_after_the_last_reason(self, wire: Wire) -> None:
        """The first that ends leaves the other."""
        brake = Brake(wire)
        brake.pause("busy")
        brake.pause("writing")

        brake.resume("busy")
        before = list(wire.asked)
        brake.resume("writing")

        assert (before, wire.asked) == (["pause"], ["pause", "resume"])

    def test_goes_on_without_a_reason(self, wire: Wire) -> None:
        """What was not paused is not resumed."""
        Brake(wire).resume("busy")

        assert wire.asked == []
