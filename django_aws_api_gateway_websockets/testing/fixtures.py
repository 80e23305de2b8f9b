"""The fixtures of the pytest plugin, and the switch that keeps the messages of tests in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from .. import testing
from ..conf import DECLARED_SETTINGS, get_websockets_config
from ..models import ApiGateway
from ..transports import locmem
from .client import GatewayClient
from .clock import Clock
from .factories import create_gateway
from .switch import IN_MEMORY, use_transport

if TYPE_CHECKING:
    from .live import LiveGateway

__all__ = [
    "gateway_client",
    "live_gateway",
    "live_gateway_options",
    "pytest_configure",
    "websocket_clock",
    "websocket_gateway",
    "websocket_outbox",
]

_CONFIGURED = pytest.StashKey[Mapping[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """Switch to the in-memory transport until pytest is done."""
    default = DECLARED_SETTINGS["transport"].default
    config.stash[_CONFIGURED] = get_websockets_config().get("transport", default)
    stack = ExitStack()
    stack.enter_context(use_transport(IN_MEMORY))
    config.add_cleanup(stack.close)


@pytest.fixture(autouse=True)
def _websocket_transport(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start with an empty outbox, and with the configured transport if the test is marked so."""
    locmem.reset()
    with ExitStack() as stack:
        if request.node.get_closest_marker("websocket_transport"):
            stack.enter_context(use_transport(request.config.stash[_CONFIGURED]))
        yield


@pytest.fixture
def websocket_outbox() -> list[locmem.SentMessage]:
    """The messages sent in this test, oldest first."""
    return locmem.outbox


@pytest.fixture
def websocket_clock() -> Iterator[Clock]:
    """A clock that stands still until the test advances it."""
    with Clock() as clock:
        yield clock


@pytest.fixture
def websocket_gateway(db: None) -> ApiGateway:
    """A stored gateway whose target is ``http://testserver/ws/``; override it for another one."""
    return create_gateway()


@pytest.fixture
def gateway_client(websocket_gateway: ApiGateway) -> Callable[..., GatewayClient]:
    """A function that returns the client of a user, on ``websocket_gateway`` unless told else."""
    return partial(GatewayClient, gateway=websocket_gateway)


@pytest.fixture
def live_gateway_options() -> Mapping[str, Any]:
    """What ``live_gateway`` is made with besides its site: nothing; override it for more."""
    return {}


@pytest.fixture
def live_gateway(
    live_server: Any, live_gateway_options: Mapping[str, Any]
) -> Iterator[LiveGateway]:
    """A local gateway for pytest-django's ``live_server``; it needs the extra ``local``."""
    with testing.LiveGateway(live_server.url, **live_gateway_options) as live:
        yield live
