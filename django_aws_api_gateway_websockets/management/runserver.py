"""Django's development server as a child process with a process group of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from types import TracebackType
from typing import Self

__all__ = ["ServerProcess"]

# Runs a command and ends its group when standard input does: when the parent is gone, however it
# went. The command's own end is waited for, so a signal to the group is for the command alone.
_GUARD = """
import os, signal, subprocess, sys, threading

def end_with_parent():
    os.read(0, 1)
    os.killpg(0, signal.SIGTERM)

signal.signal(signal.SIGTERM, lambda *_: None)
threading.Thread(target=end_with_parent, daemon=True).start()
sys.exit(abs(subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL)))
"""


class ServerProcess:
    """``manage.py runserver`` from ``with`` to its end.

    Its group is its own, so that what ends the autoreloader ends the server below it too. It does
    not outlive this process, even where that is killed.

    Args:
        address: ``host:port`` to listen on.
        options: further arguments of ``runserver``.
        stop_seconds: how long the server may take to end before it is killed.
    """

    def __init__(self, address: str, *options: str, stop_seconds: float = 5.0) -> None:
        self._stop_seconds = stop_seconds
        server = [sys.executable, *_manage(), "runserver", address, *options]
        self._command = [sys.executable, "-c", _GUARD, *server]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, start_new_session=True
        )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self._stop_seconds)
        self._signal(signal.SIGKILL)
        self._process.communicate()

    @property
    def exit_status(self) -> int | None:
        """What the server ended with, or None while it runs."""
        return self._process.poll()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _manage() -> list[str]:
    """Return how this process was started: by a script such as ``manage.py``, or by ``-m``."""
    script = sys.argv[0]
    is_module = os.path.basename(script) == "__main__.py" or not script.endswith(".py")
    return ["-m", "django"] if is_module else [script]
