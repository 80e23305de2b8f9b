"""What the emulator is put to, and what it takes: sockets, echoes and posts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import boto3

from django_aws_api_gateway_websockets.protocol.routes import (
    CONNECT,
    DEFAULT,
    DISCONNECT,
    request_parameters,
)

from .crowd import Crowd, EchoBackend, text_frame
from .emulated import Emulated
from .limit import post_all, sign_all

__all__ = ["echo", "hold", "posts", "stage"]

SECRET = "s" * 32
STAGE = "bench"
ECHO_PATIENCE = 5.0
"""Seconds that the last answers may take before they are lost."""

TICK = 0.002
"""Seconds between two looks at which messages are due."""

POSTERS = 32
"""Connections that post."""

POST = b'{"text": "Hello, world.", "handler": "say"}'
ACCESS = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": "local"}


@asynccontextmanager
async def stage(emulator: Emulated) -> AsyncIterator[tuple[str, list[str]]]:
    """Give the path of a two-way stage whose backend echoes, and the ids of its connections."""
    ids: list[str] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: EchoBackend(ids), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    api_id = await asyncio.to_thread(_provision, emulator.url, f"http://127.0.0.1:{port}/ws")
    yield f"/{api_id}/{STAGE}", ids
    server.close()


def _provision(url: str, backend: str) -> str:
    """Create an API with three routes that answer, and return its id."""
    control = boto3.client("apigatewayv2", endpoint_url=url, **ACCESS)
    api_id: str = control.create_api(
        Name="bench", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    for key in (CONNECT, DISCONNECT, DEFAULT):
        integration = control.create_integration(
            ApiId=api_id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="POST",
            IntegrationUri=f"{backend}/{key.removeprefix('$')}",
            RequestParameters=request_parameters(SECRET),
        )
        target = f"integrations/{integration['IntegrationId']}"
        route = control.create_route(ApiId=api_id, RouteKey=key, Target=target)
        control.create_route_response(
            ApiId=api_id, RouteId=route["RouteId"], RouteResponseKey=DEFAULT
        )
    control.create_stage(ApiId=api_id, StageName=STAGE)
    control.create_deployment(ApiId=api_id, StageName=STAGE)
    control.close()
    return api_id


async def hold(emulator: Emulated, crowd: Crowd, count: int, seconds: float) -> dict[str, Any]:
    """Open sockets, let each say something, hold them, and let each say something again."""
    idle = emulator.memory_kb()
    with _measuring(emulator, count) as figures:
        await crowd.connect(count)
    await _say_once(crowd)
    figures["kb_per_connection"] = round((emulator.memory_kb() - idle) / count, 1)
    await asyncio.sleep(seconds)
    answers = await _say_once(crowd)
    return {"opened": count, "held": min(answers, crowd.open_count()), **figures}


async def _say_once(crowd: Crowd) -> int:
    """Let each client say something, a few at a time, and return how many were answered."""
    heard: list[bytes] = []
    crowd.heard = heard.append
    frame = text_frame(b'{"text": "Hello, world."}', deflate=crowd.deflate)
    for start in range(0, len(crowd.clients), POSTERS):
        part = crowd.clients[start : start + POSTERS]
        for client in part:
            client.transport.write(frame)
        await _until(partial(_has, heard, start + len(part)), ECHO_PATIENCE)
    return len(heard)


def _has(heard: list[bytes], count: int) -> bool:
    return len(heard) >= count


async def echo(emulator: Emulated, crowd: Crowd, rate: int, seconds: float) -> dict[str, Any]:
    """Send so many messages a second, whether they are answered or not, and time the answers.

    The time begins when a message was due, not when there was time to send it.
    """
    count = round(rate * seconds)
    late: dict[int, float] = {}
    started = time.perf_counter()

    def hear(message: bytes) -> None:
        number = int(message)
        late[number] = time.perf_counter() - started - number / rate

    crowd.heard = hear
    with _measuring(emulator, count) as figures:
        await _send_paced(crowd, rate, count, started)
        await _until(lambda: len(late) == count, ECHO_PATIENCE)
    times = sorted(late.values())
    return {
        "asked": rate,
        "unanswered": count - len(times),
        **figures,
        "p50_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[len(times) * 99 // 100] * 1000, 1),
    }


async def _send_paced(crowd: Crowd, rate: int, count: int, started: float) -> None:
    sent = 0
    while sent < count:
        due = min(count, int((time.perf_counter() - started) * rate) + 1)
        for number in range(sent, due):
            client = crowd.clients[number % len(crowd.clients)]
            client.transport.write(text_frame(b"%d" % number))
        sent = due
        await asyncio.sleep(TICK)


async def posts(
    emulator: Emulated, crowd: Crowd, path: str, ids: list[str], count: int
) -> dict[str, Any]:
    """Post to the connections in turn from a client that does no more than it must."""
    came = 0

    def hear(message: bytes) -> None:
        nonlocal came
        came += 1

    crowd.heard = hear
    url = emulator.url + path
    some = (ids * (count // len(ids) + 1))[:count]
    requests = sign_all(url, some, POST, moment=time.time())
    figures: dict[str, Any] = {}
    await post_all(
        url,
        requests,
        authority=None,
        concurrency=POSTERS,
        measuring=lambda: _measuring(emulator, count, figures),
    )
    await _until(lambda: came == count, ECHO_PATIENCE)
    return {"posts": count, "received": came, **figures}


@contextmanager
def _measuring(
    emulator: Emulated, count: int, figures: dict[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Fill in what so many of something cost."""
    figures = {} if figures is None else figures
    cpu, waited = emulator.cpu_seconds(), emulator.waiting_seconds()
    started = time.perf_counter()
    yield figures
    seconds = time.perf_counter() - started
    figures["per_second"] = round(count / seconds)
    figures["waiting_for_cpu"] = round((emulator.waiting_seconds() - waited) / seconds, 2)
    figures["cpu_microseconds"] = round((emulator.cpu_seconds() - cpu) / count * 1e6)


async def _until(done: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so, or for so many seconds."""
    deadline = time.perf_counter() + seconds
    while not done() and time.perf_counter() < deadline:
        await asyncio.sleep(TICK)
