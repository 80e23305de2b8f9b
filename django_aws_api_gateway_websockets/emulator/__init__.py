"""A local API Gateway for WebSocket APIs that boto3, browsers and Django take for the real one."""

from __future__ import annotations

from .answers import Lost
from .assumptions import Assumptions
from .clock import Clock, ManualClock
from .control import ControlFault, ControlFaults
from .embed import EmulatorThread
from .faults import Switchboard
from .log import LineWriter, LogRecord
from .quotas import Quotas
from .server import Emulator
from .state import StateError

__all__ = [
    "Assumptions",
    "Clock",
    "ControlFault",
    "ControlFaults",
    "Emulator",
    "EmulatorThread",
    "LineWriter",
    "LogRecord",
    "Lost",
    "ManualClock",
    "Quotas",
    "StateError",
    "Switchboard",
]
