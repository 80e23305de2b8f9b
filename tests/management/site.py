"""A site in a SQLite file, on which commands run as processes of their own."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Self

__all__ = ["Running", "Site", "free_port", "poll"]

PATIENCE = 60.0
"""Seconds that a process may take to say something or to end."""


def free_port() -> int:
    """Return a port that nobody listens on, of those that no connection is given by chance."""
    return next(filter(is_free, random.SystemRandom().sample(range(20_000, 32_000), 100)))


def is_free(port: int) -> bool:
    """Return whether nobody listens on a port."""
    with closing(socket.socket()) as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def poll(found: Callable[[], Any], complaint: Callable[[], str]) -> Any:
    """Return what ``found`` returns, as soon as that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (result := found()):
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.02)
    return result


class Running:
    """A command that runs, and what it has written."""

    def __init__(self, command: list[str], output: Path, **options: Any) -> None:
        self._output = output
        with output.open("w") as stream:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, **options
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.interrupt()

    @property
    def output(self) -> str:
        """What it has written so far."""
        return self._output.read_text()

    def wait_for(self, found: Callable[[str], Any]) -> Any:
        """Return what ``found`` makes of the output, as soon as that is true."""
        return poll(lambda: found(self.output), lambda: self.output)

    def wait_until_says(self, text: str) -> None:
        """Wait until the output holds a text."""
        self.wait_for(lambda output: text in output)

    def interrupt(self, number: int = signal.SIGINT) -> int:
        """Send a signal, as Ctrl-C does, and return the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status."""
        return self._process.wait(PATIENCE)


class Site:
    """The project of the tests with a database of its own.

    Args:
        folder: where the database and the output of the commands go.
        settings: the settings module.
        environment: more variables, which it may read.
    """

    def __init__(
        self, folder: Path, *, settings: str = "tests.management.settings", **environment: str
    ) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            **environment,
            "DJANGO_SETTINGS_MODULE": settings,
            "SITE_DATABASE": str(folder / "site.sqlite3"),
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
        }
        self.call("migrate", "--verbosity=0")

    def start(self, *arguments: str) -> Running:
        """Start a command."""
        command = [sys.executable, "-m", "django", *arguments]
        output = self._folder / f"{time.monotonic_ns()}.txt"
        return Running(command, output, env=self._environment)

    def call(self, *arguments: str) -> str:
        """Run a command to its end and return what it wrote."""
        running = self.start(*arguments)
        assert running.wait() == 0, running.output
        return running.output

    def python(self, code: str) -> str:
        """Run a few lines with the models at hand and return what they wrote."""
        models = "from django_aws_api_gateway_websockets.models import *"
        return self.call("shell", "--verbosity=0", "-c", f"{models}\n{code}")

    def start_python(self, code: str) -> Running:
        """Start a program that has not imported Django yet."""
        output = self._folder / f"{time.monotonic_ns()}.txt"
        return Running([sys.executable, "-c", code], output, env=self._environment)
