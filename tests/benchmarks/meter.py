"""What a stretch of a process costs: seconds, seconds of CPU, and memory."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Meter", "memory"]

_PROCESS = Path("/proc/self")
# proc_pid_clear_refs(5): forget how much memory the process had at most.
_FORGET_THE_PEAK = "5"


@dataclass(slots=True)
class Meter:
    """Measures this process.

    Attributes:
        seconds: that the stretch took.
        cpu_seconds: that all threads together computed.
        idle_kb: memory before the stretch.
        peak_kb: the most memory during it. The kernel's ``ru_maxrss`` will not do: it begins with
            what the parent had when it started this process.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    idle_kb: int = 0
    peak_kb: int = 0

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Measure what is done inside."""
        gc.collect()
        (_PROCESS / "clear_refs").write_text(_FORGET_THE_PEAK)
        self.idle_kb = memory("VmRSS")
        started, cpu_started = time.perf_counter(), time.process_time()
        yield
        self.seconds = time.perf_counter() - started
        self.cpu_seconds = time.process_time() - cpu_started
        self.peak_kb = memory("VmHWM")


def memory(name: str, process: Path = _PROCESS) -> int:
    """Return a size of a process in KiB (proc_pid_status(5))."""
    status = (process / "status").read_text()
    return int(re.findall(rf"^{name}:\s*(\d+) kB$", status, re.MULTILINE)[0])
