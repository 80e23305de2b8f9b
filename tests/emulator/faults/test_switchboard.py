"""Switching faults on and off."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from django_aws_api_gateway_websockets.emulator import EmulatorThread

from ..errors import error_of
from ..support import PATIENCE, Journal, World


class TestSetting:
    """What happens from now on."""

    def test_reaches_posts(self, world: World) -> None:
        """boto3 sees the error that was asked for, and then no more."""
        world.thread.switchboard.set("post-410", "1x")
        with world.connect() as client:
            post = world.management().post_to_connection
            params = {"ConnectionId": world.connection_id(), "Data": b"hello"}

            error = error_of(post, **params)
            post(**params)

            assert (error, client.recv(PATIENCE)) == ((410, "GoneException", ""), "hello")
        assert world.thread.switchboard.fired("post-410") == 1

    def test_reaches_answers(self, world: World) -> None:
        """boto3 repeats a post whose answer is lost, and the client gets it twice."""
        world.thread.switchboard.set("post-cut", "1x")
        with world.connect() as client:
            world.management().post_to_connection(ConnectionId=world.connection_id(), Data=b"hello")

            assert [client.recv(PATIENCE), client.recv(PATIENCE)] == ["hello"] * 2

    def test_reaches_sockets(self, world: World) -> None:
        """A client loses its socket, and is not told why."""
        world.thread.switchboard.set("message-cut")
        with world.connect() as client:
            client.send("hello")

            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)

        assert closed.value.rcvd is None
        assert world.journal.wait_for("disconnect").status == 1006

    def test_moves_the_clock(self, world: World) -> None:
        """The limit of idle time follows."""
        with world.connect() as client:
            world.thread.switchboard.set("clock", 600)

            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)

        assert closed.value.rcvd == Close(1001, "Going away")

    @pytest.mark.parametrize("cleared", [(), ("restart-every",)])
    def test_plans(self, world: World, cleared: tuple[str, ...]) -> None:
        """A plan begins when it is set, and ends when it is cleared."""
        switchboard = world.thread.switchboard
        with world.connect() as client, switchboard.on("restart-every=60"):
            switchboard.clear(*cleared)
            switchboard.set("clock", 60)

            assert client.ping().wait(PATIENCE)

    def test_before_the_start(self) -> None:
        """Faults can be set when nobody is there yet; there is nothing to cut."""
        switchboard = EmulatorThread(seed=7).switchboard

        switchboard.set("post-429", 0.5)
        switchboard.set("cut")

        assert (switchboard.seed, switchboard.settings()) == (7, {"post-429": "0.5"})

    def test_is_logged(self) -> None:
        """One record per change."""
        journal = Journal()
        switchboard = EmulatorThread(log=journal).switchboard

        switchboard.set("post-429", 0.5)
        switchboard.set("cut")
        switchboard.clear("post-429")
        switchboard.clear()

        details = [record.detail for record in journal.of("fault")]
        assert details == ["post-429=0.5", "cut", "cleared post-429", "cleared"]


class TestClearing:
    """What happens no more."""

    def test_one(self) -> None:
        """The others stay."""
        switchboard = EmulatorThread().switchboard
        switchboard.set("post-429")
        switchboard.set("post-410")

        switchboard.clear("post-429")

        assert switchboard.settings() == {"post-410": "1"}

    def test_end_of_context(self) -> None:
        """The faults of a context end with it."""
        switchboard = EmulatorThread().switchboard

        with switchboard.on("post-429", "message-delay=0.1-0.2"):
            inside = switchboard.settings()

        assert inside == {"post-429": "1", "message-delay": "0.1-0.2"}
        assert switchboard.settings() == {}


class TestRefusing:
    """What cannot be set."""

    def test_unknown(self) -> None:
        """Nothing changes."""
        switchboard = EmulatorThread().switchboard

        with pytest.raises(ValueError, match="There is no fault 'x'"):
            switchboard.set("x")
        with pytest.raises(ValueError, match="There is no fault 'x'"):
            switchboard.clear("x")
        with pytest.raises(ValueError, match="There is no fault 'x'"):
            switchboard.fired("x")

    def test_unfit(self) -> None:
        """A context with a fault that cannot be sets none at all."""
        switchboard = EmulatorThread().switchboard

        with pytest.raises(ValueError, match="takes seconds"), ExitStack() as stack:
            stack.enter_context(switchboard.on("post-429", "clock=x"))

        assert switchboard.settings() == {}
