"""Fixtures of the emulator's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .support import World, running


@pytest.fixture
def empty_world() -> Iterator[World]:
    """Give an emulator in which nothing is provisioned."""
    with World() as world:
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    """Give an emulator with an API of three routes and the stage ``dev``."""
    with running() as world:
        yield world
