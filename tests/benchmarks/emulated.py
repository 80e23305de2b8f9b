"""The emulator in a process of its own, without quotas, until its input ends.

``python -m tests.benchmarks.emulated`` prints a line of JSON: where it listens, and how many files
it may open.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

from django_aws_api_gateway_websockets.emulator import Emulator, Quotas
from django_aws_api_gateway_websockets.emulator.process import raise_open_file_limit

from .meter import memory
from .sink import CHECKOUT

__all__ = ["Emulated", "emulated"]

UNLIMITED = Quotas(rate=1e9, burst=10**9, connect_rate=1e9)
GC_THRESHOLDS = (50_000, 20, 100)
"""Those of ``runapigateway``."""

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True, slots=True)
class Emulated:
    """The emulator of another process.

    Attributes:
        url: of the control plane.
        open_files: how many it may have; None where the system does not say.
    """

    pid: int
    url: str
    open_files: int | None

    def memory_kb(self) -> int:
        """Return how much memory it has in KiB."""
        return memory("VmRSS", Path(f"/proc/{self.pid}"))

    def cpu_seconds(self) -> float:
        """Return how long it has computed (proc_pid_stat(5))."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def waiting_seconds(self) -> float:
        """Return how long it could have computed, had a CPU been free (sched-stats(8))."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9


@contextmanager
def emulated() -> Iterator[Emulated]:
    """Run the emulator in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.emulated"]
    with Popen(command, cwd=CHECKOUT, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        yield Emulated(pid=process.pid, **json.loads(process.stdout.readline()))


async def serve() -> None:
    """Serve until the input ends."""
    emulator = Emulator(quotas=UNLIMITED)
    await emulator.start()
    print(json.dumps({"url": emulator.url, "open_files": raise_open_file_limit()}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await emulator.stop()


if __name__ == "__main__":
    gc.set_threshold(*GC_THRESHOLDS)
    asyncio.run(serve())
