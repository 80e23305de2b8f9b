"""Ends the sessions and the connections that nobody else has ended."""

from __future__ import annotations

from ..reaping import Command

__all__ = ["Command"]
