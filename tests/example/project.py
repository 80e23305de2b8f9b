"""The example project with a database of its own, on which commands run as processes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from ..management.site import Running

__all__ = ["EXAMPLE", "ExampleProject"]

EXAMPLE = Path(__file__).parents[2] / "example_project"


class ExampleProject:
    """The example project with an empty database, which its commands write to.

    Args:
        folder: where the database and the output of the commands go.
        settings: the settings module.
    """

    def __init__(self, folder: Path, *, settings: str = "config.settings") -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings,
            "EXAMPLE_DATABASE": str(folder / "example.sqlite3"),
            "NO_COLOR": "1",
            # The script's folder comes first, as for users; then what the tests import from.
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONSAFEPATH": "",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *arguments: str) -> Running:
        """Start a command of ``manage.py``."""
        output = self._folder / f"{arguments[0]}-{time.monotonic_ns()}.txt"
        command = [sys.executable, str(EXAMPLE / "manage.py"), *arguments]
        return Running(command, output, env=self._environment)

    def call(self, *arguments: str) -> str:
        """Run a command to its end and return what it wrote."""
        running = self.start(*arguments)
        assert running.wait() == 0, running.output
        return running.output
