"""What the emulator shows of its traffic: a ring of events without secrets, and the page for it."""

from __future__ import annotations

from .incoming import WatchedRequests
from .inspector import Inspector
from .keyring import Keyring
from .pages import page_routes
from .routes import inspector_routes
from .watching import WatchedCalls, WatchedInvoker, WatchedRefusals

__all__ = [
    "Inspector",
    "Keyring",
    "WatchedCalls",
    "WatchedInvoker",
    "WatchedRefusals",
    "WatchedRequests",
    "inspector_routes",
    "page_routes",
]
