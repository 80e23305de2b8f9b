"""A gateway that breaks, with a backend and clients in memory."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.answers import Answer, Lost
from django_aws_api_gateway_websockets.emulator.connections import Connection
from django_aws_api_gateway_websockets.emulator.faults import (
    BreakableCalls,
    BreakableInvoker,
    BreakablePosts,
    Faults,
    Timetable,
)
from django_aws_api_gateway_websockets.emulator.faults.catalogue import read_setting, read_value
from django_aws_api_gateway_websockets.emulator.gateway import Gateway

from ..doubles import Line
from ..samples import make_store

FIRST, SECOND, THIRD = "first", "second", "third"


def make_faults(*settings: str, seed: int = 0) -> Faults:
    """Return faults, each given as ``NAME`` or ``NAME=VALUE``."""
    faults = Faults(seed)
    for setting in settings:
        fault, value = read_setting(setting)
        faults.set(fault, read_value(fault, value))
    return faults


class BreakableLine(Line):
    """A gateway with the usual routes, on whose legs faults happen."""

    def __init__(self, *settings: str, seed: int = 0) -> None:
        super().__init__(make_store("$connect", "$disconnect", "$default"))
        self.faults = make_faults(*settings, seed=seed)
        self.timetable = Timetable(self.clock)
        self.gateway = Gateway(
            store=self.store,
            clock=self.clock,
            call=BreakableCalls(self.backend, self.faults),
            log=self.journal,
            wake=self._wake,
        )
        self.gateway.invoker = BreakableInvoker(self.gateway.invoker, self.faults, self.timetable)
        self.posts = BreakablePosts(self.gateway, self.faults, self.timetable)

    @property
    def bodies(self) -> list[str]:
        """What the backend got with messages."""
        return [request.body.decode() for request in self.backend.requests if request.body]

    async def post(self, connection: Connection, message: bytes) -> Answer | Lost:
        """Post to a connection."""
        return await self._call("POST", connection, message)

    async def delete(self, connection: Connection) -> Answer | Lost:
        """Delete a connection."""
        return await self._call("DELETE", connection, b"")

    async def _call(self, method: str, connection: Connection, body: bytes) -> Answer | Lost:
        segments = ["abcdefghij", "dev", "@connections", connection.connection_id]
        return await self.posts.handle(method, "gateway.test", segments, body)

    async def advance(self, seconds: float) -> None:
        """Move the time forward, and let things happen."""
        self.clock.advance(seconds)
        await self.settle()
