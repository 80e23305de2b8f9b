"""The project that the documentation quotes works as the pages say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["TestProject", "TestScripts"]

ROOT = Path(__file__).parents[2]
SNIPPETS = ROOT / "docs" / "snippets"
TIMEOUT_SECONDS = 120


def manage(*arguments: str, database: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` of the quoted project to a successful end."""
    return run("manage.py", *arguments, database=database, text=text)


def run(*command: str, database: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in the quoted project to a successful end."""
    environment = {
        **os.environ,
        "DB_FILE": str(database),
        "DJANGO_SETTINGS_MODULE": "mysite.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONSAFEPATH": "",
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=SNIPPETS,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return the path of a migrated database."""
    path = tmp_path / "db.sqlite3"
    manage("migrate", "--verbosity=0", database=path)
    return path


class TestProject:
    def test_passes_the_system_checks(self, database: Path) -> None:
        """Neither an error nor a warning."""
        done = manage("check", "--fail-level=WARNING", database=database)

        assert done.stdout == "System check identified no issues (0 silenced).\n"

    def test_passes_its_own_tests(self, tmp_path: Path) -> None:
        """The test cases that the pages quote pass, as do those of the quoted pages."""
        done = manage("test", database=tmp_path / "unused.sqlite3")

        assert "\nOK\n" in done.stderr

    def test_passes_its_tests_under_pytest(self, tmp_path: Path) -> None:
        """So do the test functions that the pages quote, with the fixtures of the plugin."""
        name = "django_aws_api_gateway_websockets"
        # By its module, as the only one, wherever the package under test is installed or not.
        plugin = (f"-pno:{name}", f"-p{name}.testing.plugin", "-pno:cacheprovider")

        done = run(
            "-m", "pytest", "-q", *plugin, "desk", "wall", database=tmp_path / "unused.sqlite3"
        )

        assert " passed" in done.stdout

    def test_creates_the_gateway(self, database: Path) -> None:
        """The script for the shell stores a gateway and its route."""
        manage("shell", database=database, text=(SNIPPETS / "gateway.py").read_text("utf-8"))

        done = manage("dumpdata", "django_aws_api_gateway_websockets", database=database)
        assert '"target_base_endpoint": "http://127.0.0.1:8000/wall/"' in done.stdout
        assert '"integration_url": "http://127.0.0.1:8000/wall/default"' in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="the scripts need Node.js")
class TestScripts:
    @pytest.mark.parametrize("name", ["by_hand", "with_key"])
    def test_open_a_socket(self, name: str) -> None:
        """The scripts for pages without the client, and without cookies, fetch a token."""
        test = Path(__file__).with_name(f"{name}.test.js")

        done = subprocess.run(
            ["node", "--test", str(test)], capture_output=True, text=True, timeout=TIMEOUT_SECONDS
        )

        assert done.returncode == 0, done.stdout
