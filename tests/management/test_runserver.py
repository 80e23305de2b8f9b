"""Django's development server as a child process."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from django_aws_api_gateway_websockets.management.runserver import ServerProcess

__all__ = ["TestServerProcess"]

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[2] + ".started", "w").close()
time.sleep(60)
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a script that stands for ``manage.py``."""
    path = tmp_path / "manage.py"
    monkeypatch.setattr(sys, "argv", [str(path), "runapigateway"])
    return path


class TestServerProcess:
    def test_runs_the_script_that_runs_now(self, script: Path, tmp_path: Path) -> None:
        """The project's own manage.py runs the server."""
        script.write_text("import sys; sys.exit(int(sys.argv[1] == 'runserver') + 2)")

        with ServerProcess("127.0.0.1:0") as server:
            while server.exit_status is None:
                time.sleep(0.01)

        assert server.exit_status == 3

    def test_kills_a_server_that_does_not_end(self, script: Path, tmp_path: Path) -> None:
        """A server that ignores the request to end is killed."""
        script.write_text(STUBBORN)
        address = str(tmp_path / "address")

        with ServerProcess(address, stop_seconds=0.1) as server:
            while not Path(f"{address}.started").exists():
                time.sleep(0.01)

        assert server.exit_status == -9
