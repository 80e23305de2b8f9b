"""Fixtures of the conformance tests; ``--endpoint`` turns them on AWS or on any other service.

AWS needs a region and keys, ``CONFORMANCE_ACCESS_KEY`` and ``CONFORMANCE_SECRET_KEY`` in the
environment, and cannot reach a backend on a loopback address: ``--backend`` is the public URL of a
tunnel that leads to ``/ws`` of the port of ``--backend-port``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from django_aws_api_gateway_websockets.emulator import Clock, EmulatorThread

from .target import Api, Backend, Given, Target


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite."""
    parser.addoption("--endpoint", help="Test the service whose control plane is at this URL.")
    parser.addoption("--region", help="Region of that service.")
    parser.addoption("--backend", help="URL at which that service reaches the tests' backend.")
    parser.addoption("--backend-port", type=int, help="Port of the tests' backend.")


def option(request: pytest.FixtureRequest, name: str, default: Any) -> Any:
    """Return an option, also when pytest has read the options before it knew this file."""
    return request.config.getoption(name, default=None) or default


@pytest.fixture(scope="session")
def emulator(request: pytest.FixtureRequest) -> Iterator[EmulatorThread | None]:
    """Run an emulator that verifies signatures; give it unless another service is tested."""
    with EmulatorThread(verify_signatures=True) as emulator:
        yield None if option(request, "--endpoint", None) else emulator


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, emulator: EmulatorThread | None) -> Iterator[Target]:
    """Give the service that is tested, and a backend."""
    with Backend(option(request, "--backend-port", 0)) as backend:
        target = Target(
            url=emulator.url if emulator else option(request, "--endpoint", None),
            region=option(request, "--region", "local"),
            backend=backend,
            backend_url=option(request, "--backend", backend.url),
            dead_url="http://127.0.0.1:1" if emulator else "http://nobody.invalid",
            access_key=os.environ.get("CONFORMANCE_ACCESS_KEY", "local"),
            secret_key=os.environ.get("CONFORMANCE_SECRET_KEY", "local"),
        )
        yield target
        target.close()


@pytest.fixture(scope="session")
def shared(target: Target) -> Iterator[Api]:
    """Give an API with the usual routes, two-way ones and failing ones."""
    target.start_afresh()
    with target.api() as api:
        api.add("$connect", "$disconnect", "$default", "say").add("ask", "empty", two_way=True)
        api.add("mock", IntegrationType="MOCK")
        api.add("dead", IntegrationUri=target.dead_url).add("slow", TimeoutInMillis=50)
        yield api.publish(StageVariables={"colour": "blue"})


@pytest.fixture
def api(shared: Api) -> Api:
    """Give the shared API, with a backend that has heard nothing and is content."""
    shared.target.start_afresh()
    shared.target.backend.answers["ask"] = Given(body=b"answer")
    return shared


@pytest.fixture
def local(emulator: EmulatorThread | None) -> EmulatorThread:
    """Give the emulator to what no other service can be asked for."""
    return emulator or pytest.skip("AWS cannot be told to; only the emulator can.")


@pytest.fixture
def clock(local: EmulatorThread) -> Clock:
    """Give the time of the service."""
    return local.emulator.clock
