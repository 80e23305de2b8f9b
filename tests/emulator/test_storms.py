"""Very many clients at once, none of whom gets in, and the one who does."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from django_aws_api_gateway_websockets.emulator import Quotas

from .support import PATIENCE, RawSocket, World, handshake, running

__all__ = ["TestDeadBackend", "TestSlowClients"]

CLIENTS = int(os.environ.get("STORM_CLIENTS", "300"))
AT_ONCE = 500
"""Clients that wait for an answer at the same time."""

QUOTAS = Quotas(rate=1e6, burst=1_000_000, connect_rate=1e6)


@pytest.fixture
def world() -> Iterator[World]:
    """Serve an API, as many clients as may come."""
    with running(quotas=QUOTAS) as world:
        yield world


def dead_url() -> str:
    """Return a URL where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def point_at(world: World, url: str) -> None:
    """Let all integrations call a URL."""
    for integration in world.control.get_integrations(ApiId=world.api_id)["Items"]:
        world.control.update_integration(
            ApiId=world.api_id, IntegrationId=integration["IntegrationId"], IntegrationUri=url
        )
    world.deploy()


async def ask_all(port: int, path: str) -> Counter[int]:
    """Return how many clients are answered with which status."""
    places = asyncio.Semaphore(AT_ONCE)

    async def ask() -> int:
        async with places, asyncio.timeout(10 * PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(handshake(path))
            line = await reader.readline()
            writer.close()
            return int(line.split()[1])

    return Counter(await asyncio.gather(*(ask() for _ in range(CLIENTS))))


class TestDeadBackend:
    def test_refuses_all(self, world: World) -> None:
        """Each of them is told at once, and who comes when it is alive again gets in."""
        point_at(world, dead_url())

        answers = asyncio.run(ask_all(world.thread.port, f"/{world.api_id}/dev"))

        point_at(world, f"{world.backend.url}/connect")
        with world.connect() as client:
            client.ping()
        assert answers == {500: CLIENTS}


class TestSlowClients:
    def test_keep_nobody_out(self, world: World) -> None:
        """Hundreds who never finish their handshakes cost a socket each, until they are let go."""
        half = handshake(f"/{world.api_id}/dev")[:-2]
        with ExitStack() as stack:
            slow = [stack.enter_context(RawSocket(world.thread.port)) for _ in range(300)]
            for raw in slow:
                raw.send(half[:40])
            for raw in slow:
                raw.send(half[40:])

            with world.connect() as client:
                client.ping()

            slow[0].send(b"\r\n")
            assert slow[0].read_head()[0] == 101
