"""The emulator as a whole."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl

import pytest

from django_aws_api_gateway_websockets.emulator.clock import Clock
from django_aws_api_gateway_websockets.emulator.server import Emulator

from .doubles import run
from .support import Journal, World, flood


class TestListening:
    """Ports and addresses."""

    def test_takes_a_free_port_and_keeps_it(self) -> None:
        """A second start listens where the first one did."""

        async def scene() -> None:
            journal = Journal()
            emulator = Emulator(log=journal)

            await emulator.start()
            port = emulator.port
            await emulator.stop()
            await emulator.start()

            assert emulator.port == port > 0
            assert emulator.url == f"http://127.0.0.1:{port}"
            await emulator.stop()
            assert [record.kind for record in journal.records] == [
                "started",
                "stopped",
                "started",
                "stopped",
            ]

        run(scene)

    def test_port_is_taken(self) -> None:
        """The error names the port, and can be told from others by its number."""

        async def scene() -> None:
            with socket.create_server(("127.0.0.1", 0)) as other:
                port = other.getsockname()[1]

                with pytest.raises(OSError, match=rf"Port {port} of 127\.0\.0\.1 cannot be used: "):
                    await Emulator(port=port).start()

        run(scene)

    def test_second_port_is_taken(self) -> None:
        """Then the first one is given back."""

        async def scene() -> None:
            with socket.create_server(("127.0.0.1", 0)) as other:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                port = other.getsockname()[1]
                emulator = Emulator(tls_port=port, ssl_context=context)

                with pytest.raises(OSError, match=f"Port {port}") as caught:
                    await emulator.start()

                assert caught.value.errno == errno.EADDRINUSE
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection("127.0.0.1", emulator.port)

        run(scene)

    def test_stop_without_a_start(self) -> None:
        """Nothing happens."""
        run(Emulator().stop)

    @pytest.mark.parametrize(
        ("host", "authority"),
        [
            ("127.0.0.1", "127.0.0.1:80"),
            ("0.0.0.0", "127.0.0.1:80"),
            ("::", "[::1]:80"),
            ("localhost", "localhost:80"),
        ],
    )
    def test_addresses_that_clients_can_use(self, host: str, authority: str) -> None:
        """An address of all interfaces is no place to connect to."""
        emulator = Emulator(host=host, port=80)

        assert emulator.url == f"http://{authority}"
        assert emulator.endpoint("abcdefghij") == f"ws://{authority}/abcdefghij"

    def test_tls_needs_a_certificate(self) -> None:
        """One without the other is a mistake."""
        with pytest.raises(ValueError, match="tls_port and ssl_context go together"):
            Emulator(tls_port=0)

    def test_follows_the_system_s_time(self) -> None:
        """Unless it is given a clock."""
        assert type(Emulator().clock) is Clock


class TestStopping:
    """The end of everything that is connected."""

    def test_silent_guest(self) -> None:
        """A client that has said nothing is let go."""

        async def scene() -> None:
            emulator = Emulator()
            await emulator.start()
            reader, writer = await asyncio.open_connection("127.0.0.1", emulator.port)
            await asyncio.sleep(0.01)

            await emulator.stop()

            assert await reader.read() == b""
            writer.close()

        run(scene)

    def test_client_that_does_not_read(self, world: World) -> None:
        """Nobody waits for it to take what is meant for it."""
        management = world.management()
        with world.connect_raw() as client:
            client.read_head()
            with pytest.raises(management.exceptions.LimitExceededException):
                flood(management, world.connection_id())

            world.thread.stop()

            assert 0 < len(client.read_to_end()) < 10_000_000
