"""The previous package, installed once for all lanes of one interpreter."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from . import previous

__all__ = ["previous_python"]


@pytest.fixture(scope="session")
def previous_python(pytestconfig: pytest.Config) -> Path:
    """Return the interpreter of an environment that has 4.1.0."""
    parent = os.environ.get("TOX_WORK_DIR") or pytestconfig.cache.mkdir("previous")
    return previous.install(Path(parent) / f"previous-package-{platform.python_version()}")
