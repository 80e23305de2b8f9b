"""The emulator in a thread."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect

from django_aws_api_gateway_websockets.emulator import ControlFault, EmulatorThread, StateError

from .support import PATIENCE, Given, Received, World, contexts, running, until


class TestThread:
    """From start to stop."""

    def test_lives_as_long_as_its_context(self) -> None:
        """Afterwards the thread is gone and the port free."""
        before = set(threading.enumerate())
        with EmulatorThread() as emulator:
            names = [thread.name for thread in set(threading.enumerate()) - before]
            socket.create_connection(("127.0.0.1", emulator.port), PATIENCE).close()
            url, page = emulator.url, emulator.inspector_url

        assert names == ["websocket-gateway"]
        assert url == f"http://127.0.0.1:{emulator.port}"
        assert page == f"{url}/_emulator/"
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
            before = set(threading.enumerate())

            with pytest.raises(OSError, match=f"Port {port} of 127"):
                emulator.start()
            assert set(threading.enumerate()) <= before
            emulator.stop()

    def test_second_port_is_taken(self) -> None:
        """Nobody listens on the first one any more."""
        server, _ = contexts()
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            emulator = EmulatorThread(tls_port=port, ssl_context=server)

            with pytest.raises(OSError, match=f"Port {port} of 127"):
                emulator.start()

            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", emulator.port), PATIENCE)


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


class TestState:
    """A file outlives the process."""

    def test_serves_what_another_one_provisioned(self, tmp_path: Path) -> None:
        """The same stage, at the address of the new one."""
        path = tmp_path / "state.json"
        with running(state=path) as first:
            api_id = first.api_id

        with World(state=path) as world:
            world.api_id = api_id
            assert world.thread.endpoints == {
                api_id: f"ws://127.0.0.1:{world.thread.port}/{api_id}"
            }
            found = world.control.get_api(ApiId=api_id)
            with pytest.raises(InvalidStatus) as refused:
                world.connect()

        assert found["ApiEndpoint"] == f"ws://127.0.0.1:{world.thread.port}/{api_id}"
        assert refused.value.response.status_code == 500

    def test_is_read_before_it_listens(self, tmp_path: Path) -> None:
        """A file that is none is refused at once."""
        path = tmp_path / "state.json"
        path.write_text("[]")

        with pytest.raises(StateError, match="was not written by the local gateway"):
            EmulatorThread(state=path)

    def test_refuses_what_cannot_be_kept(self, tmp_path: Path) -> None:
        """A call is told, and not tried again, when the file has become unwritable."""
        folder = tmp_path / "folder"
        folder.mkdir()
        with World(state=folder / "state.json") as world:
            shutil.rmtree(folder)

            with pytest.raises(ClientError) as caught:
                world.provision()

        assert "cannot be written: No such file or directory." in str(caught.value)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
        assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


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
