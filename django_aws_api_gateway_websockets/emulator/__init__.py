"""A local API Gateway for WebSocket APIs that boto3, browsers and Django take for the real one."""

from __future__ import annotations

from .clock import Clock, ManualClock
from .embed import EmulatorThread
from .log import LineWriter, LogRecord
from .server import Emulator

__all__ = ["Clock", "Emulator", "EmulatorThread", "LineWriter", "LogRecord", "ManualClock"]
