"""One emulator and one boto3 client for all tests of the control plane; each finds it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..support import World


@pytest.fixture(scope="session")
def shared_world() -> Iterator[World]:
    """Give an emulator that lasts as long as the tests."""
    with World() as world:
        yield world


@pytest.fixture
def empty_world(shared_world: World) -> World:
    """Give an emulator in which nothing is provisioned."""
    shared_world.thread.emulator.store.apis.clear()
    shared_world.thread.emulator.store.domains.clear()
    return shared_world


@pytest.fixture
def world(empty_world: World) -> World:
    """Give an emulator with an API of three routes and the stage ``dev``."""
    empty_world.provision()
    return empty_world
