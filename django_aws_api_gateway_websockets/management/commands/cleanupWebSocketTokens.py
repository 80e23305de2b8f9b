"""Deletes old tokens and old attempts to connect."""

from __future__ import annotations

from ..tokens import Command

__all__ = ["Command"]
