"""The package that this one succeeds, in an environment of its own, and projects under it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from .project import APP, SETTINGS_VARIABLE

__all__ = ["REQUIREMENTS", "PreviousPackageMissing", "install", "project_settings", "run"]

PREVIOUS = "django-aws-api-gateway-websockets==4.1.0"
REQUIREMENTS = (PREVIOUS, "Django>=5.2,<5.3", "psycopg[binary]>=3.2", "PyMySQL>=1.2")
ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 300


class PreviousPackageMissing(Exception):
    """The package could not be installed; without it nothing is known about upgrades."""


def install(directory: Path, requirements: tuple[str, ...] = REQUIREMENTS) -> Path:
    """Return the interpreter of an environment with the requirements; an existing one is kept.

    Raises:
        PreviousPackageMissing: pip failed.
    """
    python = directory / "bin" / "python"
    with _locked(directory.with_suffix(".lock")):
        if not (directory / "complete").exists():
            _build(directory, python, requirements)
        _lend_checkout(directory)
    return python


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(directory: Path, python: Path, requirements: tuple[str, ...]) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    commands = (
        [sys.executable, "-m", "venv", "--clear", "--without-pip", str(directory)],
        [*pip, "install", "--quiet", *requirements],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        if done.returncode:
            last_line = done.stderr.strip().rpartition("\n")[2]
            raise PreviousPackageMissing(
                f"The upgrade tests need {requirements[0]}, and it could not be installed. Is the "
                f"package index within reach? {last_line}"
            )
    (directory / "complete").touch()


def _lend_checkout(directory: Path) -> None:
    """Put this checkout behind site-packages: its project is found there, but not its package."""
    site_packages = next(directory.glob("lib/python*/site-packages"))
    (site_packages / "checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def project_settings(database: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the settings of a project with the app, on a database."""
    return {
        "DATABASES": {"default": database},
        "DEFAULT_AUTO_FIELD": settings.DEFAULT_AUTO_FIELD,
        "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes", APP],
        "SECRET_KEY": settings.SECRET_KEY,
        "USE_TZ": True,
        **more,
    }


def run(values: dict[str, Any], *lines: str, python: Path | None = None) -> str:
    """Run lines in a project and return what they print.

    Args:
        values: the project's settings.
        lines: see ``tests.upgrade.project``.
        python: interpreter with the package to use; this one, with this package, by default.
    """
    environ = {**os.environ, SETTINGS_VARIABLE: json.dumps(values), "PYTHONSAFEPATH": "1"}
    environ["PYTHONPATH"] = "" if python else os.pathsep.join(filter(None, sys.path))
    command = [str(python or sys.executable), "-m", "tests.upgrade.project", *lines]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environ, timeout=TIMEOUT_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
