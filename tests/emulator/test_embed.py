"""The emulator in a thread."""

from __future__ import annotations

import socket
import threading

import pytest
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK
from websockets.sync.client import connect

from django_aws_api_gateway_websockets.emulator import ControlFault, EmulatorThread

from .support import PATIENCE, Given, Received, World, contexts, running, until


class TestThread:
    """From start to stop."""

    def test_lives_as_long_as_its_context(self) -> None:
        """Afterwards the thread is gone and the port free."""
        before = set(threading.enumerate())
        with EmulatorThread() as emulator:
            names = [thread.name for thread in set(threading.enumerate()) - before]
            socket.create_connection(("127.0.0.1", emulator.port), PATIENCE).close()
            url = emulator.url

        assert names == ["websocket-gateway"]
        assert url == f"http://127.0.0.1:{emulator.port}"
        assert emulator.tls_port is None
        assert set(threading.enumerate()) <= before

    def test_tells_what_is_under_way(self, world: World) -> None:
        """From a message until the backend has answered it, and never after a stop."""
        answered = threading.Event()

        def respond(received: Received) -> Given:
            assert answered.wait(PATIENCE)
            return Given()

        world.backend.answers["default"] = respond
        with world.connect() as client:
            client.send("hello")
            world.backend.wait_for("default")

            assert world.thread.under_way == 1
            answered.set()
            until(lambda: not world.thread.under_way)
        world.thread.stop()
        assert world.thread.under_way == 0

    def test_stop_is_harmless_twice(self) -> None:
        """What is stopped stays stopped."""
        emulator = EmulatorThread()
        emulator.start()

        emulator.stop()
        emulator.stop()

        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", emulator.port), PATIENCE)

    def test_start_is_an_error_twice(self) -> None:
        """The first thread goes on, and can still be stopped."""
        with EmulatorThread() as emulator:
            with pytest.raises(RuntimeError) as caught:
                emulator.start()

            socket.create_connection(("127.0.0.1", emulator.port), PATIENCE).close()

        assert str(caught.value) == (
            f"The gateway at {emulator.url} is started already; stop it first."
        )
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", emulator.port), PATIENCE)

    def test_port_is_taken(self) -> None:
        """The error comes to the caller, and nothing is left behind."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            emulator = EmulatorThread(port=port)

            with pytest.raises(OSError, match=f"Port {port} of 127"):
                emulator.start()
            emulator.stop()


class TestRestart:
    """The gateway goes away and comes back."""

    def test_keeps_what_was_provisioned(self, world: World) -> None:
        """A client finds the same stage at the same address."""
        with world.connect() as client:
            world.thread.stop()
            with pytest.raises((ConnectionClosedOK, ConnectionClosedError)):
                client.recv(PATIENCE)

        world.thread.start()

        with world.connect() as client:
            client.send("hello")
            world.backend.wait_for("default")


class TestSwitches:
    """What makes the gateway fail."""

    def test_control_plane_and_all_others(self) -> None:
        """Each has its own."""
        emulator = EmulatorThread(seed=7)

        emulator.faults.add(ControlFault())
        emulator.switchboard.set("post-429")

        assert emulator.faults.take("CreateApi") == ControlFault()
        assert (emulator.switchboard.seed, emulator.switchboard.settings()) == (
            7,
            {"post-429": "1"},
        )


class TestCustomDomainPort:
    """The second listener."""

    def test_serves_a_custom_domain_with_tls(self) -> None:
        """The same stage answers, and says that it was asked with https."""
        server, client = contexts()
        with running(tls_port=0, ssl_context=server) as world:
            world.map_domain()
            port = world.thread.tls_port
            raw = socket.create_connection(("127.0.0.1", port or 0), PATIENCE)
            with connect(f"wss://ws.example.test:{port}/", ssl=client, sock=raw) as websocket:
                websocket.send("hello")
                world.backend.wait_for("default")
                websocket.close(4000, "bye")

            received = world.backend.wait_for("connect")
            assert received.header("X-Forwarded-Proto") == "https"
            assert received.header("X-Forwarded-Port") == str(port)
            assert world.journal.wait_for("disconnect").status == 4000
