"""The emulator in a thread of its own, for tests and for programs that are not asynchronous."""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from types import TracebackType
from typing import Self

from .assumptions import Assumptions
from .backend import CONCURRENCY
from .clock import Clock
from .control import ControlFaults
from .faults import Switchboard
from .log import Log
from .quotas import Quotas
from .server import Emulator

__all__ = ["EmulatorThread"]

_STOP_SECONDS = 10.0
"""How long `EmulatorThread.stop` waits for the thread."""


class EmulatorThread:
    """Runs an `Emulator` from ``with`` to its end, or from `start` to `stop`.

    What is provisioned outlives `stop`, and a second `start` takes the same ports, so that a test
    can take the gateway away and bring it back.

    The parameters are those of `Emulator`. With ``state``, the name of a file, what is provisioned
    also outlives the process.

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
        self.emulator = Emulator(
            host=host,
            port=port,
            tls_port=tls_port,
            ssl_context=ssl_context,
            clock=clock,
            log=log,
            quotas=quotas,
            assume=assume,
            verify_signatures=verify_signatures,
            seed=seed,
            state=state,
            concurrency=concurrency,
        )
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Base URL of the control plane; what boto3 takes as ``endpoint_url``."""
        return self.emulator.url

    @property
    def inspector_url(self) -> str:
        """URL of the page that shows connections and traffic."""
        return self.emulator.inspector_url

    @property
    def port(self) -> int:
        """Port of the listener."""
        return self.emulator.port

    @property
    def tls_port(self) -> int | None:
        """Port of the listener with TLS, or None."""
        return self.emulator.tls_port

    @property
    def faults(self) -> ControlFaults:
        """Makes calls of the control plane fail."""
        return self.emulator.plane.faults

    @property
    def switchboard(self) -> Switchboard:
        """Makes events, posts and sockets fail, or late."""
        return self.emulator.switchboard

    @property
    def endpoints(self) -> dict[str, str]:
        """Endpoints of the APIs that are there now, by id."""
        return {api_id: self.emulator.endpoint(api_id) for api_id in self.emulator.store.apis}

    @property
    def under_way(self) -> int:
        """How many handshakes, messages and disconnects are not done with yet."""
        return self.emulator.under_way()

    def start(self) -> None:
        """Start the thread and wait until it listens.

        Raises:
            OSError: a port cannot be used; the message names it.
            RuntimeError: it is started already.
        """
        if self._thread is not None:
            raise RuntimeError(f"The gateway at {self.url} is started already; stop it first.")
        self._ready.clear()
        self._error = None
        self._thread = threading.Thread(target=self._main, name="websocket-gateway", daemon=True)
        self._thread.start()
        self._ready.wait()
        self._raise_error()

    def stop(self) -> None:
        """Stop listening, end all connections and the thread; without effect when not started."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._done.set)
            self._thread.join(_STOP_SECONDS)
            self._thread = None

    def _raise_error(self) -> None:
        """Raise what kept the thread from listening."""
        if self._error is not None and self._thread is not None:
            self._thread.join(_STOP_SECONDS)
            self._thread = None
            raise self._error

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._error = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        await self.emulator.start()
        self._ready.set()
        await self._done.wait()
        await self.emulator.stop()
