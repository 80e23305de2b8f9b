"""The previous package, installed once for all lanes of one interpreter."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from . import previous

__all__ = ["previous_python"]


@pytest.fixture(scope="session")
def previous_python(pytestconfig: pytest.Config) -> Path:
    """Return the interpreter of an environment that has 4.1.0."""
    parent = pytestconfig.cache.mkdir("previous-package")
    return previous.install(parent / platform.python_version())
