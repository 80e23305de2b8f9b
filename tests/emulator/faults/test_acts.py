"""What is done to all connections at once."""

from __future__ import annotations

import threading

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidMessage

from ..support import PATIENCE, Given, Received, World


def ends_without_a_word(world: World, act: str) -> None:
    """See a socket end without a close frame when something is done."""
    with world.connect() as client:
        world.thread.switchboard.set(act)

        with pytest.raises(ConnectionClosedError) as closed:
            client.recv(PATIENCE)

    assert closed.value.rcvd is None


def lose_handshake(world: World, act: str) -> None:
    """See a handshake end without an answer when something is done, before the backend has one."""
    gone = threading.Event()

    def respond(received: Received) -> Given:
        world.thread.switchboard.set(act)
        assert gone.wait(PATIENCE)
        return Given()

    world.backend.answers["connect"] = respond
    with pytest.raises((InvalidMessage, ConnectionResetError)):
        world.connect()
    gone.set()
    del world.backend.answers["connect"]


def ends_by_the_clock(world: World) -> None:
    """See a socket end when a minute has passed."""
    with world.connect() as client:
        world.thread.switchboard.set("clock", 60)

        with pytest.raises(ConnectionClosedError) as closed:
            client.recv(PATIENCE)

    assert closed.value.rcvd is None


class TestCut:
    """All sockets."""

    def test_ends_them_without_a_close_frame(self, world: World) -> None:
        """The backend is told as when a network fails."""
        ends_without_a_word(world, "cut")

        assert world.journal.wait_for("disconnect").status == 1006
        world.backend.wait_for("disconnect")

    def test_ends_handshakes(self, world: World) -> None:
        """A client that is not in yet gets no answer, and the backend hears of its end."""
        lose_handshake(world, "cut")

        world.backend.wait_for("disconnect")
        assert world.journal.wait_for("connect").status == 101


class TestRestart:
    """All connections, as if the gateway had died."""

    def test_tells_neither_side(self, world: World) -> None:
        """No close frame, no disconnect event; a client comes back at once."""
        ends_without_a_word(world, "restart")

        with world.connect() as client:
            client.send("hello")
            world.backend.wait_for("default")
        world.journal.wait_for("disconnect")
        assert len(world.journal.of("disconnect")) == 1

    def test_loses_handshakes(self, world: World) -> None:
        """What the backend says to them comes too late."""
        lose_handshake(world, "restart")

        with world.connect():
            assert len(world.journal.of("connect")) == 1


class TestPlan:
    """Restarts by the clock."""

    def test_again_and_again(self, world: World) -> None:
        """Each time all connections are lost."""
        world.thread.switchboard.set("restart-every", 60)

        ends_by_the_clock(world)
        ends_by_the_clock(world)

    def test_another(self, world: World) -> None:
        """Only the latest plan is followed."""
        world.thread.switchboard.set("restart-every", 60)
        world.thread.switchboard.set("restart-every", 90)

        with world.connect() as client:
            world.thread.switchboard.set("clock", 60)
            client.ping().wait(PATIENCE)

            world.thread.switchboard.set("clock", 30)
            with pytest.raises(ConnectionClosedError):
                client.recv(PATIENCE)

    def test_none(self, world: World) -> None:
        """A plan that is cleared is followed no more."""
        world.thread.switchboard.set("restart-every", 60)
        world.thread.switchboard.clear()

        with world.connect() as client:
            world.thread.switchboard.set("clock", 60)

            assert client.ping().wait(PATIENCE)

    def test_outlives_a_stop(self, world: World) -> None:
        """What is set stays set."""
        world.thread.switchboard.set("restart-every", 60)
        world.thread.stop()
        world.thread.start()

        ends_by_the_clock(world)
