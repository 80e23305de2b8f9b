"""What the emulator shows of its traffic: a ring of events without secrets, and the page for it."""

from __future__ import annotations

from .inspector import Inspector
from .pages import page_routes
from .routes import inspector_routes
from .watching import WatchedCalls, WatchedInvoker, WatchedPosts

__all__ = [
    "Inspector",
    "WatchedCalls",
    "WatchedInvoker",
    "WatchedPosts",
    "inspector_routes",
    "page_routes",
]
