"""The transport for looking on: writes what is sent to a stream, and reaches nobody."""

from __future__ import annotations

import sys
import threading
from typing import Any, TextIO

from .base import BaseTransport, SendResult

__all__ = ["ConsoleTransport"]


class ConsoleTransport(BaseTransport):
    """Writes one line per message or close to a stream.

    Args:
        stream: where to write; by default whatever ``sys.stdout`` is at that moment.
    """

    supports_delivery = False
    supports_info = False

    def __init__(self, *, stream: TextIO | None = None, **unknown: Any) -> None:
        super().__init__(**unknown)
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, management_url: str, connection_id: str, payload: bytes) -> SendResult:
        self.refuse_oversized(connection_id, payload)
        self._write(f"{management_url} {connection_id} <- {payload.decode(errors='replace')}")
        return SendResult()

    def disconnect(self, management_url: str, connection_id: str) -> None:
        self._write(f"{management_url} {connection_id} closed")

    def _write(self, line: str) -> None:
        stream = self._stream or sys.stdout
        with self._lock:
            stream.write(f"{line}\n")
            stream.flush()
