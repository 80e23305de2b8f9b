"""The benchmark of the emulator runs, and its peers say what they should."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from . import emulator
from .carried import sockets_allowed
from .crowd import Crowd, EchoBackend
from .emulated import emulated
from .test_inbound import run

__all__ = ["TestBackend", "TestCrowd", "TestFigures", "TestSocketsAllowed"]

MODULE = emulator.__name__
SCRIPT = "tests/benchmarks/emulator.py"
SMALL = (
    "--sockets=20",
    "--hold=0",
    "--seconds=0.2",
    "--posts=50",
    "--processes=1",
    "--rates",
    "50",
    "100",
)
COST = {"per_second", "cpu_microseconds", "waiting_for_cpu"}
ECHO = COST | {"asked", "unanswered", "p50_ms", "p99_ms"}
SOCKETS = COST | {"opened", "held", "kb_per_connection"}


@pytest.fixture(scope="module")
def figures() -> Any:
    """Return the figures of few sockets and messages."""
    return run("-m", MODULE, *SMALL)


class TestFigures:
    """Each strain has its figures."""

    @pytest.mark.parametrize("name", ["plain", "deflate"])
    def test_sockets(self, figures: Any, name: str) -> None:
        """All are open until the end."""
        assert figures[name].keys() == SOCKETS
        assert (figures[name]["opened"], figures[name]["held"]) == (20, 20)
        assert figures[name]["per_second"] > 0

    @pytest.mark.parametrize("rate", [50, 100])
    def test_echoes(self, figures: Any, rate: int) -> None:
        """None is lost, and the quicker half is quicker than the slowest."""
        echoes = figures[f"echo_{rate}"]
        assert echoes.keys() == ECHO
        assert (echoes["asked"], echoes["unanswered"]) == (rate, 0)
        assert 0 < echoes["p50_ms"] <= echoes["p99_ms"]

    def test_posts(self, figures: Any) -> None:
        """What was posted has come."""
        assert figures["posts"].keys() == COST | {"posts", "received"}
        assert (figures["posts"]["posts"], figures["posts"]["received"]) == (50, 50)

    def test_live_gateways(self, figures: Any) -> None:
        """Both took some time."""
        assert figures["live_gateway"].keys() == {"first_ms", "later_ms"}
        assert min(figures["live_gateway"].values()) > 0

    def test_bounds(self, figures: Any) -> None:
        """Twenty sockets are fewer than were to be held."""
        assert figures["bounds"]["held"] == {"value": 20, "at_least": 5_000, "holds": False}
        assert figures["bounds"]["echoes_unanswered"] == {"value": 0, "at_most": 0, "holds": True}
        assert len(figures["bounds"]) == 9

    def test_run(self, figures: Any) -> None:
        """How many sockets there could be is told."""
        strains = {"plain", "deflate", "echo_50", "echo_100", "posts", "live_gateway"}
        run = {"python", "load_average", "sockets_allowed", "bounds"}
        assert figures.keys() == run | strains
        assert figures["sockets_allowed"] > 20

    def test_script(self) -> None:
        """It is a script too."""
        assert run(SCRIPT, *SMALL).keys() >= {"bounds"}


class TestSocketsAllowed:
    """As many as the process with fewer files may have."""

    @pytest.mark.parametrize(
        ("open_files", "sockets"),
        [((1_000, 20_000), 500), ((None, 1_000), 500), ((None, None), None)],
    )
    def test_number(self, open_files: tuple[int | None, ...], sockets: int | None) -> None:
        """Some files are for other things; a system that does not say allows any number."""
        assert sockets_allowed(*open_files) == sockets


class TestBackend:
    """What echoes."""

    def test_waits_for_the_whole_request(self) -> None:
        """A request may come in parts, the head or the body."""

        async def scene() -> None:
            ours, theirs = socket.socketpair()
            ids: list[str] = []
            backend = EchoBackend(ids)
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                lambda: backend, ours
            )
            backend.data_received(b"POST /ws/connect HTTP/1.1\r\nconnectionId: a=\r\n")
            backend.data_received(b"Content-Length: 2")
            backend.data_received(b"\r\n\r\n{")
            backend.data_received(b"}")
            transport.close()
            await asyncio.sleep(0)
            with theirs:
                assert theirs.recv(1000) == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
            assert ids == ["a="]

        asyncio.run(scene())


class TestCrowd:
    """The clients notice what goes wrong."""

    def test_refused(self) -> None:
        """A stage that is not there."""

        async def scene() -> None:
            with emulated() as other, pytest.raises(RuntimeError) as caught:
                await Crowd(other.url.replace("http", "ws", 1) + "/unknown/stage").connect(1)
            assert str(caught.value).startswith("A handshake was refused: b'HTTP/1.1 403 ")

        asyncio.run(scene())

    def test_unanswered(self) -> None:
        """A server that hangs up."""

        async def scene() -> None:
            server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(RuntimeError) as caught:
                await Crowd(f"ws://127.0.0.1:{port}/").connect(1)
            server.close()
            assert str(caught.value) == "A handshake was not answered."

        asyncio.run(scene())
