"""The emulator as a whole: listeners, control plane and data plane."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl

from ..protocol.endpoints import bracketed, is_loopback
from .answers import ServiceError
from .assumptions import Assumptions
from .backend import CONCURRENCY, Backend
from .clock import Clock
from .control import ControlPlane, Site
from .events import handshake_of
from .faults import (
    Acts,
    BreakableCalls,
    BreakableInvoker,
    BreakablePosts,
    Faults,
    Switchboard,
    Timetable,
    switchboard_routes,
)
from .front import Front, Guests
from .gateway import Gateway
from .guard import Guard
from .heads import RequestHead
from .http import HttpSide
from .inspector import (
    Inspector,
    Keyring,
    WatchedCalls,
    WatchedInvoker,
    WatchedRefusals,
    WatchedRequests,
    inspector_routes,
    page_routes,
)
from .log import Log, LogRecord, discard
from .panel import PANEL_PREFIX, Panel
from .quotas import Quotas
from .sockets import Peer
from .state import StateError, StateFile
from .store import Store
from .ticker import Ticker

__all__ = ["Emulator"]

_NOT_STORED = 507
"""A status that boto3 does not retry."""

_BACKLOG = 1024
"""Connections that may wait to be accepted."""


class Emulator:
    """A local API Gateway for WebSocket APIs.

    What is provisioned outlives `stop`, and a second `start` takes the same ports.

    Args:
        host: address to listen on; only loopback addresses keep others out, other machines and the
            pages of other sites.
        port: 0 for any free one.
        tls_port: port of a second listener, for custom domains; None for no such listener.
        ssl_context: certificate of that listener.
        clock: the time; the system's if None.
        log: takes a record of each event; None to drop them.
        quotas: what all APIs may do together; those of a new AWS account if None.
        assume: what is assumed where AWS's behaviour is not known; the defaults if None.
        verify_signatures: whether ``@connections`` answers only requests that are signed with the
            access key ``local`` and the secret key ``local``.
        seed: begins the numbers by which faults are drawn.
        state: a file that keeps what is provisioned for the next process; None to keep it in
            memory only.
        concurrency: requests to backends that are under way at once; the rest wait.

    Raises:
        StateError: that file cannot be used.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_port: int | None = None,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        log: Log | None = None,
        quotas: Quotas | None = None,
        assume: Assumptions | None = None,
        verify_signatures: bool = False,
        seed: int = 0,
        state: str | os.PathLike[str] | None = None,
        concurrency: int = CONCURRENCY,
    ) -> None:
        if (tls_port is None) is not (ssl_context is None):
            raise ValueError("tls_port and ssl_context go together: give both or neither.")
        self.host = host
        self.port = port
        self.tls_port = tls_port
        self.ssl_context = ssl_context
        self.clock = Clock() if clock is None else clock
        self.quotas = quotas
        self.assume = assume
        self.verify_signatures = verify_signatures
        self.concurrency = concurrency
        self.state = None if state is None else StateFile(state)
        self.store = Store() if self.state is None else self.state.open()
        keyring = Keyring(self.store)
        log = discard if log is None else log
        self.inspector = Inspector(log, keyring, lambda: self.url, self.clock)
        self.log = self.inspector.log
        site = Site(store=self.store, clock=self.clock, endpoint=self.endpoint)
        self.plane = ControlPlane(site, self._changed)
        self.switchboard = Switchboard(Faults(seed), self.clock, self.log)
        self._run: _Run | None = None

    @property
    def url(self) -> str:
        """Base URL of the control plane; what boto3 takes as ``endpoint_url``."""
        return f"http://{self._authority()}"

    @property
    def inspector_url(self) -> str:
        """URL of the page that shows connections and traffic."""
        return f"{self.url}{PANEL_PREFIX}"

    def endpoint(self, api_id: str) -> str:
        """Return the endpoint of an API, to which ``/`` and a stage are added."""
        return f"ws://{self._authority()}/{api_id}"

    def can_be_reached(self) -> bool:
        """Tell whether other machines can reach this one under any name."""
        return not is_loopback(f"//{bracketed(self.host)}")

    def under_way(self) -> int:
        """Return how many handshakes, messages and disconnects are not done with yet."""
        return 0 if self._run is None else self._run.gateway.under_way()

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: a port cannot be used; the message names it.
        """
        run = _Run(self)
        try:
            self.port = await run.listen(self.host, self.port, None)
            if self.tls_port is not None:
                self.tls_port = await run.listen(self.host, self.tls_port, self.ssl_context)
        except BaseException:
            await run.stop()
            raise
        self._run = run
        for api_id, api in self.store.apis.items():
            api.record["ApiEndpoint"] = self.endpoint(api_id)
        self.switchboard.attach(run.acts)
        self._say("started", self.url)

    async def stop(self) -> None:
        """Close all sockets with 1001 and stop listening; no disconnect event is sent."""
        if self._run is not None:
            run, self._run = self._run, None
            self.switchboard.detach()
            await run.stop()
            self._say("stopped", self.url)

    def _changed(self) -> None:
        """Take note that something else may be provisioned, and keep it where it is to be kept."""
        self.inspector.keyring.changed()
        if self.state is None:
            return
        try:
            self.state.save(self.store)
        except StateError as error:
            raise ServiceError("StateException", str(error), _NOT_STORED) from error

    def _say(self, kind: str, detail: str) -> None:
        self.log(LogRecord(kind=kind, at=self.clock.wall(), detail=detail))

    def _authority(self) -> str:
        """Return host and port as a client writes them."""
        host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"{bracketed(host)}:{self.port}"


class _Run:
    """What lives from start to stop."""

    def __init__(self, emulator: Emulator) -> None:
        faults = emulator.switchboard.faults
        self.backend = Backend(emulator.concurrency)
        self.timetable = Timetable(emulator.clock)
        self.gateway = Gateway(
            store=emulator.store,
            clock=emulator.clock,
            call=WatchedCalls(BreakableCalls(self.backend.call, faults), emulator.inspector),
            log=emulator.log,
            wake=lambda: self.ticker.wake(),
            quotas=emulator.quotas,
            assume=emulator.assume,
            witness=WatchedRefusals(emulator.inspector),
        )
        invoker = WatchedInvoker(self.gateway.invoker, emulator.inspector)
        self.gateway.invoker = BreakableInvoker(invoker, faults, self.timetable)
        self.ticker = Ticker(emulator.clock, self.gateway.deadlines.next_at, self.gateway.expire)
        self.http = HttpSide(
            emulator.plane,
            self.gateway,
            Guard(emulator.clock, verify=emulator.verify_signatures),
            BreakablePosts(self.gateway, faults, self.timetable),
            WatchedRequests(emulator.inspector),
            self._panel(emulator),
            self.upgrade,
            any_host=emulator.can_be_reached(),
        )
        self.guests = Guests()
        self.peers: set[Peer] = set()
        self.acts = Acts(self.gateway, self.peers, faults, self.timetable)
        self.servers: list[asyncio.Server] = []

    def _panel(self, emulator: Emulator) -> Panel:
        """Return what is served of the emulator itself."""
        switchboard = emulator.switchboard
        return Panel(
            switchboard_routes(switchboard),
            inspector_routes(emulator.inspector, self.gateway, switchboard),
            page_routes(),
        )

    async def listen(self, host: str, port: int, ssl_context: ssl.SSLContext | None) -> int:
        """Add a listener and return its port."""
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                self.accept, host, port, ssl=ssl_context, backlog=_BACKLOG
            )
        except OSError as error:
            message = f"Port {port} of {host} cannot be used: {error.strerror}"
            raise OSError(error.errno, message) from error
        self.servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    def accept(self) -> Front:
        """Return the protocol of a new connection."""
        return Front(self.http.server, self.upgrade, self.guests)

    def upgrade(self, transport: asyncio.Transport, head: RequestHead, early: bytes) -> Peer:
        """Take over a transport whose client asked for a WebSocket."""
        peer = Peer(self.gateway, handshake_of(transport, head), self.lost)
        self.peers.add(peer)
        peer.begin(transport, early)
        return peer

    def lost(self, peer: Peer, _error: Exception | None) -> None:
        """Forget a client that is gone."""
        self.peers.discard(peer)

    async def stop(self) -> None:
        """Stop listening, then end everything that is connected."""
        self.guests.close()
        for server in self.servers:
            _stop_accepting(server)
        await _turns()
        for server in self.servers:
            server.close()
        self.ticker.stop()
        self.timetable.stop()
        for peer in list(self.peers):
            peer.shut_down()
        await _turns()
        for peer in self.peers:
            peer.transport.abort()
        await self.http.close()
        await self.gateway.stop()
        await self.backend.close()
        await _turns()


def _stop_accepting(server: asyncio.Server) -> None:
    """Accept no more; a server that is closed loses what it has accepted in the same moment."""
    with contextlib.suppress(NotImplementedError):  # only Windows: its loop has no readers
        for listener in server.sockets:
            asyncio.get_running_loop().remove_reader(listener.fileno())


async def _turns() -> None:
    """Let the event loop go round, so that connections on their way in or out arrive."""
    for _ in range(3):
        await asyncio.sleep(0)
