"""The one command that runs everything, and ends everything that it started."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest

from ..management.site import Running, free_port, poll
from .project import ExampleProject

__all__ = ["TestEnding", "TestPorts", "TestRunning"]

READY = re.compile(r"^Ready: (http://127\.0\.0\.1:(\d+)/)$", re.MULTILINE)
GATEWAY = re.compile(r"^example: ws://127\.0\.0\.1:(\d+)/", re.MULTILINE)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ExampleProject:
    """Return the project with a database that all tests share, as several runs do."""
    return ExampleProject(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def demo(project: ExampleProject) -> Iterator[Running]:
    """Run the demo until it is ready."""
    with project.start("demo", f"--port={free_port()}") as running:
        running.wait_for(READY.search)
        yield running


def ports(running: Running) -> list[int]:
    """Return the ports of the pages and of the gateway."""
    page, gateway = (pattern.search(running.output) for pattern in (READY, GATEWAY))
    assert page is not None
    assert gateway is not None
    return [int(page[2]), int(gateway[1])]


def is_listening(port: int) -> bool:
    """Return whether somebody answers on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def hold(port: int) -> Iterator[None]:
    """Take a port; wait for it when somebody else has it."""
    poll(lambda: not is_listening(port), lambda: f"Port {port} stays taken.")
    with socket.create_server(("127.0.0.1", port)):
        yield


class TestRunning:
    def test_serves_the_start_page(self, demo: Running) -> None:
        """Whoever reads "Ready" can open the page."""
        match = READY.search(demo.output)
        assert match is not None

        with urlopen(match[1], timeout=5) as answer:
            assert "Sign in as Ada" in answer.read().decode()


class TestEnding:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ends_all_processes(self, demo: Running, number: int) -> None:
        """Pages and gateway are served until then, and nothing is left on either port."""
        taken = ports(demo)
        before = list(map(is_listening, taken))

        status = demo.interrupt(number)

        after = list(map(is_listening, taken))
        assert (before, status, after) == ([True, True], 0, [False, False])

    def test_runs_again_after_a_crash(self, demo: Running, project: ExampleProject) -> None:
        """A killed run leaves nothing behind, and the next one takes the same ports."""
        port = ports(demo)[0]
        demo.interrupt(signal.SIGKILL)

        with hold(port):
            pass
        with project.start("demo", f"--port={port}") as again:
            again.wait_for(READY.search)


class TestPorts:
    def test_chooses_another_when_the_usual_one_is_taken(self, project: ExampleProject) -> None:
        """The command needs no argument on a machine where something else runs."""
        with hold(8000), project.start("demo") as running:
            running.wait_for(READY.search)

            assert ports(running)[0] != 8000

    def test_refuses_a_taken_port_that_was_asked_for(self, project: ExampleProject) -> None:
        """One line names the port."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            running = project.start("demo", f"--port={port}")

            assert running.wait() == 1

        assert running.output == (
            f"CommandError: Port {port} is taken; choose another with --port.\n"
        )
