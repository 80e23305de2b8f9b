"""Faults of the emulator's data plane: what is late, lost, repeated, refused or cut."""

from __future__ import annotations

from .acts import Acts
from .catalogue import read_setting
from .events import BreakableCalls, BreakableInvoker
from .faults import Faults
from .posts import BreakablePosts
from .routes import switchboard_routes
from .switchboard import Switchboard
from .timetable import Timetable

__all__ = [
    "Acts",
    "BreakableCalls",
    "BreakableInvoker",
    "BreakablePosts",
    "Faults",
    "Switchboard",
    "Timetable",
    "read_setting",
    "switchboard_routes",
]
